// All that the page knows, and what can be done on it. The views read it; nothing here draws.

import { Acts } from "./acts.js";
import { Address } from "./address.js";
import { Connection } from "./connection.js";
import { InboxEntries } from "./inbox_entries.js";
import { FIRST_PEOPLE, PeopleFound } from "./people_found.js";
import { departure } from "./reasons.js";
import { reason } from "./refusals.js";
import { Rooms } from "./rooms.js";
import { Searching } from "./searching.js";
import { FIRST, SessionsFound } from "./sessions_found.js";
import { SteppedOrder } from "./stepped_order.js";
import { codeOf } from "./texts.js";

const TYPING_MS = 250; // so that not every letter is a question
const MOST_TOLD = 3;

export class PageState {
  sessions = null;
  people = null;
  rooms = null;
  inbox = null;
  searching = null;
  /** What is open on the page. `dialog`: {kind, …}. */
  view = { row: null, fold: false, most: FIRST, who: "", mostPeople: FIRST_PEOPLE, tab: "seats", dialog: null };
  told = []; // what happened to one, the newest first: {id, text}
  said = ""; // for those who listen
  alarm = "";
  #timer = 0;
  #looked = null; // a session that no list shows: {id, live}
  banned = null; // whom one has banned, once it was read
  #next = null; // what goes on once one has come in
  #count = 0;
  #place = location.pathname;

