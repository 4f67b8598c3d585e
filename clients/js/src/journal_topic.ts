// A journal heals by its cursor; each watcher reads from a cursor of its own.

import { frozen } from "./patch.js";
import { Topic } from "./topics.js";
import type { Frame } from "./connection.js";
import type { JournalWatcher } from "./watchers.js";

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
    } else if (frame.type === "entry" && frame.cursor > 0) {
      this.#newest = Math.max(this.#newest, frame.cursor);
      const entry = frozen(frame.entry);
      for (const watcher of [...this.watchers]) watcher.take(entry, frame.cursor);
    }
  }
}
