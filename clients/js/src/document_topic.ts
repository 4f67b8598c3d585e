// A document heals by its version: a patch that does not follow what we have is asked for again.

import { frozen, merged, type Path } from "./patch.js";
import { Topic } from "./topics.js";
import type { Frame } from "./connection.js";
import type { LiveWatcher } from "./watchers.js";

/** Milliseconds that a result waits for the document which shows it. */
const SHOWN_MS = 2000;

export class DocumentTopic extends Topic<LiveWatcher<any>> {
  state: unknown;
  known: { epoch: string; version: number } | undefined;
  #view: string | undefined;
  #awaited = new Map<() => void, number>();

  have(): object {
    return this.known ? { known: this.known } : {};
  }

  reset(): void {
    this.state = this.known = undefined;
    this.become("asking");
  }

  override async shows(version: number, inside: boolean): Promise<void> {
    const outside = inside && this.#view === "outside";
    if (this.known && this.known.version >= version && !outside) return;
    await new Promise<void>((done) => {
      this.#awaited.set(done, outside ? Infinity : version);
      const timer: any = setTimeout(() => this.#awaited.delete(done) && done(), SHOWN_MS);
      timer.unref?.();
    });
  }

  override end(code: string): void {
    this.#tellAwaited(Infinity);
    super.end(code);
  }

  #tellAwaited(reached: number): void {
    for (const [done, version] of this.#awaited) {
      if (version <= reached && this.#awaited.delete(done)) done();
    }
  }

  replied(): void {}

  take(frame: Frame): void {
    if (frame.type === "state") {
      // Versions compare within an epoch: in another one we see another side of it.
      const same = this.known?.epoch === frame.epoch || !this.known;
      this.state = frozen(frame.state);
      this.known = { epoch: frame.epoch, version: frame.version };
      this.#view = frame.view;
      this.#changed([[]], same ? frame.version : Infinity);
    } else if (frame.type === "patch") this.#fold(frame);
    else if (frame.type === "unchanged") this.#changed([], frame.version);
  }

  #fold({ since, version, patch }: Frame): void {
    if (this.known && version <= this.known.version) return;
    if (since !== this.known?.version) return this.want();
    const paths: Path[] = [];
    this.state = merged(patch, this.state, paths);
    this.known = { epoch: this.known!.epoch, version };
    this.#changed(paths, version);
  }

  #changed(paths: Path[], version: number): void {
    this.become("live");
    const { state } = this;
    for (const watcher of this.watchers) watcher.arrived(state);
    const change = { state, paths, whole: paths[0]?.length === 0 };
    if (paths.length) this.tell("change", Object.freeze(change));
    this.#tellAwaited(version);
  }
}
