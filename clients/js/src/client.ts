// The client of the live channel: who it is, whether it is connected, and when it comes back.

import { Backoff, callAt } from "./backoff.js";
import { BROKEN, CLOSED_HERE, CROWDED, EXPIRED, isFinal, isOfIdentity, unsayable } from "./close_codes.js";
import { CommandQueue, random, refused } from "./command_queue.js";
import { Connection, type Frame } from "./connection.js";
import { Credentials } from "./credentials.js";
import { Deferred } from "./emitter.js";
import { DocumentTopic } from "./document_topic.js";
import { ClosedError, type RefusedError } from "./errors.js";
import { JournalTopic } from "./journal_topic.js";
import { Renewal } from "./renewal.js";
import { Reporter } from "./reporter.js";
import { Topics } from "./topics.js";
import { onWake } from "./wake.js";
import { beatOf, identityOf, limitsOf, positive } from "./welcome.js";
import { JournalWatcher, LiveWatcher } from "./watchers.js";
import type { Closing, CommandOptions, Events, Identity, Options, State, TokenSource } from "./api.js";
import type { Journal, JournalOptions, Live, Question, WatchOptions } from "./api.js";
import type { Commands, Documents, Journals, Questions } from "./protocol.js";

const SUBPROTOCOL = "lobby.v1";
const GOODBYE_MS = 1000;

export class LobbyClient {
  #options: Options;
  #credentials: Credentials;
  #told: Reporter;
  #commands: CommandQueue;
  #topics: Topics;
  #state: State = { phase: "idle" };
  #identity: Identity | null = null;
  #ready = new Deferred<Identity>();
  #connection: Connection | null = null;
  #asking = new AbortController();
  #backoff: Backoff;
  #refusal: RefusedError | undefined;
  #offset = 0;
  #forget = () => {};
  #renewal = new Renewal(() => this.#renew());
  #asleep = () => {};

  constructor(options: Options = {}) {
    this.#options = options;
    this.#told = new Reporter(options.log);
    this.#backoff = new Backoff(options.backoff?.first, options.backoff?.longest);
    this.#credentials = new Credentials(options.token, options.anonymous ?? false, this.#told.fault);
    this.#commands = new CommandQueue(options.queue ?? 64, options.timeout ?? 10_000);
    this.#topics = new Topics(this.#commands);
  }

