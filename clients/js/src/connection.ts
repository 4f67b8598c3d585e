// One WebSocket: frames in, texts out, and its end, told once. A cable that was pulled closes
// nothing: silence after something we said is the only sign.

import { after, type Timer } from "./backoff.js";
import { BROKEN } from "./close_codes.js";

export const ANSWER_MS = 10_000;
/** After an error most sockets tell of their close; that of Node 20 does not always. */
const CLOSE_FOLLOWS_MS = 50;
const PROBE_MS = 1000;

export type Frame = Record<string, any>;

export interface Told {
  open(): void;
  frame(frame: Frame): void;
  lost(code: number, reason: string, by: "server" | "network"): void;
  error(error: unknown): void;
}

export class Connection {
  #socket: WebSocket;
  #told: Told | null;
  #silence: Timer | undefined;
  #beat: Timer | undefined;
  #heartbeatMs = 0;
  #probed = 0;
  #ping = () => {};

  constructor(socket: WebSocket, told: Told) {
    this.#socket = socket;
    this.#told = told;
    socket.onopen = () => this.#told?.open();
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = ({ code, reason }) =>
      this.#lost(code || BROKEN, reason, code && code !== BROKEN ? "server" : "network");
    socket.onerror = () => setTimeout(() => this.#lost(BROKEN, "", "network"), CLOSE_FOLLOWS_MS);
    this.expect(ANSWER_MS);
  }

  /** It is live: say `ping` where nothing was said for so long. */
  beat(ms: number, ping: () => void): void {
    this.#hush();
    this.#heartbeatMs = ms;
    this.#ping = ping;
    this.#beatAgain();
  }

  /** Is it still there? Asked once a second at most: a network may flicker. */
  probe(): void {
    const now = Date.now();
    if (Math.abs(now - this.#probed) < PROBE_MS) return;
    this.#probed = now;
    this.#ping();
  }

  send(text: string): void {
    if (this.#socket.readyState !== 1) return;
    this.#socket.send(text);
    if (this.#silence === undefined) this.expect(ANSWER_MS);
    this.#beatAgain();
  }

  /** Something has to come within so long. */
  expect(ms: number): void {
    clearTimeout(this.#silence);
    const due = Date.now() + ms;
    this.#silence = setTimeout(() => {
      // A machine that slept heard nothing meanwhile: that is no silence yet.
      if (Date.now() - due > ms) return this.expect(ms);
      this.#socket.close();
      this.#lost(BROKEN, "silent", "network");
    }, ms);
  }

  /** Nothing more is told. */
  close(code = 1000): void {
    this.#told = null;
    this.#stop();
    this.#socket.close(code);
  }

  #heard(data: unknown): void {
    // Until it is live nothing but its welcome counts.
    if (this.#heartbeatMs) this.#hush();
    let frames: unknown;
    try {
      frames = JSON.parse(data as string);
    } catch (error) {
      return this.#told?.error(error);
    }
    for (const frame of Array.isArray(frames) ? frames : [frames]) {
      try {
        if (frame && typeof frame === "object") this.#told?.frame(frame);
      } catch (error) {
        this.#told?.error(error);
      }
    }
  }

  #lost(code: number, reason: string, by: "server" | "network"): void {
    this.#stop();
    const told = this.#told;
    this.#told = null;
    told?.lost(code, reason, by);
  }

  #beatAgain(): void {
    clearTimeout(this.#beat);
    if (this.#heartbeatMs) this.#beat = after(this.#heartbeatMs, this.#ping);
  }

  #hush(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #stop(): void {
    this.#hush();
    clearTimeout(this.#beat);
    this.#heartbeatMs = 0;
  }
}
