// When to come back: at random, so that thousands do not come at once; soon, while a seat is kept.

const LONGEST_IN_GRACE_MS = 2000;
const SETTLED_MS = 10_000;
/** Handshakes in any ten seconds, whatever fails. */
const MOST_TRIES = 10;
const WINDOW_MS = 10_000;
/** Beyond it a clock was set back. */
const MOST_EARLY_MS = 1000;
/** Longer ones would be over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LONGEST_WAIT_MS = 24 * 3_600_000;

export type Timer = ReturnType<typeof setTimeout>;

export const after = (ms: number, call: () => void): Timer => setTimeout(call, Math.min(ms, LONGEST_TIMER_MS));

export class Backoff {
  failures = 0;
  #returnAt = 0;
  #liveSince = 0;
  #lostAt = 0;
  #graceMs = 0;
  #tries: number[] = [];

  constructor(
    private first = 500,
    private longest = 30_000,
  ) {}

  /** Nobody told us to wait longer than until now, and there were not too many tries. */
  get free(): boolean {
    return Math.max(this.#returnAt, this.crowdedUntil) <= Date.now();
  }

  /** Until when there were as many tries as there may be. A clock may have been set back since. */
  get crowdedUntil(): number {
    const first = this.#tries.length < MOST_TRIES ? -Infinity : this.#tries[0]!;
    return Math.min(first, Date.now()) + WINDOW_MS;
  }

  /** A handshake begins. */
  tried(): void {
    this.#tries = [...this.#tries.slice(1 - MOST_TRIES), Date.now()];
  }

  /** Told how long to wait; returns until when. */
  waitFor(ms: number): number {
    if (ms > 0) this.#returnAt = Date.now() + Math.min(ms, LONGEST_WAIT_MS);
    return this.#returnAt;
  }

  reset(): void {
    this.failures = this.#returnAt = this.#liveSince = this.#lostAt = 0;
  }

  live(graceMs: number): void {
    this.#returnAt = this.#lostAt = 0;
    this.#liveSince = Date.now();
    this.#graceMs = graceMs;
  }

  /** When to come back, in ms since 1970. */
  lost(): number {
    const now = Date.now();
    if (this.#liveSince && now - this.#liveSince >= SETTLED_MS) this.failures = 0;
    this.#liveSince = 0;
    this.#lostAt ||= now;
    const hurried = now - this.#lostAt < this.#graceMs;
    const longest = hurried ? Math.min(this.longest, LONGEST_IN_GRACE_MS) : this.longest;
    const chance = Math.random() * Math.min(longest, this.first * 2 ** this.failures);
    // A place in a line is no failure.
    if (this.#returnAt <= now) this.failures++;
    return Math.max(Math.max(now, this.#returnAt) + chance, this.crowdedUntil);
  }
}

/** Returns what forgets it. Timers may be early: Node counts from the turn that its loop is in. */
export function callAt(until: number, call: () => void): () => void {
  let timer: Timer;
  const wait = (ms: number) => {
    timer = after(ms, () => {
      const left = until - Date.now();
      if (left > 0 && left < MOST_EARLY_MS) wait(left);
      else call();
    });
  };
  wait(until - Date.now());
  return () => clearTimeout(timer);
}