  get state(): State {
    return this.#state;
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  /** Resolves once it is live; rejects with ClosedError. */
  get ready(): Promise<Identity> {
    return this.#ready.promise;
  }

  connect(): Promise<Identity> {
    const { phase } = this.#state;
    if (phase === "closed") this.#ready = new Deferred();
    if (phase === "closed" || phase === "idle") {
      this.#backoff.reset();
      this.#asleep();
      if (this.#options.wake ?? true) this.#asleep = onWake(() => this.hurry());
      this.#open();
    }
    return this.ready;
  }

  /** For good, until `connect()`: nothing else brings it back. */
  close(): void {
    if (this.#state.phase !== "closed") this.#close(CLOSED_HERE);
  }

  /** Anew at once, with another token where one is given. */
  reconnect({ token }: { token?: TokenSource } = {}): void {
    this.#credentials.replace(token);
    const { phase } = this.#state;
    if (phase === "idle" || phase === "closed") return void this.connect();
    this.#leave(null);
    this.#open();
  }

  /** The network is back, or the app in front, where no browser says so: wait no longer than told to. */
  hurry(): void {
    const { phase } = this.#state;
    if (phase === "waiting" && this.#backoff.free) void this.#open();
    else if (phase === "live") this.#connection?.probe();
  }

  /** The server's time, in ms since 1970. */
  now(): number {
    return Date.now() + this.#offset;
  }

  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void, options: { signal?: AbortSignal } = {}): () => void {
    return this.#told.events.on(event, listener, options.signal);
  }

  command<C extends keyof Commands>(type: C, fields: Commands[C][0], options: CommandOptions = {}): Promise<Commands[C][1]> {
    if (this.#state.phase === "closed") return Promise.reject(new ClosedError(this.#state.why));
    return this.#commands.command(type, fields, options).then((result) => this.#topics.shown(fields, result));
  }

  /** A document; `sessions` and `people` also by a question. */
  watch<T extends keyof Questions>(topic: T, question: Question<T>): Live<Questions[T][1]>;
  watch<T extends keyof Documents & string>(topic: T, options?: WatchOptions): Live<Documents[T]>;
  watch(topic: string, { signal, ...question }: WatchOptions & Record<string, unknown> = {}): Live<any> {
    const shared = this.#topics.open(topic, question, DocumentTopic);
    const watcher = new LiveWatcher<any>(shared, this.#told.fault, signal);
    shared.watchers.add(watcher);
    if (shared.state !== undefined) watcher.catchUp();
    return watcher;
  }

  journal<T extends keyof Journals & string>(topic: T, { after, signal }: JournalOptions = {}): Journal<Journals[T]> {
    const shared = this.#topics.open(topic, {}, JournalTopic);
    const watcher = new JournalWatcher<any>(shared, this.#told.fault, after, signal);
    shared.watchers.add(watcher);
    shared.join(watcher);
    return watcher;
  }

  async #open(): Promise<void> {
    if (this.#backoff.crowdedUntil > Date.now()) return this.#lost(CROWDED);
    this.#forget();
    const asking = (this.#asking = new AbortController());
    this.#refusal = undefined;
    this.#backoff.tried();
    this.#become({ phase: "connecting", attempt: this.#backoff.failures + 1 });
    let hello: object | null;
    try {
      hello = await this.#credentials.hello(asking.signal);
    } catch (error) {
      if (!asking.signal.aborted) this.#noToken(error as Error);
      return;
    }
    if (asking.signal.aborted) return;
    if (!hello) return this.#close({ code: EXPIRED, reason: "the token has expired", by: "us" });
    try {
      this.#connect(hello);
    } catch (error) {
      // No address, or no WebSocket here: nor will there be.
      this.#close({ code: BROKEN, reason: String(error), by: "us" });
    }
  }

  #noToken(error: Error & { status?: number }): void {
    const why: Closing = { code: BROKEN, reason: `no token: ${error?.message ?? error}`, by: "us" };
    if (error?.name === "UnauthorizedError" || error?.status === 401) return this.#close(why);
    this.#lost(why);
  }

  #connect(hello: object): void {
    const url = new URL("/ws", this.#options.url ?? globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws");
    const Socket = this.#options.WebSocket ?? WebSocket; // where there is none, it says so by its name
    const id = random(22);
    let asked = 0;
    const connection = new Connection(new Socket(url.href, SUBPROTOCOL), {
      open: () => {
        asked = Date.now();
        connection.send(JSON.stringify({ type: "hello", id, ...hello }));
      },
      frame: (frame) => {
        if (frame.re === id && frame.type === "reply") this.#welcomed(connection, frame.result, asked);
        else this.#take(frame, frame.re === id);
      },
      lost: (code, reason, by) => this.#ended(code, reason, by),
      error: this.#told.fault,
    });
    this.#connection = connection;
  }

  #welcomed(connection: Connection, welcome: Frame, asked: number): void {
    if (this.#state.phase === "live") return;
    const before = this.#identity;
    const identity = identityOf(welcome);
    const resumed = before?.uuid === identity.uuid && before?.kind === identity.kind;
    this.#identity = identity;
    this.#credentials.welcomed(welcome);
    const at = positive(welcome.at, 0);
    if (at) this.#offset = at * 1000 - (asked + Date.now()) / 2;
    this.#backoff.live(positive(welcome.grace_ms, 0));
    this.#renewal.begin(welcome.expires_in);
    connection.beat(beatOf(welcome), () => connection.send(JSON.stringify({ type: "ping", id: random(22) })));
    if (before && !resumed) {
      this.#commands.disown();
      this.#topics.reset();
    }
    this.#become({ phase: "live", identity, resumed });
    if (connection !== this.#connection) return; // a listener has closed it
    this.#ready.resolve(identity);
    if (!resumed) this.#told.events.emit("identity", identity);
    if (welcome.token) this.#told.events.emit("token", welcome.token);
    if (connection !== this.#connection) return;
    this.#commands.live((text) => connection.send(text), limitsOf(welcome.limits));
    this.#topics.live();
  }

  #take(frame: Frame, ofHello: boolean): void {
    switch (frame.type) {
      case "reply":
        return this.#commands.answered(frame);
      case "refusal":
        if (frame.re != null && !ofHello) return this.#commands.answered(frame);
        this.#refusal = refused(frame, "hello");
        this.#backoff.waitFor(positive(frame.retry_after, 0) * 1000);
        // The close code says whether to come back; only when none comes we go ourselves.
        if (ofHello) this.#connection?.expect(GOODBYE_MS);
        return;
      case "drain":
        return this.#told.events.emit("drain", { until: this.#backoff.waitFor(positive(frame.return_after_ms, 0)) });
      case "degraded":
        return this.#told.events.emit("degraded", { parts: frame.parts });
      case "signal": {
        const { topic, author, body } = frame;
        const session = String(topic).split(":")[1];
        return this.#told.events.emit("signal", { session, author, body });
      }
      default:
        if (frame.topic) this.#topics.take(frame);
    }
  }

  #ended(code: number, reason: string, by: "server" | "network"): void {
    const refusal = this.#refusal;
    const why: Closing = { code, reason, by, ...(refusal && { refusal }) };
    if (code === EXPIRED && !this.#credentials.expired()) return this.#close(why);
    const other = isOfIdentity(code) && this.#credentials.rejected();
    if (isFinal(code) && !other) return this.#close(why);
    this.#lost(why);
  }

  #lost(why: Closing): void {
    this.#leave(unsayable(why));
    const until = this.#backoff.lost();
    this.#forget = callAt(until, () => void this.#open());
    // Said once, also where a listener calls `reconnect` each time.
    if (why === CROWDED && this.#state.phase === "waiting" && this.#state.why === why) return;
    this.#become({ phase: "waiting", until, attempt: this.#backoff.failures, why });
  }

  /** Before the token expires, a newer one: nobody notices anything. */
  async #renew(): Promise<void> {
    const { signal } = this.#asking;
    const anonymous = this.#identity?.kind === "anonymous";
    const token = await this.#credentials.newer(signal);
    if (signal.aborted || this.#state.phase !== "live" || !(token || anonymous)) return;
    const renewed = (result: Frame) => {
      this.#credentials.welcomed(result);
      if (result.token) this.#told.events.emit("token", result.token);
      this.#renewal.begin(result.expires_in);
    };
    this.#commands.own(token ? "refresh" : "hello", token ? { token } : {}, renewed, this.#renewal.again);
  }

  /** The connection, if there is one: nothing of it is heard any more. */
  #leave(unsaid: string | null): void {
    this.#asking.abort();
    this.#forget();
    this.#renewal.stop();
    this.#connection?.close();
    this.#connection = null;
    if (this.#state.phase === "live") this.#ready = new Deferred();
    this.#commands.lost(unsaid);
    this.#topics.lost();
  }

  #close(why: Closing): void {
    this.#leave(null);
    this.#asleep();
    this.#ready.reject(new ClosedError(why));
    this.#commands.close(why);
    this.#topics.close(why);
    this.#become({ phase: "closed", why }); // the last: a listener may connect anew
  }

  #become(state: State): void {
    this.#state = Object.freeze(state);
    this.#told.note(state.phase, { ...state });
    this.#told.events.emit("state", state);
  }
}
