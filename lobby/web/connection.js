// Who the page is on the live channel, and how it stands with it.

import { LobbyClient } from "/client/v1/lobby.js";
import * as kept from "./kept.js";

const REASONS = new Map([
  [4003, "Your login has expired."],
  [4500, "The token was not accepted."],
  [4501, "You are logged in on another page."],
  [4503, "Banned, or the token was revoked."],
  [4504, "Too many pages of yours are open."],
  [4506, "The server speaks another version of the protocol."],
  [4507, "Pages of this origin may not open the channel."],
]);

const SPENT = new Set([4003, 4500, 4503]); // whoever one was, one is no longer

export class Connection {
  client = null;
  state = { phase: "connecting" };
  /** Once live: {uuid?, name?, kind}. */
  identity = null;
  /** When it was lost, in ms since 1970; 0: it is not. */
  lostAt = 0;
  #token = null;

  /** `began(client)` is told of each new client, `met(identity)` who one is on it, `changed()` the rest. */
  constructor({ began, met, changed }) {
    this.told = { began, met, changed };
  }

  /** As whoever was here before, else to look only. */
  begin() {
    const token = kept.login.load();
    if (token) this.logIn(token);
    else if (kept.secret.load()) this.playNameless();
    else this.#come({});
  }

  logIn(token) {
    kept.login.save(token);
    this.#token = token;
    this.#come({ token });
  }

  playNameless() {
    this.#come({ anonymous: kept.secret });
  }

  /** Out again: the login ends, here and at the lobby. */
  logOut() {
    const token = this.#token;
    kept.login.save(null);
    kept.secret.save(null);
    this.#come({});
    if (token) return fetch("/hosts/access_token", { method: "DELETE", headers: { Authorization: `Bearer ${token}` } }).catch(() => {});
  }

  get me() {
    return this.identity?.uuid ?? null;
  }

  get live() {
    return this.state.phase === "live";
  }

  /** Whether it has stopped since the login is worth nothing any more. */
  get spent() {
    return this.state.phase === "closed" && SPENT.has(this.state.why.code);
  }

  /** Why it has stopped, in words. */
  get reason() {
    const { code, reason } = this.state.why;
    return REASONS.get(code) ?? (reason || `Closed with ${code}.`);
  }

  /** What the lobby answers over HTTP to whoever we are. Throws an Error with its `code`. */
  async ask(method, path) {
    const answer = await fetch(path, { method, headers: { Authorization: `Bearer ${this.#token}` } });
    if (answer.ok) return answer.json();
    throw Object.assign(new Error("refused"), { name: "RefusedError", code: "forbidden" });
  }

  #come(options) {
    const before = this.client;
    this.client = null; // so that its end is not shown as ours
    before?.close();
    if (!options.token) this.#token = null;
    this.identity = null;
    const client = new LobbyClient(options);
    this.client = client;
    client.on("error", (error) => reportError(error));
    client.on("token", (token) => client === this.client && (this.#token = token));
    client.on("state", (state) => client === this.client && this.#become(state));
    client.on("identity", (identity) => client === this.client && this.#meet(identity));
    this.told.began(client);
    client.connect().catch(() => {}); // the state says it
  }

  #become(state) {
    if (state.phase === "live") this.lostAt = 0;
    else if (this.state.phase === "live") this.lostAt = Date.now();
    this.state = state;
    if (this.spent) kept.login.save(null);
    this.told.changed();
  }

  #meet(identity) {
    this.identity = identity;
    this.told.met(identity);
  }
}
