// Listeners, without EventTarget: not every place that runs this has one.

export type Off = () => void;
export type Report = (error: unknown) => void;

export class Emitter {
  #listeners = new Map<string, Set<{ call: (...details: any[]) => void }>>();

  /** `report` is told what a listener throws; the others are told all the same. */
  constructor(private report: Report) {}

  on(event: string, call: (...details: any[]) => void, signal?: AbortSignal): Off {
    if (signal?.aborted) return () => {};
    const entry = { call };
    const found = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, found.add(entry));
    const off = () => {
      found.delete(entry);
      signal?.removeEventListener("abort", off);
    };
    signal?.addEventListener("abort", off);
    return off;
  }

  emit(event: string, ...details: unknown[]): void {
    for (const { call } of [...(this.#listeners.get(event) ?? [])]) {
      try {
        call(...details);
      } catch (error) {
        this.report(error);
      }
    }
  }

  has(event: string): boolean {
    return !!this.#listeners.get(event)?.size;
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** A promise that is settled from outside; one that nobody waits for is no unhandled rejection. */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}
