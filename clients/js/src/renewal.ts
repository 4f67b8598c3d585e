// When to ask for a newer token: after three quarters of the time that the last one is good for.

import { LONGEST_TIMER_MS } from "./backoff.js";
import { positive } from "./welcome.js";

const SHARE = 750;
const SOONEST_MS = 5000;
const AGAIN_MS = 30_000;

export class Renewal {
  #timer: ReturnType<typeof setTimeout> | undefined;

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
  }

  #in(ms: number): void {
    this.stop();
    const renew = () => this.renew().catch(this.again);
    this.#timer = setTimeout(renew, Math.min(Math.max(ms, SOONEST_MS), LONGEST_TIMER_MS));
  }
}
