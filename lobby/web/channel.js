// The live channel for browsers: connects, watches topics, heals gaps, comes back by itself.
// Knows nothing of what the topics mean, nor of any page.
//
//   const channel = new Channel({ anonymous: true });
//   channel.watch("sessions", { changed: (state, patch) => … });
//   channel.watch("chat:2048", { entry: (entry) => … });
//   const { session } = await channel.command("session.launch", { name: "Dust" });

import { fold, merged } from "./folding.js";

const SUBPROTOCOL = "lobby.v1";
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const SETTLED_MS = 10_000; // a connection that lasts this long was a good one
const ANSWER_MS = 10_000;
const GOODBYE_MS = 1000;
const FELL_BEHIND = "fell_behind"; // entries were dropped for us: ask for them again
const ABANDONED = 3000; // we close a connection that went silent

const REASONS = new Map([
  [4500, "The token was not accepted."],
  [4501, "Replaced by another connection of the same identity."],
  [4503, "Banned, or the token was revoked."],
  [4504, "Too many connections."],
  [4505, "The server did not hear hello in time."],
  [4506, "The server speaks another version of the protocol."],
]);

export class Refused extends Error {
  constructor({ code, message, retry_after }) {
    super(message);
    this.code = code;
    this.retryAfter = retry_after ?? null;
  }
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
  #topics = new Map();
  #waiting = new Map(); // command id -> {resolve, reject}
  #socket = null;
  #failures = 0;
  #returnAt = 0;
  #timers = { again: 0, settled: 0, beat: 0, silence: 0 };
  #heartbeatMs = 20_000;

  /**
   * `token`: text, or a function that gives the newest one. `anonymous`: ask for an identity
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
  command(type, fields = {}, id = crypto.randomUUID()) {
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    if (this.phase === "live" || type === "hello") this.#send({ ...fields, type, id });
    else this.#fail(id, new Error("not connected"));
    return answer;
  }

  /**
   * Told of a document: `changed(state, patch)`, patch null when the state is new as a whole.
   * Told of a journal: `entry(entry, cursor)` and `trimmed()`; `after` is the last cursor seen,
   * 0 for everything that is kept.
   * Both: `ended(code)`. Null and absent are the same in every state.
   */
  watch(topic, told, { after = 0 } = {}) {
    const watched = { topic, told, known: null, state: null, cursor: after, asked: false };
    this.#topics.set(topic, watched);
    if (this.phase === "live") this.#ask(watched);
  }

  unwatch(topic) {
    if (!this.#topics.delete(topic) || this.phase !== "live") return;
    this.command("unwatch", { topic }).catch(() => {});
  }

  async #greet() {
    const token = typeof this.#token === "function" ? this.#token() : this.#token;
    const hello = token ? { token } : { anonymous: this.#anonymous };
    try {
      this.identity = await this.command("hello", hello);
    } catch (error) {
      if (!(error instanceof Refused)) return;
      // The server's close code says whether to come back; only when none comes we go ourselves.
      this.#returnAt = Date.now() + (error.retryAfter ?? 0) * 1000;
      return this.#expectWithin(GOODBYE_MS);
    }
    if (this.identity.token) this.#token = this.identity.token;
    this.#heartbeatMs = this.identity.heartbeat_ms;
    this.#timers.settled = setTimeout(() => (this.#failures = 0), SETTLED_MS);
    this.#become("live");
    for (const watched of this.#topics.values()) this.#ask(watched);
  }

  async #ask(watched) {
    const { topic, known, cursor } = watched;
    watched.asked = true;
    const have = { ...(known && { known }), ...(watched.told.entry && { after: cursor }) };
    try {
      await this.command("watch", { topic, ...have });
    } catch (error) {
      if (error instanceof Refused) this.#refusedToShow(watched, error);
    }
  }

  #refusedToShow(watched, { code, retryAfter }) {
    if (retryAfter === null) return this.#end(watched, code);
    const again = () => this.#topics.get(watched.topic) === watched && this.#ask(watched);
    setTimeout(() => this.phase === "live" && again(), retryAfter * 1000 * (1 + Math.random()));
  }

  #end(watched, code) {
    this.#topics.delete(watched.topic);
    watched.told.ended?.(code);
  }

  #heard(text) {
    clearTimeout(this.#timers.silence);
    this.#timers.silence = 0;
    const frames = JSON.parse(text);
    for (const frame of Array.isArray(frames) ? frames : [frames]) this.#take(frame);
  }

  #take(frame) {
    if (frame.type === "reply" || frame.type === "refusal") return this.#answered(frame);
    if (frame.type === "drain") return (this.#returnAt = Date.now() + frame.return_after_ms);
    if (frame.type === "signal") return this.told.signal(frame);
    const watched = this.#topics.get(frame.topic);
    if (watched) this.#show(watched, frame);
  }

  #answered(frame) {
    const { resolve, reject } = this.#waiting.get(frame.re) ?? {};
    this.#waiting.delete(frame.re);
    if (frame.type === "refusal") return reject?.(new Refused(frame));
    // Before the next frame is looked at: what follows the answer to a watch fits what we have.
    const watched = this.#topics.get(frame.result.topic);
    if (watched) watched.asked = false;
    resolve?.(frame.result);
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
        if (frame.code === FELL_BEHIND) return this.#ask(watched);
        return this.#end(watched, frame.code);
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
    this.#forget();
    const jitter = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++);
    const until = Math.max(Date.now(), this.#returnAt) + Math.random() * jitter;
    this.#returnAt = 0;
    this.#timers.again = setTimeout(() => this.open(), until - Date.now());
    this.#become("waiting", { until, code });
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
