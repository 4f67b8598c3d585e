// Which sessions there are: those one can join, all of them, one's own, and those where friends play.
// Each is a question to the lobby, which shows the first of those that answer and says how many there are.

import { inOrder, isOpen, titleOf } from "./doors.js";

/** Rows at first, and as many more; fewer where each is as wide as the screen. */
export const FIRST = matchMedia("(max-width: 40rem)").matches ? 40 : 50;
const FEW = 1; // where only the number is wanted
const AGAIN_MS = 60_000; // what was too much may be less by then
const MOST_KNOWN = 2000;
const FOR_NOW = new Set(["list_too_large", "roster_too_large", "unavailable", "internal_error", "too_many"]);

const UNLISTED = {
  list_too_large: "There are too many sessions to list them here. Search for one by its name.",
  list_full: "This page has asked too many questions at once. Load it again.",
  malformed: "That cannot be searched for. Use other words.",
};

/** One question at a time; the old answer stays until the next is there. */
class Window {
  #live = null;
  #asked = "";
  #timer = 0;
  #pending = false;
  state = null;
  refused = null;
  /** The answer to another question than before is there, and was not shown yet. */
  isNew = false;

  constructor(client, topic, changed) {
    this.client = client;
    this.topic = topic;
    this.changed = changed;
  }

  ask(question) {
    const asked = JSON.stringify(question);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#pending = true;
    this.#live?.close();
    this.#watch(question);
  }

  close() {
    this.#live?.close();
    this.#live = this.state = null;
    this.#asked = "";
  }

  #watch(question) {
    clearTimeout(this.#timer);
    const live = (this.#live = this.client.watch(this.topic, question));
    const take = (state) => {
      this.refused = null;
      this.state = state;
      if (this.#pending) this.isNew = true;
      this.#pending = false;
      this.changed();
    };
    live.on("change", ({ state }) => live === this.#live && take(state));
    live.on("ended", (code) => live === this.#live && this.#end(code, question));
    if (live.state) take(live.state);
  }

  #end(code, question) {
    this.state = null;
    this.refused = code;
    if (FOR_NOW.has(code)) this.#timer = setTimeout(() => this.#watch(question), AGAIN_MS);
    this.changed();
  }
}

export { Window };

export class SessionsFound {
  #narrow = false; // asked for some alone
  #names = new Map(); // of sessions, also of those that are over
  regions = new Set();
  modes = new Set();

  constructor(client, changed) {
    const window = () => new Window(client, "sessions", changed);
    this.welcome = window();
    this.all = window();
    this.own = window();
    this.ofFriends = window();
  }

  /**
   * Ask by these filters; `me`: who asks, null for a visitor. `most`: rows that are listed; `fold`: of
   * those one cannot join; 0: they are only counted.
   */
  ask(filters, { me, most, fold }) {
    const sort = filters.sort ?? "free";
    const base = conditions(filters);
    this.#narrow = Object.keys(base).length > 0;
    const open = me ? { welcome: true } : { entry: "open", full: false };
    const everything = filters.show === "all";
    this.welcome.ask({ filter: { ...base, ...open }, sort, limit: most });
    const limit = everything ? most : fold || FEW;
    this.all.ask(asked({ filter: base, sort, limit }));
  }

  /** Once it is known who one is. */
  follow(me, named) {
    this.own.ask({ filter: { with: me } });
    if (named) this.ofFriends.ask({ filter: { with: "friends" } });
  }

  close() {
    for (const one of [this.welcome, this.all, this.own, this.ofFriends]) one.close();
  }

  /** Once for each answer to another question. */
  takeNew() {
    const isNew = this.welcome.isNew || this.all.isNew;
    this.welcome.isNew = this.all.isNew = false;
    return isNew;
  }

  /** [id, session] in order: those that one can join, or all. */
  listed(filters) {
    const found = (filters.show === "all" ? this.all : this.welcome).state?.sessions ?? {};
    return Object.entries(found).sort(inOrder(filters.sort ?? "free"));
  }

  /** [id, session] of those that one cannot join, as far as they are held. */
  barred(filters) {
    const can = this.welcome.state?.sessions ?? {};
    const mine = this.own.state?.sessions ?? {};
    const whole = this.welcome.state?.total === Object.keys(can).length; // else an open door says that one can
    const bars = ([id, session]) => !(id in can) && !(id in mine) && (whole || !isOpen(session));
    const rest = Object.entries(this.all.state?.sessions ?? {}).filter(bars);
    return rest.sort(inOrder(filters.sort ?? "free"));
  }

  /** How many: {welcome, all}; null where it is not known. */
  get totals() {
    return { welcome: this.welcome.state?.total ?? null, all: this.all.state?.total ?? null };
  }

  /** Whether one may come in, as far as the list says it. */
  isWelcome(id, session) {
    const held = this.welcome.state;
    if (held && id in held.sessions) return true;
    const whole = held && !this.#narrow && held.total === Object.keys(held.sessions).length;
    return whole ? false : isOpen(session);
  }

  /** A session wherever it is shown. */
  get(id) {
    for (const { state } of [this.own, this.welcome, this.all, this.ofFriends]) if (state?.sessions[id]) return state.sessions[id];
    return null;
  }

  /** Note names, regions and modes as they come by. */
  learn() {
    if (this.#names.size > MOST_KNOWN) this.#names.clear();
    for (const { state } of [this.own, this.welcome, this.all, this.ofFriends]) {
      for (const [id, session] of Object.entries(state?.sessions ?? {})) {
        const { region, attributes } = session;
        this.#names.set(id, titleOf(id, session));
        if (region) this.regions.add(region);
        if (typeof attributes?.mode === "string" && this.modes.size < FIRST) this.modes.add(attributes.mode);
      }
    }
  }

  name(id, session) {
    if (session) this.#names.set(id, titleOf(id, session));
  }

  titled(id) {
    return this.#names.get(id) ?? `session ${id}`;
  }

  /** Why there is no list, in words. */
  get unlisted() {
    const code = this.all.refused ?? this.welcome.refused;
    return code && (UNLISTED[code] ?? `This list is not shown now (${code}). Load the page again later.`);
  }
}

function conditions({ q, mode, region, with: company }) {
  return {
    ...(q?.trim() && { name: q.trim().slice(0, 64) }),
    ...(mode && { attributes: { mode } }),
    ...(region && { region }),
    ...(company && { with: company }),
  };
}

function asked({ filter, ...rest }) {
  return Object.keys(filter).length ? { filter, ...rest } : rest;
}
