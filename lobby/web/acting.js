// What the one who came in may do on the cards: which sessions they are in, whom those keep out,
// what they may try. Asks the server, so that nothing is offered that it would refuse.

const SOON_MS = 500; // changes within it are asked about once
const MOST_ASKED = 50;
const MAY_HOST = new Set(["user", "host", "player"]);

export class Acting {
  #inner = new Map(); // session id -> what those inside see
  #excluded = new Map(); // session id -> who is kept out, by uuid; none: not theirs to see
  #refused = new Map(); // session id -> as whom they were not shown who is kept out
  #answers = new Map(); // session id -> {may, why?}
  #codeless = new Set(); // sessions that are refused a code
  #listed = {};
  #timer = 0;
  #due = new Set(); // sessions whose exclusions are to be read again

  /** `changed(id)` is told when something else may be done in a session. */
  constructor(channel, { changed }) {
    this.channel = channel;
    this.changed = changed;
    this.since = 0; // when one came in, in the server's Unix seconds
  }

  get me() {
    return this.channel.identity?.uuid ?? null;
  }

  /** The sessions on the page as they are by now. */
  look(listed) {
    this.#listed = listed;
    if (this.me) this.#askSoon();
  }

  /** Of all sessions, those where one sits: `changed(sessions, patch)` is told them. */
  findOwn(changed) {
    const mine = ({ sessions }, patch) => {
      for (const [id, session] of Object.entries(sessions)) if (seatOf(session, this.me)) this.enter(id);
      changed(sessions, patch && (patch.sessions ?? {}));
    };
    this.channel.watch("sessions", { changed: mine }, { question: { filter: { with: this.me } } });
  }

  /** Watch a session from the inside, as long as one is in it. */
  enter(id) {
    if (this.#inner.has(id)) return;
    this.#inner.set(id, null);
    const ended = () => this.#leave(id);
    this.channel.watch(`session:${id}`, { changed: (state) => this.#seen(id, state), ended });
  }

  /** The whole of a session where one is inside, else null. */
  inside(id) {
    return this.#inner.get(id) ?? null;
  }

  /** Who is kept out, where one may see it: {uuid: {until?, reason?}}; else null. */
  excluded(id) {
    return this.#excluded.get(id) ?? null;
  }

  /** Whether one may come in now: {may, why?}. */
  answer(id) {
    return this.#answers.get(id) ?? {};
  }

  mayKick(id, { player, status, permits = [] }) {
    const session = this.inside(id);
    if (!session || !this.#excluded.has(id) || !player || player === this.me) return false;
    if (status !== "taken" && status !== "invited") return false;
    const { instance, host } = session;
    if (instance?.host_type === "player" && instance.host === player) return false;
    return this.#byRole(session) || (player !== host && permits.length === 0);
  }

  /** Only a leader who may kick bans, since nobody else's bans count. */
  mayBan(id, seat) {
    const leads = this.inside(id)?.host === this.me && MAY_HOST.has(this.channel.identity.kind);
    return leads && this.mayKick(id, seat);
  }

  mayMakeCode(id) {
    const session = this.inside(id);
    return Boolean(session) && session.entry !== "closed" && !this.#codeless.has(id);
  }

  async makeCode(id) {
    try {
      await this.channel.command("session.code", { session: id });
    } catch (error) {
      this.#codeless.add(id);
      this.changed(id);
      throw error;
    }
  }

  /** Bans leave no trace in the session: what is kept out is read again. */
  async act(id, type, fields) {
    await this.channel.command(type, fields);
    this.#due.add(id);
    this.#askSoon();
  }

  #byRole(session) {
    return session.host === this.me || (session.instance && session.instance.host === this.me);
  }

  #seen(id, state) {
    if (!seatOf(state, this.me)) return this.#leave(id);
    this.#inner.set(id, state);
    this.#due.add(id);
    this.#askSoon();
    this.changed(id);
  }

  #leave(id) {
    this.channel.unwatch(`session:${id}`);
    this.#inner.delete(id);
    this.#excluded.delete(id);
    this.#refused.delete(id);
    this.changed(id);
    this.#askSoon();
  }

  #askSoon() {
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#ask().catch(() => {}); // the next change asks again
    }, SOON_MS);
  }

  async #ask() {
    const due = [...this.#due].filter((id) => this.inside(id));
    this.#due.clear();
    await Promise.all(due.map((id) => this.#readExcluded(id)));
    const outside = Object.keys(this.#listed).filter((id) => !this.#inner.has(id));
    if (outside.length === 0) return;
    const sessions = outside.slice(-MOST_ASKED);
    const answers = (await this.channel.command("session.ask", { sessions })).sessions;
    for (const id of sessions) {
      this.#answers.set(id, answers[id] ?? {});
      this.changed(id);
    }
  }

  /** Refusals are counted, so nobody asks again as whom they were refused. */
  async #readExcluded(id) {
    const standing = this.#standing(id);
    if (this.#refused.get(id) === standing) return;
    try {
      const found = await this.channel.command("session.excluded", { session: id });
      this.#excluded.set(id, found.excluded);
    } catch (error) {
      this.#excluded.delete(id);
      if (error.code === "forbidden") this.#refused.set(id, standing);
    }
    this.changed(id);
  }

  /** What decides whether one may kick. */
  #standing(id) {
    const { host, instance, ...session } = this.inside(id);
    return JSON.stringify([host, instance?.host, seatOf(session, this.me)?.permits]);
  }
}

/** The seat in which they sit. */
export function seatOf(session, player) {
  return Object.values(session.seats ?? {}).find(
    (seat) => seat.status === "taken" && seat.player === player,
  );
}
