// Commands from their call to their answer. A text is made once and said again byte for byte after
// a loss, in the order of the calls, no faster than the server takes them.

import { after, type Timer } from "./backoff.js";
import { Deferred } from "./emitter.js";
import {
  ClosedError,
  LobbyError,
  QueueFullError,
  RefusedError,
  TimeoutError,
  UnknownOutcomeError,
} from "./errors.js";
import { positive, USUAL, type Limits } from "./welcome.js";
import type { Closing, CommandOptions } from "./api.js";
import type { Frame } from "./connection.js";

const MOST_UNANSWERED = 32;
/** A signal is known to the server for two minutes, other commands for longer. */
const REPEATABLE_MS = 110_000;
const RETRY_MS = 1000;
/** Longer each time, for servers that say "at once" and mean no. */
const SHORTEST_RETRY_MS = 50;
const MOST_DOUBLED = 8;
/** `too_many` for longer than this is about one thing, and no reason to hold back all others. */
const PAUSE_MS = 2000;
/** What the connection itself says in between: hello, ping. */
const RESERVED = 2;
const MAY_PASS = ["too_many", "unavailable", "in_progress"];

/** Five bits a letter. Not randomUUID: pages under plain http, other than localhost's, lack it. */
export function random(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => (byte & 31).toString(32)).join("");
}

export function refused(frame: Frame, command: string): RefusedError {
  const { code, message, retry_after, about } = frame;
  return new RefusedError(String(code), message, command, retry_after ?? null, about ?? null);
}

interface Entry {
  type: string;
  id: string;
  text: string;
  sent: boolean;
  firstSent: number;
  notBefore: number;
  refusals: number;
  once: boolean;
  own: boolean;
  until: number;
  done(result: any): void;
  fail(error: Error): void;
}

export class CommandQueue {
  #entries = new Map<string, Entry>();
  #send: ((text: string) => void) | null = null;
  #limits = USUAL;
  #tokens = 0;
  #filled = 0;
  #pausedUntil = 0;
  #timer: Timer | undefined;

  constructor(
    private most: number,
    private timeout: number,
  ) {}

