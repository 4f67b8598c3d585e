// A list that moves only when nobody reads it: values change at once, rows come, go and change
// places in steps.

export const STEP_MS = 8000;
const SCROLL_MS = 2000;

export class SteppedOrder {
  #at = -Infinity;
  #shown = new Map(); // id -> the last value, in the order of the page
  #timer = 0;

  /** `read()` whether somebody points at a row or is in it; `step()` is called when one is due. */
  constructor({ read, step }) {
    this.read = read;
    this.step = step;
    this.scrolled = -Infinity;
    addEventListener("scroll", () => (this.scrolled = performance.now()), { passive: true });
  }

  /** The next time everything stands as it is: the reader has done something, or asked for it. */
  now() {
    this.#at = -Infinity;
    this.#shown.clear();
  }

  /**
   * Rows as they are to be shown, of [id, value] pairs in order: {rows: [[id, value, over]], newer}.
   * `over`: it is gone, and keeps its place until the step.
   */
  take(entries) {
    if (this.#may()) this.#become(entries);
    const found = new Map(entries);
    let newer = 0;
    for (const id of found.keys()) if (!this.#shown.has(id)) newer += 1;
    const rows = [...this.#shown].map(([id, last]) => {
      const value = found.get(id);
      if (value) this.#shown.set(id, value);
      return [id, value ?? last, value === undefined];
    });
    if (newer || rows.some(([, , over]) => over)) this.#soon();
    return { rows, newer };
  }

  #may() {
    const now = performance.now();
    if (this.#shown.size === 0) return true;
    return now - this.#at >= STEP_MS && now - this.scrolled >= SCROLL_MS && !this.read();
  }

  #become(entries) {
    const same = entries.length === this.#shown.size && [...this.#shown.keys()].every((id, n) => id === entries[n][0]);
    this.#shown = new Map(entries);
    if (!same) this.#at = performance.now();
  }

  #soon() {
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.step();
    }, Math.max(500, this.#at + STEP_MS - performance.now()));
  }
}
