// The live channel for browsers: connects, watches topics, heals gaps, comes back by itself.
// Knows nothing of what the topics mean, nor of any page.
//
//   const channel = new Channel({ anonymous: true });
//   channel.watch("sessions", { changed: (state, patch) => … }, { question: { limit: 20 } });
//   channel.watch("chat:2048", { entry: (entry) => … });
//   const { session } = await channel.command("session.launch", { name: "Dust" });

import { fold, merged } from "./folding.js";

const SUBPROTOCOL = "lobby.v1";
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const LONGEST_IN_GRACE_MS = 2000; // while our seat is kept, we hurry
const SETTLED_MS = 10_000; // a connection that lasts this long was a good one
const ANSWER_MS = 10_000;
const GOODBYE_MS = 1000;
const ABANDONED = 3000; // we close a connection that went silent

const EXPIRED = 4003;

const REASONS = new Map([
  [EXPIRED, "The login has expired."],
  [4500, "The token was not accepted."],
  [4501, "Replaced by another connection of the same identity."],
  [4503, "Banned, or the token was revoked."],
  [4507, "Pages of this origin may not open the channel."],
  [4506, "The server speaks another version of the protocol."],
]);

export class Refused extends Error {
  constructor({ code, message, retry_after }) {
    super(message);
    this.code = code;
    this.retryAfter = retry_after ?? null;
  }
}

// What is watched: the topic, and where it is a list the question to it.
const keyOf = (topic, question) => (question ? `${topic} ${JSON.stringify(question)}` : topic);

