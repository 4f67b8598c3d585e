// What `watch` and `journal` return: each has listeners of its own, and shares its topic.

import { after } from "./backoff.js";
import { Deferred, Emitter, type Off, type Report } from "./emitter.js";
import { ClosedError, FellBehindError, RefusedError, TimeoutError } from "./errors.js";
import { Feed } from "./feed.js";
import { valueAt, type Path } from "./patch.js";
import type { Change, Closing, Journal, Live, Status } from "./api.js";
import type { DocumentTopic } from "./document_topic.js";
import type { JournalTopic } from "./journal_topic.js";
import type { Topic } from "./topics.js";

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
const MOST_PATHS = 256;
const MOST_UNREAD = 500;
const WHOLE: readonly Path[] = [[]];

export abstract class Watcher<V, T extends Topic = Topic> {
  #closed = false;
  #ready = new Deferred<V>();
  protected readonly events: Emitter;

  constructor(
    protected readonly shared: T,
    report: Report,
    signal?: AbortSignal,
  ) {
    this.events = new Emitter(report);
    signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  get topic(): string {
    return this.shared.name || this.shared.question.topic;
  }

  get status(): Status {
    return this.#closed ? "ended" : this.shared.status;
  }

  get ready(): Promise<V> {
    return this.#ready.promise;
  }

  on(event: string, listener: (...details: any[]) => void): Off {
    return this.events.on(event, listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.over(new ClosedError({ code: 1000, reason: "no longer watched", by: "us" }));
    this.events.clear();
    this.shared.release(this);
  }

  [DISPOSE](): void {
    this.close();
  }

  arrived(value: V): void {
    this.#ready.resolve(value);
  }

  tell(event: string, ...details: unknown[]): void {
    this.events.emit(event, ...details);
  }

  ended(code: string): void {
    this.tell("ended", code);
    this.over(new RefusedError(code, "", "watch"));
  }

  /** Nobody waits any longer; whoever is back later waits anew. */
  over(error: Error): void {
    this.#ready.reject(error);
    this.tell("over", error);
    if (error instanceof ClosedError && !this.#closed) this.#ready = new Deferred();
  }
}

export class LiveWatcher<S> extends Watcher<S, DocumentTopic> implements Live<S> {
  get state(): S | undefined {
    return this.shared.state as S | undefined;
  }

  get version(): number {
    return this.shared.known?.version ?? -1;
  }

  #behind = false;

  /** Others have the state already: this one is told of it as if it came now. */
  catchUp(): void {
    this.arrived(this.state as S);
    this.#behind = true;
    queueMicrotask(() => {
      this.#behind = false;
      if (this.state !== undefined) this.tell("change", whole(this.state));
    });
  }

  at(path: Path, listener: (value: unknown) => void): Off {
    let last = this.#behind ? undefined : valueAt(this.state, path);
    return this.on("change", ({ state }: Change<S>) => {
      const now = valueAt(state, path);
      if (now !== last) listener((last = now));
    });
  }

  when(test: (state: S) => boolean, options: { timeout?: number; signal?: AbortSignal } = {}): Promise<S> {
    const { timeout, signal } = options;
    const found = new Deferred<S>();
    const look = () => {
      const { state } = this;
      try {
        if (state !== undefined && test(state)) found.resolve(state);
      } catch (error) {
        found.reject(error);
      }
    };
    const abort = () => found.reject(signal!.reason);
    const late = () => found.reject(new TimeoutError(`${this.topic}: not in time`));
    const timer = timeout === undefined ? undefined : after(timeout, late);
    const offs = [this.on("change", look), this.on("over", found.reject)];
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    look();
    return found.promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      for (const off of offs) off();
    });
  }

  subscribe = (listener: () => void): Off => this.on("change", () => listener());

  getSnapshot = (): S | undefined => this.state;

  /** The newest change alone: whoever reads slowly is told of several as one. */
  [Symbol.asyncIterator](): AsyncIterator<Change<S>> {
    const { state } = this;
    const feed = new Feed<Change<S>>(() => offs.forEach((off) => off()));
    const offs = [
      this.on("change", (change: Change<S>) => {
        const last = feed.items.pop();
        feed.push(last ? joined(last, change) : change);
      }),
      this.on("over", () => feed.end()),
    ];
    if (state !== undefined && !this.#behind) feed.push(whole(state));
    if (this.status === "ended") feed.end();
    return feed;
  }
}

const whole = <S>(state: S): Change<S> => Object.freeze({ state, paths: WHOLE, whole: true });

function joined<S>(last: Change<S>, next: Change<S>): Change<S> {
  const paths = [...last.paths, ...next.paths];
  if (last.whole || next.whole || paths.length > MOST_PATHS) return whole(next.state);
  return { ...next, paths };
}

export class JournalWatcher<E> extends Watcher<number, JournalTopic> implements Journal<E> {
  /** After `trimmed` the next entry counts, whatever its cursor. */
  loose = false;
  /** The last cursor. */
  read: number | undefined;

  constructor(
    shared: JournalTopic,
    report: Report,
    private after: number | undefined,
    signal?: AbortSignal,
  ) {
    super(shared, report, signal);
    this.reset();
  }

  /** Back to where it began. */
  reset(): void {
    this.read = this.after;
    this.loose = false;
  }

  get cursor(): number {
    return this.read ?? 0;
  }

  take(entry: E, cursor: number): void {
    if (!this.loose && cursor <= this.cursor) return;
    this.loose = false;
    this.read = cursor;
    this.tell("entry", entry, cursor);
  }

  [Symbol.asyncIterator](): AsyncIterator<{ entry: E; cursor: number }> {
    const feed = new Feed<{ entry: E; cursor: number }>(() => offs.forEach((off) => off()));
    const offs = [
      this.on("entry", (entry: E, cursor: number) => {
        if (feed.items.length < MOST_UNREAD) feed.push({ entry, cursor });
        else feed.end(new FellBehindError(feed.items[MOST_UNREAD - 1]!.cursor));
      }),
      this.on("over", () => feed.end()),
    ];
    if (this.status === "ended") feed.end();
    return feed;
  }
}
