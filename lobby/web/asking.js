// A live list by a question: a form says which entries, the server shows the first of them and says
// how many there are. What is typed is another question in the place of the one before.

const TYPING_MS = 400; // so that not every letter is a question

export class AskedList {
  #channel = null;
  #question = null;
  #timer = 0;

  /**
   * `ask(form)` gives the question of the form; `changed(state, patch)` is told the answer, as of
   * `Channel.watch`; `ended(code)` why there is none.
   */
  constructor(topic, form, { ask, changed, ended }) {
    this.topic = topic;
    this.form = form;
    this.told = { ask, changed, ended };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.#soon(TYPING_MS));
  }

  /** Whether it shows only what somebody looks for. */
  get searched() {
    return Boolean(this.#question?.filter);
  }

  /** Ask this channel from now on. */
  begin(channel) {
    this.#channel = channel;
    this.#question = null;
    this.#ask();
  }

  /** Ask again later, where there was no answer. */
  retry(ms) {
    this.#soon(ms);
  }

  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), ms);
  }

  #ask() {
    clearTimeout(this.#timer);
    const question = this.told.ask(this.form);
    const before = this.#question;
    if (JSON.stringify(question) === JSON.stringify(before)) return;
    if (before) this.#channel.unwatch(this.topic, before);
    this.#question = question;
    const changed = (state, patch) => this.told.changed(state, patch);
    const ended = (code) => {
      this.#question = null;
      this.told.ended(code);
    };
    this.#channel.watch(this.topic, { changed, ended }, { question });
  }
}

/** The text that is looked for; null: none. */
export function searched(form) {
  return form.elements.name.value.trim() || null;
}

/** A question with those of these conditions that are not null. */
export function asking(conditions) {
  const held = Object.entries(conditions).filter(([, value]) => value !== null);
  return held.length ? { filter: Object.fromEntries(held) } : {};
}
