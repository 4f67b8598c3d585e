// Who is online: how many, those who answer a search, and one's friends.

import { Window } from "./sessions_found.js";

export const FIRST_PEOPLE = 25;
const MOST_MET = 5000; // names kept of people who are in sight no longer

const UNLISTED = {
  forbidden: "Who is online is shown to friends alone here, to others only how many.",
  roster_too_large: "Too many are online to list them here: only how many.",
  list_full: "This page has asked too many questions at once. Load it again.",
  malformed: "That cannot be searched for. Use other words.",
};

export class PeopleFound {
  #met = new Map(); // names by uuid
  #friends = null;

  constructor(client, changed) {
    this.client = client;
    this.changed = changed;
    this.window = new Window(client, "people", changed);
    this.count = client.watch("presence:count");
    this.count.on("change", changed);
  }

  ask(text, most) {
    const name = text?.trim().slice(0, 64);
    this.window.ask({ ...(name && { filter: { name } }), sort: "name", limit: most });
  }

  followFriends() {
    this.#friends = this.client.watch("friends");
    this.#friends.on("change", this.changed);
  }

  close() {
    this.window.close();
    this.count.close();
    this.#friends?.close();
  }

  get online() {
    return this.count.state?.online ?? null;
  }

  get total() {
    return this.window.state?.total ?? null;
  }

  /** [uuid, person] by name, those without one last. */
  get listed() {
    return Object.entries(this.window.state?.people ?? {}).sort(byName);
  }

  /** [uuid, friend]: who is online first. */
  get friends() {
    const all = Object.entries(this.#friends?.state?.people ?? {}).sort(byName);
    return [...all.filter(([, one]) => one.status), ...all.filter(([, one]) => !one.status)];
  }

  /** Another object whenever something about a friend is another. */
  get friendsState() {
    return this.#friends?.state;
  }

  isFriend(uuid) {
    return Boolean(this.#friends?.state?.people[uuid]);
  }

  get unlisted() {
    const code = this.window.refused;
    return code && (UNLISTED[code] ?? `This list is not shown now (${code}). Load the page again later.`);
  }

  meet(uuid, name) {
    if (!uuid || !name) return;
    if (this.#met.size >= MOST_MET) this.#met.clear();
    this.#met.set(uuid, name);
  }

  learn(sessions) {
    for (const [uuid, { name }] of [...this.listed, ...this.friends]) this.meet(uuid, name);
    for (const { seats = {}, host, host_name } of sessions) {
      this.meet(host, host_name);
      for (const { player, name } of Object.values(seats)) this.meet(player, name);
    }
  }

  /** Whoever has a name and was in sight. */
  named(uuid) {
    return this.#met.get(uuid) ?? this.#friends?.state?.people[uuid]?.name ?? `no name (${String(uuid).slice(0, 8)})`;
  }
}

const LAST = "\u{10ffff}";

function byName([key, one], [other, another]) {
  const [left, right] = [one.name?.toLowerCase() ?? LAST, another.name?.toLowerCase() ?? LAST];
  if (left !== right) return left < right ? -1 : 1;
  return key < other ? -1 : 1;
}
