// When to ask for a newer token: after three quarters of the time that the last one is good for.

import { after, type Timer } from "./backoff.js";
import { positive } from "./welcome.js";

const SHARE = 750;
const SOONEST_MS = 5000;
const AGAIN_MS = 30_000;

export class Renewal {
  #timer: Timer | undefined;

  constructor(private renew: () => Promise<void>) {}

  /** `seconds`: that the token is good for; none: for good. */
  begin(seconds: unknown): void {
    const ms = positive(seconds, 0) * SHARE;
    if (ms) this.#in(ms);
    else this.stop();
  }

  again = (): void => this.#in(AGAIN_MS);

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #in(ms: number): void {
    this.stop();
    const timer = (this.#timer = after(Math.max(ms, SOONEST_MS), () => {
      // One that fails because it was stopped is not asked again.
      this.renew().catch(() => this.#timer === timer && this.again());
    }));
  }
}
