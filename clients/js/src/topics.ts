// The topics that are watched, each once however many watch it. All of them are asked for at once
// after a loss, each with what we have.

import { after } from "./backoff.js";
import { ClosedError } from "./errors.js";
import { positive } from "./welcome.js";
import type { Closing, Status } from "./api.js";
import type { Frame } from "./connection.js";
import type { Watcher } from "./watchers.js";

const MOST_AT_ONCE = 64;
const AGAIN_MS = 1000;
const WATCH_AGAIN = "watch_again";

/** `ask`: on the connection, which is live. */
export interface Asking {
  own(type: string, fields: object, done: (result: any) => void, fail: (refusal: Frame) => void): void;
}

export abstract class Topic<W extends Watcher<any, any> = any> {
  readonly watchers = new Set<W>();
  status: Status = "asking";
  /** To be asked for. */
  wanted = true;
  /** Asked for: what comes before the reply does not fit what we have. */
  asked = 0;
  /** Asked for on this connection. */
  open = false;
  /** As frames have it; of a question the server says it. */
  name: string;

  constructor(
    readonly key: string,
    readonly question: Record<string, unknown> & { topic: string },
    private topics: Topics,
  ) {
    this.name = key.includes(",") ? "" : question.topic;
  }

  become(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    this.tell("status", status);
  }

  tell(event: string, ...details: unknown[]): void {
    for (const watcher of [...this.watchers]) watcher.tell(event, ...details);
  }

  want(): void {
    this.wanted = true;
    this.topics.soon();
  }

  /** The last one that goes ends it, after a tick: who mounts anew in that tick goes on. */
  release(watcher: W): void {
    this.watchers.delete(watcher);
    if (!this.watchers.size) setTimeout(() => this.watchers.size || this.topics.drop(this), 0);
  }

  end(code: string): void {
    this.topics.forget(this);
    this.become("ended");
    for (const watcher of [...this.watchers]) watcher.ended(code);
  }

  lost(): void {
    this.wanted = true;
    this.open = false;
    this.asked = 0;
    if (this.status === "live") this.become("stale");
  }

  /** What to say of what we have. */
  abstract have(): object;
  abstract reset(): void;
  /** Once it has this version, and is seen from the inside; or will not have it. */
  async shows(_version: number, _inside: boolean): Promise<void> {}
  abstract replied(result: Frame): void;
  abstract take(frame: Frame): void;
}

export class Topics {
  #topics = new Map<string, Topic>();
  /** Topics to unwatch, by the names that the server gave them. */
  #unneeded = new Set<string>();
  #live = false;
  #soon = false;

  constructor(private asking: Asking) {}

  /** The topic of this question; `Kind` where it is not watched yet. */
  open<T extends Topic>(
    topic: string,
    question: Record<string, unknown>,
    Kind: new (key: string, question: any, topics: Topics) => T,
  ): T {
    const asked = { topic: topic.toLowerCase(), ...question };
    const key = JSON.stringify(asked);
    let found = this.#topics.get(key) as T | undefined;
    if (!found) {
      found = new Kind(key, asked, this);
      this.#topics.set(key, found);
      this.soon();
    }
    return found;
  }

  /** The result of a command, once the document of its session shows what it did, if it is watched. */
  async shown<R>(fields: any, result: R): Promise<R> {
    const { session, version: made } = result as Frame;
    const { id = fields?.session, version = made, state } = session ?? {};
    if (version >= 0) await this.#topics.get(JSON.stringify({ topic: `session:${id}` }))?.shows(version, !!state);
    return result;
  }

  live(): void {
    this.#live = true;
    this.#flush();
  }

  lost(): void {
    this.#live = false;
    for (const topic of this.#topics.values()) topic.lost();
  }

  reset(): void {
    for (const topic of this.#topics.values()) topic.reset();
  }

  close(why: Closing): void {
    this.lost();
    for (const topic of this.#topics.values()) {
      for (const watcher of [...topic.watchers]) watcher.over(new ClosedError(why));
    }
  }

  take(frame: Frame): void {
    for (const topic of [...this.#topics.values()]) {
      if (topic.name !== frame.topic || topic.asked) continue;
      if (frame.type !== "ended") topic.take(frame);
      else if (frame.code === WATCH_AGAIN) this.#later(topic, AGAIN_MS);
      else topic.end(String(frame.code));
    }
  }

  /** All that is asked for in one turn goes as one command. */
  soon(): void {
    if (this.#soon || !this.#live) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      this.#flush();
    });
  }

  drop(topic: Topic): void {
    if (!this.forget(topic) || !topic.open || !topic.name) return;
    this.#unneeded.add(topic.name);
    this.#unwatch();
  }

  /** Once every question has the name by which the server knows it: two may have the same. */
  #unwatch(): void {
    const topics = [...this.#topics.values()];
    if (topics.some(({ open, name }) => open && !name)) return;
    for (const topic of this.#live ? this.#unneeded : []) {
      if (!topics.some(({ name }) => name === topic)) this.asking.own("unwatch", { topic }, () => {}, () => {});
    }
    this.#unneeded.clear();
  }

  forget(topic: Topic): boolean {
    return this.#topics.get(topic.key) === topic && this.#topics.delete(topic.key);
  }

  #later(topic: Topic, ms: number): void {
    const timer: any = after(ms, () => this.#topics.get(topic.key) === topic && topic.want());
    timer.unref?.();
  }

  #flush(): void {
    if (!this.#live) return;
    const wanted = [...this.#topics.values()].filter((topic) => topic.wanted && !topic.asked);
    while (wanted.length) this.#ask(wanted.splice(0, MOST_AT_ONCE));
  }

  #ask(topics: Topic[]): void {
    const asked = topics.map((topic) => {
      topic.wanted = false;
      topic.asked++;
      topic.open = true;
      return { ...topic.question, ...topic.have() };
    });
    const one = asked.length === 1;
    const replied = (result: Frame) => {
      const said: Frame[] = one ? [result] : (result.topics ?? []);
      topics.forEach((topic, n) => this.#replied(topic, said[n] ?? {}));
    };
    const fail = (refusal: Frame) => {
      for (const topic of topics) this.#replied(topic, refusal);
    };
    this.asking.own("watch", one ? asked[0]! : { topics: asked }, replied, fail);
  }

  #replied(topic: Topic, said: Frame): void {
    topic.asked = 0;
    const known = topic.name;
    topic.name = said.topic ?? known;
    if (this.#topics.get(topic.key) !== topic) {
      if (!known && said.topic) this.#unneeded.add(said.topic); // given up before its answer
      return this.#unwatch();
    }
    const wait = said.retry_after ?? said.retryAfter;
    if (said.topic) topic.replied(said);
    else if (wait != null) this.#later(topic, Math.max(AGAIN_MS, positive(wait, 0) * 1000) * (1 + Math.random()));
    else topic.end(String(said.code ?? "malformed"));
    if (topic.wanted) this.soon();
    this.#unwatch();
  }
}
