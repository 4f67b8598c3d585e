// The types that a game sees, besides those of the protocol.

import type { RefusedError } from "./errors.js";
import type { Questions } from "./protocol.js";

/** Why a connection ended. Codes are those of the channel; 1006: it broke. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly by: "us" | "server" | "network";
  readonly refusal?: RefusedError;
}

export interface Identity {
  readonly uuid?: string;
  readonly name?: string;
  readonly kind: "user" | "host" | "player" | "anonymous" | "spectator" | (string & {});
}

/** `until` in ms since 1970. `resumed`: the identity is that of the connection before. */
export type State =
  | { readonly phase: "idle" }
  | { readonly phase: "connecting"; readonly attempt: number }
  | { readonly phase: "live"; readonly identity: Identity; readonly resumed: boolean }
  | { readonly phase: "waiting"; readonly until: number; readonly attempt: number; readonly why: Closing }
  | { readonly phase: "closed"; readonly why: Closing };

/**
 * A token, or what gives one: asked when there is none and when the last has expired. Null: none is
 * to be had. Where it throws, it is asked again later; an error named UnauthorizedError, or one with
 * the `status` 401, stops the client.
 */
export type TokenSource =
  | string
  | ((why: { expired: boolean; signal: AbortSignal }) => string | null | Promise<string | null>);

/**
 * Where the secret of an anonymous identity is kept: 32 to 128 characters, made by the client. What
 * these throw is told as `error`; the identity then lasts as long as the client.
 */
export interface SecretStore {
  load(): string | null | Promise<string | null>;
  save(secret: string): void | Promise<void>;
}

export interface Options {
  /** The lobby's http(s) address; absent: that of the page. */
  url?: string | URL;
  token?: TokenSource;
  /** An identity without a name, where there is no token. */
  anonymous?: boolean | SecretStore;
  /** Milliseconds that a command may take. */
  timeout?: number;
  /** Commands that may wait to be sent. */
  queue?: number;
  /** Milliseconds. */
  backoff?: { first?: number; longest?: number };
  WebSocket?: new (url: string, protocols: string) => WebSocket;
  /** Come back sooner when the network or the page does. */
  wake?: boolean;
  log?: (event: string, detail: Record<string, unknown>) => void;
}

export interface Signal {
  session: string;
  author: string;
  body: Record<string, unknown>;
}

export interface Events {
  state: State;
  identity: Identity;
  /** A token of an anonymous identity, good over HTTP. */
  token: string;
  signal: Signal;
  drain: { until: number };
  /** Parts of the lobby that are away; none: all is well again. */
  degraded: { parts: string[] };
  /** What a listener threw, and frames that make no sense. */
  error: Error;
}

export interface CommandOptions {
  timeout?: number;
  signal?: AbortSignal;
  id?: string;
  /** "never": not said again after a loss, nor after `too_many`. */
  retry?: "safe" | "never";
}

export interface WatchOptions {
  signal?: AbortSignal;
}

/** At least one of the three makes it a question. */
export type Question<T extends keyof Questions> = Questions[T][0] &
  WatchOptions &
  ({ filter: object } | { sort: string } | { limit: number });

export type Status = "asking" | "live" | "stale" | "ended";

/** `paths`: where it changed, each as keys from the top; `[[]]` for the whole. */
export interface Change<S> {
  readonly state: S;
  readonly paths: readonly (readonly string[])[];
  readonly whole: boolean;
}

/** A document that is kept up to date. States are frozen; what has not changed keeps its identity. */
export interface Live<S> extends AsyncIterable<Change<S>> {
  readonly topic: string;
  readonly state: S | undefined;
  readonly version: number;
  readonly status: Status;
  readonly ready: Promise<S>;
  on(event: "change", listener: (change: Change<S>) => void): () => void;
  on(event: "ended", listener: (code: string) => void): () => void;
  on(event: "status", listener: (status: Status) => void): () => void;
  at(path: readonly string[], listener: (value: unknown) => void): () => void;
  when(test: (state: S) => boolean, options?: { timeout?: number; signal?: AbortSignal }): Promise<S>;
  subscribe(listener: () => void): () => void;
  getSnapshot(): S | undefined;
  close(): void;
  [Symbol.dispose](): void;
}

export interface JournalOptions {
  /** The last cursor that you have, 0 for everything that is kept; absent: what comes from now on. */
  after?: number;
  signal?: AbortSignal;
}

export interface Journal<E> extends AsyncIterable<{ entry: E; cursor: number }> {
  readonly topic: string;
  readonly cursor: number;
  readonly status: Status;
  readonly ready: Promise<number>;
  on(event: "entry", listener: (entry: E, cursor: number) => void): () => void;
  /** Some entries before the next one are gone; its cursor may be lower than the last. */
  on(event: "trimmed", listener: () => void): () => void;
  on(event: "ended", listener: (code: string) => void): () => void;
  on(event: "status", listener: (status: Status) => void): () => void;
  close(): void;
  [Symbol.dispose](): void;
}
