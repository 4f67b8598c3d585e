// The sessions one is in, as those inside see them: seats, what is said, who is ready, who is kept out.

import { seatOf } from "./doors.js";
import { Readiness } from "./readiness.js";

const MOST_LINES = 200;
const MAY_HOST = new Set(["user", "host", "player"]);

export class Room {
  lines = []; // of the chat: {author, name, text, at, cursor}
  unread = 0;
  /** Who is kept out, by uuid; null: not theirs to see. */
  excluded = null;
  #asked = "";
  #refused = "";
  #watched;

  constructor(id, { client, me, kind, changed, over }) {
    Object.assign(this, { id, client, me, kind, changed });
    this.session = null;
    const live = client.watch(`session:${id}`);
    const chat = client.journal(`chat:${id}`, { after: 0 });
    this.ready = new Readiness(this);
    this.#watched = [live, chat];
    live.on("change", ({ state }) => this.#see(state, over));
    live.on("ended", over);
    // The place may have watched it before: then nothing comes that would tell it.
    queueMicrotask(() => live.state && !this.session && this.#see(live.state, over));
    chat.on("entry", (entry, cursor) => this.#hear(entry, cursor));
  }

  close() {
    for (const one of this.#watched) one.close();
    this.ready.close();
  }

  get seat() {
    return seatOf(this.session, this.me);
  }

  get leads() {
    return this.session.host === this.me;
  }

  mayInvite() {
    const { entry } = this.session;
    return entry !== "closed" && (this.leads || Boolean(this.seat?.permits?.includes("invite")));
  }

  mayKick({ player, status, permits = [] }) {
    if (this.excluded === null || !player || player === this.me) return false;
    if (status !== "taken" && status !== "invited") return false;
    const { instance, host } = this.session;
    if (instance?.host_type === "player" && instance.host === player) return false;
    return this.leads || instance?.host === this.me || (player !== host && permits.length === 0);
  }

  /** Only a leader who may kick bans, since nobody else's bans count. */
  mayBan(seat) {
    return this.leads && MAY_HOST.has(this.kind) && !this.session.led_in_name && this.mayKick(seat);
  }

  /** Bans leave no trace in the session: what is kept out is read again. */
  async act(type, fields) {
    await this.client.command(type, fields);
    await this.#readExcluded(true);
  }

  #see(state, over) {
    if (!seatOf(state, this.me)) return over();
    this.session = state;
    this.ready.see(state);
    this.#readExcluded();
    this.changed();
  }

  #hear(entry, cursor) {
    this.lines = [...this.lines.slice(1 - MOST_LINES), { ...entry, cursor }];
    if (entry.author !== this.me) this.unread += 1;
    this.changed();
  }

  /** Asked by those who may kick, whenever somebody may have been. Refusals are counted, so nobody
   * asks again as whom they were refused. */
  async #readExcluded(again = false) {
    const { host, instance, seats } = this.session;
    const permits = this.seat?.permits ?? [];
    const may = this.leads || instance?.host === this.me || permits.includes("kick");
    const standing = JSON.stringify([host, instance?.host, permits]);
    const taken = Object.values(seats).filter(({ status }) => status !== "free").length;
    if (!may) this.excluded = null;
    if (!may || standing === this.#refused || (`${standing} ${taken}` === this.#asked && !again)) return;
    this.#asked = `${standing} ${taken}`;
    try {
      this.excluded = (await this.client.command("session.excluded", { session: this.id })).excluded;
    } catch ({ code }) {
      this.excluded = null;
      if (code === "forbidden") this.#refused = standing;
    }
    this.changed();
  }
}

/** All rooms, by id. `changed()` as something changes in one. */
export class Rooms {
  #rooms = new Map();

  constructor(client, { identity, changed }) {
    this.told = { client, me: identity.uuid, kind: identity.kind, changed };
  }

  get all() {
    return [...this.#rooms.values()].filter(({ session }) => session);
  }

  get(id) {
    const room = this.#rooms.get(id);
    return room?.session ? room : null;
  }

  /** One is in it: the list, an invitation or an answer has said so. */
  enter(id) {
    if (this.#rooms.has(id)) return;
    const over = () => this.leave(id);
    this.#rooms.set(id, new Room(id, { ...this.told, over }));
  }

  leave(id) {
    this.#rooms.get(id)?.close();
    this.#rooms.delete(id);
    this.told.changed();
  }

  close() {
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }
}
