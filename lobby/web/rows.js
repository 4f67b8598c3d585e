// A list on the page, kept by key: only rows that changed are touched, and all changes of one frame
// are drawn together. Knows nothing of what a row shows.

const GLOW_MS = 1800;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Rows {
  #rows = new Map(); // key -> what `make` returned
  #dirty = new Set();
  #all = true; // draw every row again
  #frame = 0;
  #state = {};

  /**
   * `make(key)` returns {element, update(value)}. `compare` orders [key, value] pairs.
   * `drawn()` is told after each drawing.
   */
  constructor(list, { make, compare, drawn }) {
    this.list = list;
    this.make = make;
    this.compare = compare;
    this.drawn = drawn;
  }

  /** `patch` says which keys changed; null: any may have. */
  take(state, patch) {
    this.#state = state;
    if (patch === null) this.#all = true;
    else for (const key of Object.keys(patch)) this.#dirty.add(key);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Draw one row again, though its value is the same. */
  refresh(key) {
    if (key in this.#state) this.take(this.#state, { [key]: null });
  }

  #draw() {
    this.#frame = 0;
    const entries = Object.entries(this.#state).sort(this.compare);
    const wanted = new Set(entries.map(([key]) => key));
    for (const [key, row] of this.#rows) if (!wanted.has(key)) this.#drop(key, row);
    const first = this.#rows.size === 0 && this.#all;
    entries.forEach(([key, value], index) => this.#place(key, value, { index, first }));
    this.#all = false;
    this.#dirty.clear();
    this.drawn();
  }

  #place(key, value, { index, first }) {
    let row = this.#rows.get(key);
    const fresh = row === undefined;
    if (fresh) this.#rows.set(key, (row = this.make(key)));
    if (fresh || this.#all || this.#dirty.has(key)) update(row, value);
    const there = this.list.children[index];
    if (there !== row.element) this.list.insertBefore(row.element, there ?? null);
    if (fresh && !first && this.#dirty.has(key)) glow(row.element);
  }

  #drop(key, row) {
    row.element.remove();
    this.#rows.delete(key);
  }
}

// One row that cannot be shown stops no other.
function update(row, value) {
  try {
    row.update(value);
  } catch (error) {
    reportError(error);
  }
}

/** Set what it says, if it says something else; true when it did. */
export function say(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Set a data attribute, if it is another. */
export function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/** Draw the eye to a change: a colour that fades, or for those who want no motion, one that goes. */
export function glow(element) {
  const colours = [{ backgroundColor: "var(--glow)" }, {}];
  element.animate(colours, { duration: GLOW_MS, easing: calm.matches ? "step-end" : "ease-out" });
}

/** An element with classes, in document order with its children. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}
