// What goes wrong, by class and by `name`: a page may hold two copies of this module.

import type { Closing } from "./api.js";
import type { RefusalCode } from "./protocol.js";

export class LobbyError extends Error {
  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
  }
}

/** The lobby answered no. Act on `code`; `retryAfter` is in seconds, where waiting helps. */
export class RefusedError extends LobbyError {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly command: string,
    readonly retryAfter: number | null = null,
    readonly about: Record<string, unknown> | null = null,
  ) {
    super("RefusedError", message || code);
  }
}

/** The time was over before the command was sent: nothing has happened. */
export class TimeoutError extends LobbyError {
  readonly sent: boolean = false;
  constructor(message: string) {
    super("TimeoutError", message);
  }
}

/** The command was sent, and its answer is lost: it may have been done, or not. */
export class UnknownOutcomeError extends LobbyError {
  constructor(
    readonly command: string,
    readonly id: string,
    why: string,
    cause?: unknown,
  ) {
    super("UnknownOutcomeError", `${command}: ${why}; it may have been done`, cause);
  }
}

/** The client is closed; `why` says by whom. */
export class ClosedError extends LobbyError {
  constructor(readonly why: Closing) {
    super("ClosedError", `closed: ${why.reason || why.code}`, why.refusal);
  }
}

/** Too many commands wait to be sent. */
export class QueueFullError extends LobbyError {
  constructor(most: number) {
    super("QueueFullError", `${most} commands wait already`);
  }
}

/** An iterator of a journal was read too slowly. Begin another with `after`. */
export class FellBehindError extends LobbyError {
  constructor(readonly after: number) {
    super("FellBehindError", "read too slowly");
  }
}
