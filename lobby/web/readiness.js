// Who in a room is ready: each says so to the others by a signal, and answers those who come later.
// The lobby relays it and keeps nothing: `{ready: true}`, `{ready: false}`, and `{ready: "?"}` to ask.

import { seatsOf } from "./doors.js";

const ASK_AFTER_MS = 300;

export class Readiness {
  #ready = new Set();
  #off;
  #timer = 0;

  constructor(room) {
    this.room = room;
    this.#off = room.client.on("signal", (signal) => signal.session === room.id && this.#hear(signal));
  }

  close() {
    this.#off();
    clearTimeout(this.#timer);
  }

  has(player) {
    return this.#ready.has(player);
  }

  get mine() {
    return this.has(this.room.me);
  }

  async set(ready) {
    await this.#say({ ready });
    this.#note(this.room.me, ready);
  }

  /** Who left is ready no longer; the first time the others are asked. */
  see(session) {
    const inside = new Set(seatsOf(session).map(({ player, status }) => (status === "taken" ? player : null)));
    for (const player of this.#ready) if (!inside.has(player)) this.#ready.delete(player);
    this.#timer ||= setTimeout(() => this.#say({ ready: "?" }).catch(() => {}), ASK_AFTER_MS);
  }

  #hear({ author, body }) {
    if (author === this.room.me) return;
    if (body.ready === "?") {
      this.#note(author, false); // whoever asks has only come, or come anew
      if (this.mine) this.#say({ ready: true }, author).catch(() => {});
    } else if (typeof body.ready === "boolean") this.#note(author, body.ready);
  }

  #note(player, ready) {
    if (ready) this.#ready.add(player);
    else this.#ready.delete(player);
    this.room.changed();
  }

  #say(body, to) {
    const fields = { session: this.room.id, body, ...(to && { to }) };
    return this.room.client.command("session.signal", fields, { retry: "never" });
  }
}
