// The two lists of the page, what is looked for in them, and the counts above. Neither is ever sent
// whole: the server shows the newest of those that answer, and says how many there are.

import { AskedList, asking, searched } from "./asking.js";
import { NAMELESS, newestFirst, personRow } from "./people.js";
import { Rows, element, say } from "./rows.js";
import { freeSeats, latestFirst, sessionRow } from "./sessions.js";

const QUIET_MS = 1500; // a summary is read aloud once the counts stand still this long
const AGAIN_MS = 60_000; // who was too many may be fewer by then
const MOST_MET = 5000; // names kept of people who are in sight no longer

const find = (selector) => document.querySelector(selector);

const UNLISTED = {
  forbidden: "Who is online is shown to friends alone here, to others only how many.",
  roster_too_large: "Too many are online to list them here: only how many.",
  list_too_large: "There are too many sessions to list them here.",
  list_full: "This page has asked too many questions at once. Load it again.",
  malformed: "That cannot be searched for.",
};
const FOR_NOW = new Set(["roster_too_large", "list_too_large"]);

export class Browsing {
  #acting = null;
  #found = { sessions: null, people: null }; // the answers; null: none yet, or there is none
  #mine = {}; // sessions where one sits, also beyond those listed
  #counts = { people: null, sessions: null, seats: 0 };
  #whole = true; // the free seats are those of all sessions
  #names = new Map(); // of sessions, also of those that are over
  #met = new Map(); // of people, by uuid
  #regions = new Set();
  #quiet = 0;

  /** `doing` as for `sessionRow`; `announce(text)` says it to those who listen. */
  constructor({ doing, announce }) {
    this.announce = announce;
    this.rows = {
      people: new Rows(find(".people"), {
        make: personRow,
        compare: newestFirst,
        drawn: () => this.#summarise("people"),
      }),
      sessions: new Rows(find(".sessions"), {
        make: (id) => sessionRow(id, { ...doing, named: (uuid) => this.named(uuid) }),
        compare: latestFirst,
        drawn: () => this.#summarise("sessions"),
      }),
    };
    this.lists = { people: this.#list("people", askPeople), sessions: this.#list("sessions", askSessions) };
  }

  /** Show what this channel sees, to whoever acts on it. */
  begin(channel, acting) {
    this.#acting = acting;
    this.#mine = {};
    channel.watch("presence:count", { changed: (state) => this.#count(state) });
    for (const list of Object.values(this.lists)) list.begin(channel);
  }

  /** Once it is known who came in. */
  findOwn() {
    this.#acting.findOwn((sessions, patch) => {
      this.#mine = sessions;
      this.#draw("sessions", patch);
    });
  }

  refresh(id) {
    this.rows.sessions.refresh(id);
  }

  /** Whoever has a name and was in sight. */
  named(uuid) {
    return this.#met.get(uuid) ?? `${NAMELESS} (${uuid.slice(0, 8)})`;
  }

  titled(session) {
    return this.#names.get(session) ?? `session ${session}`;
  }

  /** Both counts, once they are known. */
  get known() {
    return this.#counts.people !== null && this.#counts.sessions !== null;
  }

  #list(what, ask) {
    return new AskedList(what, find(`#search-${what}`), {
      ask,
      changed: (state, patch) => this.#answered(what, state, patch),
      ended: (code) => this.#unanswered(what, code),
    });
  }

