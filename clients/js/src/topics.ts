// The topics that are watched, each once however many watch it. Documents heal by version, journals
// by cursor; all of them are asked for at once after a loss.

import { ClosedError } from "./errors.js";
import { frozen, merged, type Path } from "./patch.js";
import type { Closing, Status } from "./api.js";
import type { Frame } from "./connection.js";
import type { JournalWatcher, LiveWatcher, Watcher } from "./watchers.js";

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
  abstract replied(result: Frame): void;
  abstract take(frame: Frame): void;
}

export class DocumentTopic extends Topic<LiveWatcher<any>> {
  state: unknown;
  known: { epoch: string; version: number } | undefined;

  have(): object {
    return this.known ? { known: this.known } : {};
  }

  reset(): void {
    this.state = this.known = undefined;
    this.become("asking");
  }

  replied(): void {}

  take(frame: Frame): void {
    if (frame.type === "state") {
      this.known = { epoch: frame.epoch, version: frame.version };
      this.state = frozen(frame.state);
      this.#changed([[]]);
    } else if (frame.type === "patch") this.#fold(frame);
    else if (frame.type === "unchanged") this.become("live");
  }

  #fold({ since, version, patch }: Frame): void {
    if (this.known && version <= this.known.version) return;
    if (since !== this.known?.version) return this.want();
    const paths: Path[] = [];
    this.state = merged(patch, this.state, paths);
    this.known = { epoch: this.known!.epoch, version };
    this.#changed(paths);
  }

  #changed(paths: Path[]): void {
    this.become("live");
    const { state } = this;
    for (const watcher of this.watchers) watcher.arrived(state);
    const change = { state, paths, whole: paths[0]?.length === 0 };
    if (paths.length) this.tell("change", Object.freeze(change));
  }
}

export class JournalTopic extends Topic<JournalWatcher<any>> {
  #epoch: string | undefined;
  #newest = 0;
  /** The lowest cursor that was said; those who have it are told of what is gone. */
  #said: number | undefined;

  have(): object {
    const read = [...this.watchers].map((watcher) => watcher.read).filter((one) => one !== undefined);
    if (!read.length) return {};
    this.#said = Math.min(...read);
    return { after: this.#said, ...(this.#epoch && { epoch: this.#epoch }) };
  }

  reset(): void {
    this.#epoch = undefined;
    for (const watcher of this.watchers) watcher.reset();
    this.become("asking");
  }

  /** One more reads along; what it lacks is asked for. */
  join(watcher: JournalWatcher<any>): void {
    if (this.status !== "live" || this.asked) return this.want();
    if (watcher.read !== undefined && watcher.read !== this.#newest) return this.want();
    watcher.read = this.#newest;
    watcher.arrived(watcher.read);
  }

  /** It is beyond the end, and another has asked from before that: all that is kept is its. */
  #restart(watcher: JournalWatcher<any>): void {
    watcher.read = 0;
    watcher.loose = true;
    watcher.tell("trimmed");
    this.wanted = true;
  }

  replied({ cursor, epoch }: Frame): void {
    const other = this.#epoch !== undefined && this.#epoch !== epoch;
    this.#epoch = epoch;
    this.#newest = cursor;
    for (const watcher of this.watchers) {
      if (cursor < watcher.cursor && watcher.read !== this.#said) this.#restart(watcher);
      watcher.loose ||= other || cursor < watcher.cursor;
      if (watcher.read === undefined || (watcher.loose && !this.wanted)) watcher.read = cursor;
      watcher.arrived(watcher.cursor);
    }
    this.become("live");
  }

  take(frame: Frame): void {
    if (frame.type === "trimmed") {
      for (const watcher of [...this.watchers]) {
        if (!watcher.loose && watcher.read !== this.#said) continue;
        watcher.loose = true;
        watcher.read = this.#newest;
        watcher.tell("trimmed");
      }
    } else if (frame.type === "entry") {
      this.#newest = Math.max(this.#newest, frame.cursor);
      const entry = frozen(frame.entry);
      for (const watcher of [...this.watchers]) watcher.take(entry, frame.cursor);
    }
  }
}

export class Topics {
  #topics = new Map<string, Topic>();
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
    if (!this.forget(topic) || !this.#live || !topic.open) return;
    if ([...this.#topics.values()].some(({ name }) => name === topic.name)) return;
    this.asking.own("unwatch", { topic: topic.name }, () => {}, () => {});
  }

  forget(topic: Topic): boolean {
    return this.#topics.get(topic.key) === topic && this.#topics.delete(topic.key);
  }

  #later(topic: Topic, ms: number): void {
    const timer: any = setTimeout(() => this.#topics.get(topic.key) === topic && topic.want(), ms);
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
      const said: Frame[] = one ? [result] : result.topics;
      topics.forEach((topic, n) => this.#replied(topic, said[n] ?? {}));
    };
    const fail = (refusal: Frame) => {
      for (const topic of topics) this.#replied(topic, refusal);
    };
    this.asking.own("watch", one ? asked[0]! : { topics: asked }, replied, fail);
  }

  #replied(topic: Topic, said: Frame): void {
    topic.asked = 0;
    if (this.#topics.get(topic.key) !== topic) return;
    const wait = said.retry_after ?? said.retryAfter;
    if (said.topic) {
      topic.name = said.topic;
      topic.replied(said);
    } else if (wait != null) this.#later(topic, wait * AGAIN_MS * (1 + Math.random()));
    else topic.end(String(said.code));
    if (topic.wanted) this.soon();
  }
}
