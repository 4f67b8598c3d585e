// What somebody does on the page, one thing at a time for each button: which are under way, and
// which were refused and why.

import { explained } from "./refusals.js";

export class Acts {
  #busy = new Set();
  #refused = new Map();

  constructor(changed) {
    this.changed = changed;
  }

  busy(key) {
    return this.#busy.has(key);
  }

  /** Why the last try was refused, in words; null: it was not. */
  refusal(key) {
    return this.#refused.get(key) ?? null;
  }

  /** Say at a button why it does not do. */
  refuse(key, refusal) {
    this.#refused.set(key, refusal);
    this.changed();
  }

  forget(key) {
    if (this.#refused.delete(key)) this.changed();
  }

  /** Nobody is any more where it was said. */
  forgetAll() {
    this.#refused.clear();
  }

  /** True when it was done. */
  async run(key, act) {
    if (this.#busy.has(key)) return false;
    this.#busy.add(key);
    this.#refused.delete(key);
    this.changed();
    try {
      await act();
      return true;
    } catch (error) {
      if (!error.code && !/Error$/.test(error.name ?? "")) throw error;
      this.#refused.set(key, explained(error));
      return false;
    } finally {
      this.#busy.delete(key);
      this.changed();
    }
  }
}