  #answered(what, state, patch) {
    this.#found[what] = state;
    show(find(`.${what}`), true);
    show(find(`#search-${what}`), true);
    this.#draw(what, patch && (patch[what] ?? {}));
    if (patch === null && this.lists[what].searched) this.announce(foundWords(what, state.total));
  }

  #unanswered(what, code) {
    this.#found[what] = null;
    for (const gone of [`.${what}`, `#no-${what}`]) show(find(gone), false);
    show(find(`#search-${what}`), code === "malformed");
    show(find(`#more-${what}`), true);
    say(find(`#more-${what}`), UNLISTED[code] ?? `This list is not shown now (${code}).`);
    if (FOR_NOW.has(code)) this.lists[what].retry(AGAIN_MS);
  }

  /** What the page lists: where nobody looks for anything, one's own sessions too. */
  #listed(what) {
    const found = this.#found[what]?.[what] ?? {};
    return what === "people" || this.lists.sessions.searched ? found : { ...this.#mine, ...found };
  }

  #draw(what, patch) {
    const listed = this.#listed(what);
    for (const [key, one] of Object.entries(listed)) {
      if (what === "people") this.#meet(key, one.name);
      else this.#know(key, one);
    }
    this.rows[what].take(listed, patch);
    if (what === "sessions") this.#acting.look(listed);
  }

  #meet(uuid, name) {
    if (!uuid || !name) return;
    if (this.#met.size >= MOST_MET) this.#met.clear();
    this.#met.set(uuid, name);
  }

  #know(id, { name, seats = {}, region }) {
    this.#names.set(id, name ?? `Session ${id}`);
    for (const { player, name } of Object.values(seats)) this.#meet(player, name);
    if (region) this.#offer(region);
  }

  /** Regions are asked for where there are several. */
  #offer(region) {
    if (this.#regions.has(region)) return;
    this.#regions.add(region);
    const option = element("option", "", region);
    option.value = region;
    find("#regions select").append(option);
    show(find("#regions"), this.#regions.size > 1);
  }

  #count({ online, regions = {} }) {
    this.#counts.people = online;
    Object.keys(regions).forEach((region) => this.#offer(region));
    this.#showCount("people", online === 1 ? "person online" : "people online");
    this.#speakSoon();
  }

  #summarise(what) {
    const total = this.#found[what]?.total;
    if (total === undefined) return;
    const { searched } = this.lists[what];
    const hidden = Math.max(0, total - Object.keys(this.#listed(what)).length);
    show(find(`#no-${what}`), total === 0 && !searched);
    show(find(`#more-${what}`), hidden > 0);
    say(find(`#more-${what}`), hidden > 0 ? `and ${hidden.toLocaleString()} more` : "");
    show(find(`#found-${what}`), searched);
    say(find(`#found-${what}`), searched ? foundWords(what, total) : "");
    if (what === "sessions") this.#countSessions(total, { searched, whole: hidden === 0 });
  }

  #countSessions(total, { searched, whole }) {
    this.#counts.sessions = total;
    this.#counts.seats = Object.values(this.#listed("sessions")).reduce((sum, one) => sum + freeSeats(one), 0);
    const one = total === 1;
    const words = searched ? ["session found", "sessions found"] : ["open session", "open sessions"];
    this.#showCount("sessions", words[one ? 0 : 1]);
    const seats = this.#counts.seats === 1 ? "free seat" : "free seats";
    this.#showCount("seats", whole ? seats : `${seats} in those shown`);
    this.#speakSoon();
  }

  #showCount(what, words) {
    const [number, word] = find(`#${what}-count`).children;
    say(number, this.#counts[what].toLocaleString());
    say(word, words);
  }

  #speakSoon() {
    if (!this.known) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      const [online, open] = ["people", "sessions"].map((what) => find(`#${what}-count`).textContent);
      this.announce(`${online}, ${open}.`);
    }, QUIET_MS);
  }
}

function askSessions(form) {
  const { open, free, region } = form.elements;
  const conditions = {
    name: searched(form),
    entry: open.checked ? "open" : null,
    password: open.checked ? false : null,
    free: free.checked ? { min: 1 } : null,
    region: region.value || null,
  };
  return { ...asking(conditions), sort: "-created" };
}

function askPeople(form) {
  return { ...asking({ name: searched(form) }), sort: "-since" };
}

function foundWords(what, total) {
  const [one, many, none] = what === "people" ? ["person", "people", "Nobody"] : ["session", "sessions", "No session"];
  if (total === 0) return `${none} found.`;
  return `${total.toLocaleString()} ${total === 1 ? one : many} found.`;
}

function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}
