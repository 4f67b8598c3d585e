// What a game is told: events, and what goes wrong in between.

import { Emitter } from "./emitter.js";
import type { Options } from "./api.js";

export class Reporter {
  #faulty = false;

  constructor(private log: Options["log"]) {}

  /** Where nobody listens for errors, the console is told; what such a listener throws, too. */
  fault = (error: unknown): void => {
    const fault = error instanceof Error ? error : new Error(String(error));
    this.note("error", { error: fault });
    if (this.#faulty || !this.events.has("error")) return console.error(fault);
    this.#faulty = true;
    this.events.emit("error", fault);
    this.#faulty = false;
  };

  readonly events = new Emitter(this.fault);

  note(event: string, detail: Record<string, unknown>): void {
    try {
      this.log?.(event, detail);
    } catch (error) {
      console.error(error);
    }
  }
}
