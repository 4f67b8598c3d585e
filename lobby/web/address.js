// Where on the page one is, and what one looks for, as the address says it.

const FILTERS = ["q", "mode", "region", "with", "show", "sort"];

/** The place and the filters that an address names: {place, id?, code?, filters}. */
export function read({ pathname, search }) {
  const asked = new URLSearchParams(search);
  const filters = {};
  for (const key of FILTERS) if (asked.get(key)) filters[key] = asked.get(key);
  const [, first, second] = pathname.split("/");
  const code = asked.get("code");
  if (first === "s" && second) return { place: "session", id: second, ...(code && { code }), filters };
  if (first === "people" || first === "inbox") return { place: first, filters };
  return { place: "lobby", filters };
}

/** The address of a place, with the filters that are kept on the way. */
export function write({ place, id, code, filters = {} }) {
  const path = place === "session" ? `/s/${id}` : place === "lobby" ? "/" : `/${place}`;
  const said = new URLSearchParams(FILTERS.filter((key) => filters[key]).map((key) => [key, filters[key]]));
  if (code) said.set("code", code);
  return said.size ? `${path}?${said}` : path;
}

/** The place now; `changed()` is told when it is another. */
export class Address {
  constructor(changed) {
    this.changed = changed;
    Object.assign(this, read(location));
    addEventListener("popstate", () => this.#arrive());
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /** The address of this place, with the filters as they are. */
  to(place, id, code) {
    return write({ place, id, code, filters: this.filters });
  }

  go(place, id) {
    this.#push(this.to(place, id));
    scrollTo(0, 0);
  }

  /** Other filters here; what is typed makes no step back of each letter. */
  filter(more) {
    const filters = { ...this.filters, ...more };
    history.replaceState(null, "", write({ place: this.place, id: this.id, code: this.code, filters }));
    this.#arrive();
  }

  #push(url) {
    if (url !== location.pathname + location.search) history.pushState(null, "", url);
    this.#arrive();
  }

  #arrive() {
    this.id = this.code = undefined;
    Object.assign(this, read(location));
    this.changed();
  }

  /** Links within the page are followed without loading it again. */
  #follow(event) {
    const link = event.target.closest?.("a[data-place]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#push(link.getAttribute("href"));
    scrollTo(0, 0);
  }
}