  /** `facts` are what the server says of itself; `draw(now)` shows the state: with the next frame, or now. */
  constructor(facts, draw) {
    this.facts = facts;
    this.draw = () => draw();
    this.drawNow = () => draw(true);
    this.acts = new Acts(draw);
    this.address = new Address(() => this.#arrived());
    this.connection = new Connection({
      began: (client) => this.#began(client),
      met: (identity) => this.#met(identity),
      changed: () => this.#spoken(),
    });
    this.order = new SteppedOrder({ read: () => Boolean(this.view.row) || isRead(), step: draw });
    this.connection.begin();
  }

  get me() {
    return this.connection.me;
  }

  /** Whether one may host, search and have friends. */
  get named() {
    return Boolean(this.me) && this.connection.identity.kind !== "anonymous";
  }

  get client() {
    return this.connection.client;
  }

  /** The room one is in by this address, else null. */
  get room() {
    return this.rooms?.get(this.address.id) ?? null;
  }

  open(more) {
    Object.assign(this.view, more);
    this.#ask();
    this.draw();
  }

  close() {
    this.open({ dialog: null });
  }

  filter(more) {
    this.address.filter(more);
  }

  /** To be heard: at most what stands last. */
  say(text) {
    this.said = text;
    this.draw();
  }

  /** To be read until it is put away. */
  tell(text) {
    this.told = [{ id: ++this.#count, text }, ...this.told].slice(0, MOST_TOLD);
    this.alarm = text;
    this.draw();
  }

  untell(id) {
    this.told = this.told.filter((one) => one.id !== id);
    this.draw();
  }

  logIn(token) {
    this.view.dialog = null;
    this.connection.logIn(token);
  }

  playNameless() {
    this.view.dialog = null;
    this.connection.playNameless();
  }

  logOut() {
    this.#next = null;
    this.address.go("lobby");
    this.connection.logOut();
  }

  /** Do it now, or once one has come in; `nameless`: whoever has no name may do it, too. */
  asSomebody(act, { nameless = false, free = false, why = "" } = {}) {
    if (this.named || (this.me && nameless)) return act();
    this.#next = act;
    if (free && !this.me) return this.playNameless();
    this.open({ dialog: { kind: "entrance", nameless: nameless && !this.me, why } });
  }

  /** Take a seat; `by` is its id or a code. */
  join(key, { by, session, password }) {
    const free = session?.nonames === true && !session.password;
    const nameless = !session || session.nonames !== false || by !== session.id;
    const act = () =>
      this.acts.run(key, async () => {
        const fields = { session: by, ...(password && { password }) };
        const joined = await this.client.command("session.join", fields);
        this.arrive(joined.session);
      });
    return this.asSomebody(act, { nameless, free, why: "To take a seat, say who you are." });
  }

  joinByCode(text) {
    const by = codeOf(text);
    if (by.length < 6) return this.acts.refuse("code", { says: "A code has six letters and digits", then: "Look at it again, and type all of it.", offers: [] });
    return this.join("code", { by });
  }

  /** Into the room that an answer has shown. */
  arrive({ id }) {
    this.rooms.enter(id);
    this.view.tab = "seats";
    this.address.go("session", id);
  }

  /** Open a session of one's own; `open`: to everybody, `nonames`: also without a name. */
  launch({ nonames, ...fields }) {
    return this.acts.run("launch", async () => {
      const strict = { allow_nonames: nonames, ...(fields.entry === "open" && { only_friends: false }) };
      await this.client.command("host.set", strict);
      const { session } = await this.client.command("session.launch", fields);
      this.view.dialog = null;
      this.arrive(session);
    });
  }

  /** Search with the session one leads, or with a new one that nobody else comes into. */
  search(queue) {
    return this.acts.run("search", async () => {
      const mine = this.rooms.all.find(({ leads }) => leads);
      const id = mine?.id ?? (await this.client.command("session.launch", { entry: "invited" })).session.id;
      this.rooms.enter(id);
      await this.searching.begin(id, queue);
    });
  }

  /** Ask why one may not join, and say it at the row. */
  why(id) {
    const key = `join ${id}`;
    const act = () =>
      this.acts.run(key, async () => {
        const { sessions } = await this.client.command("session.ask", { sessions: [id] });
        const { may, why } = sessions[id] ?? { may: "no", why: "closed" };
        if (may === "no") this.acts.refuse(key, reason(why));
        else this.join(key, { by: id, session: this.sessions.get(id) });
      });
    if (this.me) return act();
    const { entry, full } = this.sessions.get(id) ?? {};
    this.acts.refuse(key, reason(full ? "full" : entry === "closed" ? "closed" : entry === "friends" ? "friends_only" : "invited_only"));
  }

  /** A session wherever one may see it; null: not yet, not at all, or no longer. */
  lookAt(id) {
    const listed = this.sessions.get(id);
    if (this.#looked?.id !== id) {
      this.#looked?.live.close();
      this.#looked = null;
    }
    if (listed || !this.me) return listed;
    if (!this.#looked) {
      const live = this.client.watch(`session:${id}`);
      this.#looked = { id, live };
      live.on("change", () => this.draw());
      live.on("ended", () => this.draw());
    }
    const { status, state } = this.#looked.live;
    return (status !== "ended" && state) || null;
  }

  async invite(session, guest) {
    if (await this.acts.run(`invite ${guest}`, () => this.client.command("session.invite", { session, guest }))) {
      this.say(`${this.people.named(guest)} is invited.`);
    }
  }

  readBans() {
    return this.acts.run("settings", async () => this.setBans((await this.connection.ask("GET", `/hosts/${this.me}`)).banlist));
  }

  setBans(banlist) {
    this.banned = banlist.map((uuid) => uuid.toLowerCase());
    this.draw();
  }

  #began(client) {
    for (const part of [this.sessions, this.people, this.rooms, this.inbox, this.searching]) part?.close();
    this.rooms = this.inbox = this.searching = this.banned = null;
    this.#looked = null;
    const changed = () => this.draw();
    this.sessions = new SessionsFound(client, changed);
    this.people = new PeopleFound(client, changed);
    this.order?.now();
    this.#ask();
    this.draw();
  }

  #met(identity) {
    if (!identity.uuid) return;
    const { client, sessions, people } = this;
    const changed = () => this.draw();
    this.rooms?.close();
    this.rooms = new Rooms(client, { identity, changed });
    this.searching ??= new Searching(client, changed);
    sessions.follow(identity.uuid, this.named);
    if (this.named) people.followFriends();
    this.inbox?.close();
    const now = () => client.now() / 1000;
    this.inbox = new InboxEntries(client, { me: identity.uuid, now, changed, told: (entry) => this.#happened(entry) });
    this.order.now();
    this.#ask();
    const next = this.#next;
    this.#next = null;
    next?.();
  }

  #happened(entry) {
    const text = departure(entry, this.sessions.titled(entry.session));
    if (text) this.tell(text);
    else if (entry.kind === "session_invited") this.tell(`You are invited to ${this.sessions.titled(entry.session)}. Your inbox has the invitation.`);
    else if (entry.kind === "session_match_found") this.tell("A match is found. Your inbox has the invitation.");
  }

  /** The connection is another: what those who listen should know of it. */
  #spoken() {
    const { state, lostAt } = this.connection;
    if (state.phase === "waiting") this.said = "Connection lost. Coming back by itself.";
    else if (state.phase === "closed") this.alarm = `Stopped. ${this.connection.reason}`;
    else if (state.phase === "live" && this.said.startsWith("Connection lost") && !lostAt) this.said = "Live again.";
    this.drawNow();
  }

  #arrived() {
    if (this.#place !== (this.#place = location.pathname)) {
      this.acts.forgetAll();
      this.order.now();
    }
    this.view.row = null;
    this.view.most = FIRST;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), TYPING_MS);
    this.draw();
  }

  searchPeople(who) {
    this.view.who = who;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), TYPING_MS);
    this.draw();
  }

  #ask() {
    const { most, fold, who, mostPeople } = this.view;
    const held = (many) => Math.min(many, this.facts.most);
    this.sessions.ask(this.address.filters, { me: this.me, most: held(most), fold: fold && held(2 * FIRST) });
    this.people.ask(who, held(mostPeople));
  }
}

/** Whether somebody points at a row, or is in it. */
function isRead() {
  const pointed = matchMedia("(hover: hover)").matches ? ".sessions:hover, " : ""; // a finger that was lifted points no more
  return document.querySelector(`${pointed}.sessions:focus-within`) !== null;
}