// Not randomUUID: pages under plain http, other than localhost's, do not have it.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The channel's address on the server that served this module. */
export function channelUrl() {
  const url = new URL("/ws", import.meta.url);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

export class Channel {
  #token;
  #anonymous;
  #topics = new Map(); // what is watched, by key
  #named = new Map(); // the same, as frames name it
  #asked = new Map(); // the same, by the id of the command that asks for it
  #waiting = new Map(); // command id -> {resolve, reject}
  #socket = null;
  #failures = 0;
  #returnAt = 0;
  #timers = { again: 0, settled: 0, beat: 0, silence: 0, renew: 0 };
  #heartbeatMs = 20_000;
  #graceMs = 0;
  #lostAt = 0;
  #expired = false;
  #toldToWait = false;

  /**
   * `token`: text, or a function that gives the newest one, at once or as a promise; it is told
   * whether the last one has expired, and gives null when there is none to be had. `anonymous`: ask for an identity
   * without a name. Neither: look only. `status` is told {phase, …}; phases: connecting, live,
   * waiting (`until`, in ms since 1970), stopped (`reason`, `code`).
   */
  constructor({ url = channelUrl(), token, anonymous = false, status, signal } = {}) {
    this.url = url;
    this.identity = null;
    this.phase = "stopped";
    this.#token = token;
    this.#anonymous = anonymous;
    this.told = { status: status ?? (() => {}), signal: signal ?? (() => {}) };
  }

  open() {
    if (this.#socket) return;
    clearTimeout(this.#timers.again);
    this.#become("connecting");
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#heard(data);
    socket.onclose = ({ code, reason }) => this.#lost(socket, code, reason);
    this.#expectWithin(ANSWER_MS);
  }

  /** Come back at once, when the wait for it is still running. */
  hurry() {
    if (this.phase === "waiting") this.open();
  }

  close() {
    const socket = this.#socket;
    this.#stop(1000, "Closed here.");
    socket?.close(1000);
  }

  /** Resolves with the reply's result; rejects with Refused, or Error when the answer is lost. */
  command(type, fields = {}, id = newId()) {
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    if (this.phase === "live" || type === "hello") this.#send({ ...fields, type, id });
    else this.#fail(id, new Error("not connected"));
    return answer;
  }

  /**
   * Told of a document: `changed(state, patch)`, patch null when the state is new as a whole.
   * Told of a journal: `entry(entry, cursor)` and `trimmed()`; `after` is the last cursor seen,
   * 0 for everything that is kept. After `trimmed()` cursors may count anew.
   * Both: `ended(code, reason)`. Null and absent are the same in every state.
   * Of a list, `question` says which entries: {filter, sort, limit}, all of them optional.
   */
  watch(topic, told, { after = 0, question = null } = {}) {
    const watched = { topic, question, told, known: null, state: null, cursor: after, asked: false };
    watched.epoch = null; // in which the cursor counts
    watched.name = null; // as frames name it
    this.#topics.set(keyOf(topic, question), watched);
    if (!question) this.#name(watched, topic);
    if (this.phase === "live") this.#ask(watched);
  }

  unwatch(topic, question = null) {
    const watched = this.#topics.get(keyOf(topic, question));
    if (!watched) return;
    this.#drop(watched);
    if (watched.name !== null) this.#unwatch(watched.name);
  }

  #unwatch(topic) {
    if (this.phase === "live") this.command("unwatch", { topic }).catch(() => {});
  }

  #name(watched, name) {
    this.#named.delete(watched.name);
    watched.name = name;
    this.#named.set(name, watched);
  }

  #isWatched(watched) {
    return this.#topics.get(keyOf(watched.topic, watched.question)) === watched;
  }

  #drop(watched) {
    this.#topics.delete(keyOf(watched.topic, watched.question));
    this.#named.delete(watched.name);
  }

  async #greet() {
    const socket = this.#socket;
    let token = this.#token;
    if (typeof token === "function") {
      const asked = token({ expired: this.#expired });
      token = asked instanceof Promise ? await asked.catch(() => undefined) : asked;
      if (socket !== this.#socket) return;
      if (token === undefined) return socket.close(ABANDONED, "no token");
      if (!token && this.#expired) return this.#giveUp(socket);
    }
    this.#expired = false;
    const hello = token ? { token } : { anonymous: this.#anonymous };
    try {
      this.identity = await this.command("hello", hello);
    } catch (error) {
      if (!(error instanceof Refused)) return;
      // The server's close code says whether to come back; only when none comes we go ourselves.
      this.#waitFor((error.retryAfter ?? 0) * 1000);
      return this.#expectWithin(GOODBYE_MS);
    }
    if (this.identity.token) this.#token = this.identity.token;
    this.#heartbeatMs = this.identity.heartbeat_ms;
    this.#graceMs = this.identity.grace_ms ?? 0;
    this.#lostAt = 0;
    this.#renewIn(this.identity.expires_in);
    this.#timers.settled = setTimeout(() => (this.#failures = 0), SETTLED_MS);
    this.#become("live");
    for (const watched of this.#topics.values()) this.#ask(watched);
  }

  #renewIn(seconds) {
    const renew = () => this.#renew().catch(() => {});
    if (seconds) this.#timers.renew = setTimeout(renew, Math.min(seconds * 750, 2 ** 31 - 1));
  }

  /** Before the token expires, a newer one: nobody notices anything. */
  async #renew() {
    if (typeof this.#token === "function") {
      const token = await this.#token({ expired: false });
      if (token) this.#renewIn((await this.command("refresh", { token })).expires_in);
    } else if (this.#anonymous) {
      const { token, expires_in } = await this.command("hello");
      if (token) this.#token = token;
      this.#renewIn(expires_in);
    }
  }

  async #ask(watched) {
    const { topic, question, known, cursor, epoch } = watched;
    const id = newId();
    watched.asked = true;
    this.#asked.set(id, watched);
    const read = watched.told.entry && { after: cursor, ...(epoch && { epoch }) };
    const have = { ...(known && { known }), ...read };
    try {
      await this.command("watch", { topic, ...question, ...have }, id);
    } catch (error) {
      if (error instanceof Refused) this.#refusedToShow(watched, error);
    }
  }

  #refusedToShow(watched, { code, retryAfter }) {
    if (!this.#isWatched(watched)) return;
    if (retryAfter === null) return this.#end(watched, code);
    const again = () => this.#isWatched(watched) && this.#ask(watched);
    setTimeout(() => this.phase === "live" && again(), retryAfter * 1000 * (1 + Math.random()));
  }

  #end(watched, code, reason) {
    this.#drop(watched);
    watched.told.ended?.(code, reason);
  }

  #heard(text) {
    clearTimeout(this.#timers.silence);
    this.#timers.silence = 0;
    const frames = JSON.parse(text);
    for (const frame of Array.isArray(frames) ? frames : [frames]) this.#take(frame);
  }

  #take(frame) {
    if (frame.type === "reply" || frame.type === "refusal") return this.#answered(frame);
    if (frame.type === "drain") return this.#waitFor(frame.return_after_ms);
    if (frame.type === "signal") return this.told.signal(frame);
    const watched = this.#named.get(frame.topic);
    if (watched) this.#show(watched, frame);
  }

  #answered(frame) {
    const { resolve, reject } = this.#waiting.get(frame.re) ?? {};
    const watched = this.#asked.get(frame.re);
    this.#waiting.delete(frame.re);
    this.#asked.delete(frame.re);
    if (frame.type === "refusal") {
      if (frame.re == null) this.#waitFor((frame.retry_after ?? 0) * 1000);
      return reject?.(new Refused(frame));
    }
    // Before the next frame is looked at: what follows the answer to a watch fits what we have.
    if (watched) this.#found(watched, frame.result);
    resolve?.(frame.result);
  }

  #found(watched, { topic, epoch }) {
    if (this.#isWatched(watched)) {
      watched.asked = false;
      if (epoch) watched.epoch = epoch;
      return this.#name(watched, topic);
    }
    // Given up before it had a name; unless the same was asked again meanwhile.
    if (!this.#topics.has(keyOf(watched.topic, watched.question))) this.#unwatch(topic);
  }

  #show(watched, frame) {
    const { told } = watched;
    switch (frame.type) {
      case "state":
        watched.known = { epoch: frame.epoch, version: frame.version };
        watched.state = merged(frame.state);
        return told.changed?.(watched.state, null);
      case "patch":
        switch (fold(watched, frame)) {
          case "applied":
            return told.changed?.(watched.state, frame.patch);
          case "gap":
            return watched.asked || this.#ask(watched);
        }
        return;
      case "entry":
        if (frame.cursor <= watched.cursor) return;
        watched.cursor = frame.cursor;
        return told.entry?.(frame.entry, frame.cursor);
      case "trimmed":
        watched.cursor = 0; // what follows may be numbered anew
        return told.trimmed?.();
      case "ended":
        if (frame.code === "watch_again") return this.#refusedToShow(watched, { retryAfter: 1 });
        return this.#end(watched, frame.code, frame.reason);
    }
  }

  #send(command) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(command));
    if (!this.#timers.silence) this.#expectWithin(ANSWER_MS);
    clearTimeout(this.#timers.beat);
    const beat = () => this.command("ping").catch(() => {});
    this.#timers.beat = setTimeout(beat, this.#heartbeatMs);
  }

  // A cable that was pulled closes nothing: silence after something we said is the only sign.
  #expectWithin(ms) {
    clearTimeout(this.#timers.silence);
    const socket = this.#socket;
    this.#timers.silence = setTimeout(() => {
      socket.close(ABANDONED, "silent");
      this.#lost(socket, ABANDONED, "silent");
    }, ms);
  }

  #lost(socket, code, reason) {
    if (socket !== this.#socket) return;
    if (code >= 4500 && code <= 4999) {
      return this.#stop(code, REASONS.get(code) ?? (reason || `Closed with ${code}.`));
    }
    this.#expired = code === EXPIRED;
    if (this.#expired && typeof this.#token === "string") return this.#giveUp(socket);
    this.#forget();
    this.#lostAt ||= Date.now();
    const hurried = Date.now() - this.#lostAt < this.#graceMs;
    const longest = hurried ? LONGEST_IN_GRACE_MS : LONGEST_DELAY_MS;
    const jitter = Math.min(longest, FIRST_DELAY_MS * 2 ** this.#failures);
    // A place in a line is no failure.
    if (!this.#toldToWait) this.#failures++;
    const until = Math.max(Date.now(), this.#returnAt) + Math.random() * jitter;
    this.#returnAt = 0;
    this.#toldToWait = false;
    this.#timers.again = setTimeout(() => this.open(), until - Date.now());
    this.#become("waiting", { until, code });
  }

  #waitFor(ms) {
    if (ms <= 0) return;
    this.#returnAt = Date.now() + ms;
    this.#toldToWait = true;
  }

  // The same dead token again would only be refused again.
  #giveUp(socket) {
    this.#expired = false;
    if (this.#anonymous) this.#token = undefined;
    this.#stop(EXPIRED, REASONS.get(EXPIRED));
    socket.close(1000);
  }

  #stop(code, reason) {
    this.#forget();
    this.#failures = 0;
    this.#become("stopped", { code, reason });
  }

  #forget() {
    this.#socket = null;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers.silence = 0;
    this.#asked.clear();
    for (const id of [...this.#waiting.keys()]) this.#fail(id, new Error("connection lost"));
    for (const watched of this.#topics.values()) watched.asked = false;
  }

  #fail(id, error) {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }

  #become(phase, more = {}) {
    this.phase = phase;
    this.told.status({ phase, ...more });
  }
}