  /** Of the game: resolves with the result. */
  command(type: string, fields: object, options: CommandOptions): Promise<any> {
    const { signal, id = random(22), timeout = this.timeout, retry } = options;
    const answer = new Deferred<any>();
    try {
      signal?.throwIfAborted();
      const waiting = [...this.#entries.values()].filter((entry) => !entry.own && !entry.sent);
      if (waiting.length >= this.most) throw new QueueFullError(this.most);
      if (this.#entries.has(id)) throw new LobbyError("LobbyError", `the id ${id} is in use`);
      const entry = this.#entry(type, fields, id);
      const timer = after(timeout, () => this.#end(entry, this.#late(entry)));
      const abort = () => this.#end(entry, signal!.reason);
      const over = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      entry.until = Date.now() + timeout;
      entry.once = retry === "never";
      entry.done = (result) => (over(), answer.resolve(result));
      entry.fail = (error) => (over(), answer.reject(error));
      signal?.addEventListener("abort", abort);
      this.#add(entry);
    } catch (error) {
      answer.reject(error);
    }
    return answer.promise;
  }

  /** Of the client itself: dropped when the connection is lost. Told before the next frame is. */
  own(type: string, fields: object, done: (result: any) => void, fail: (error: RefusedError) => void): void {
    try {
      const entry = this.#entry(type, fields, random(22));
      this.#add(Object.assign(entry, { own: true, done, fail }));
    } catch (error) {
      fail(error as RefusedError);
    }
  }

  live(send: (text: string) => void, limits: Limits): void {
    this.#limits = limits;
    this.#send = send;
    this.#tokens = Math.max(1, this.#limits.commands_burst - RESERVED);
    this.#filled = Date.now();
    this.#pausedUntil = 0;
    this.pump();
  }

  /** `unsaid`: what was sent is not to be said again. */
  lost(unsaid: string | null): void {
    this.#send = null;
    clearTimeout(this.#timer);
    for (const entry of this.#entries.values()) {
      if (entry.own) this.#entries.delete(entry.id);
      else if (entry.sent && (entry.once || unsaid)) this.#unknown(entry, unsaid ?? "the connection was lost");
      entry.sent = false;
    }
  }

  /** Those that were sent are of another identity. */
  disown(): void {
    for (const entry of this.#entries.values()) {
      if (entry.firstSent) this.#unknown(entry, "another identity");
    }
  }

  close(why: Closing): void {
    this.lost(null);
    const closed = new ClosedError(why);
    for (const entry of this.#entries.values()) {
      if (entry.firstSent) this.#unknown(entry, "closed", closed);
      else this.#end(entry, closed);
    }
  }

  answered(frame: Frame): void {
    const entry = this.#entries.get(frame.re);
    if (!entry?.sent) return;
    if (frame.type === "reply") {
      this.#entries.delete(entry.id);
      entry.done(frame.result ?? {});
    } else if (!this.#again(entry, frame)) this.#end(entry, refused(frame, entry.type));
    this.pump();
  }

  pump(): void {
    clearTimeout(this.#timer);
    if (!this.#send) return;
    const now = Date.now();
    const { commands_per_second, commands_burst, waiting } = this.#limits;
    const rate = commands_per_second / 1000;
    const most = Math.max(1, commands_burst - RESERVED);
    // A clock that was set back has not taken anything away.
    this.#tokens = Math.min(most, this.#tokens + Math.max(0, now - this.#filled) * rate);
    this.#filled = now;
    if (this.#pausedUntil > now) return this.#wake(this.#pausedUntil - now);
    let next = Infinity;
    let unanswered = 0;
    for (const entry of this.#entries.values()) if (entry.sent) unanswered++;
    for (const entry of [...this.#entries.values()]) {
      if (entry.sent) continue;
      if (entry.notBefore > now) {
        next = Math.min(next, entry.notBefore - now);
        continue;
      }
      if (entry.firstSent && now - entry.firstSent > REPEATABLE_MS) {
        this.#unknown(entry, "too old to be said again");
        continue;
      }
      if (unanswered >= Math.min(MOST_UNANSWERED, waiting)) break;
      if (this.#tokens < 1) {
        next = Math.min(next, (1 - this.#tokens) / rate);
        break;
      }
      this.#tokens--;
      unanswered++;
      entry.sent = true;
      entry.firstSent ||= now;
      this.#send(entry.text);
    }
    if (next < Infinity) this.#wake(next);
  }

  #entry(type: string, fields: object, id: string): Entry {
    const text = JSON.stringify({ ...fields, type, id });
    const bytes = new TextEncoder().encode(text).length;
    const most = this.#limits.message_bytes;
    if (bytes > most) throw new RefusedError("too_large", `${bytes} bytes; at most ${most}`, type);
    const nothing = { done() {}, fail() {} };
    return { type, id, text, sent: false, firstSent: 0, notBefore: 0, refusals: 0, once: false, own: false, until: Infinity, ...nothing };
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    this.pump();
  }

  /** A refusal that may pass: the same text again, as long as there is time. */
  #again(entry: Entry, frame: Frame): boolean {
    const told = frame.retry_after == null ? RETRY_MS : positive(frame.retry_after, 0) * 1000;
    const wait = Math.max(told, SHORTEST_RETRY_MS * 2 ** Math.min(entry.refusals++, MOST_DOUBLED));
    const at = Date.now() + wait;
    if (entry.once || !MAY_PASS.includes(frame.code) || at > entry.until) return false;
    // A wait of an hour is no wait of the connection's, but an answer to whoever asked.
    if (entry.own && wait > 60_000) return false;
    entry.sent = false;
    entry.notBefore = at;
    if (frame.code === "too_many" && wait <= PAUSE_MS) this.#pausedUntil = Math.max(this.#pausedUntil, at);
    return true;
  }

  #wake(ms: number): void {
    this.#timer = after(Math.ceil(ms), () => this.pump());
  }

  #late(entry: Entry): Error {
    const { type, id, firstSent } = entry;
    if (firstSent) return new UnknownOutcomeError(type, id, "no answer in time");
    return new TimeoutError(`${type}: not sent in time`);
  }

  #unknown(entry: Entry, why: string, cause?: unknown): void {
    this.#end(entry, new UnknownOutcomeError(entry.type, entry.id, why, cause));
  }

  #end(entry: Entry, error: Error): void {
    if (this.#entries.delete(entry.id)) entry.fail(error);
  }
}
