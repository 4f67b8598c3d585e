// An async iterator that is filled from outside.

export class Feed<T> implements AsyncIterator<T> {
  items: T[] = [];
  #over = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(private stop: () => void) {}

  push(item: T): void {
    this.items.push(item);
    this.#wake?.();
  }

  /** What was pushed before is still given. */
  end(error?: Error): void {
    this.#over = true;
    this.#error ??= error;
    this.stop();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (!this.items.length && !this.#over) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.items.length) return { value: this.items.shift()!, done: false };
    const error = this.#error;
    this.#error = undefined;
    if (error) throw error;
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<T>> {
    this.items = [];
    this.end();
    return { value: undefined, done: true };
  }
}
