// How a connection ended, and whether to come back: 4500 to 4999 mean no, everything else yes.

import type { Closing } from "./api.js";

export const BROKEN = 1006;
export const EXPIRED = 4003;
/** Identities that the lobby will not have: of an anonymous one there is another. */
const REJECTED = [4500, 4503];
/** What we said cannot be read or is too large: not to be said again. */
const UNREADABLE = [1003, 1007, 1009];

export const CLOSED_HERE: Closing = { code: 1000, reason: "closed here", by: "us" };

/** Also of whoever calls `connect` or `reconnect` each time. */
export const CROWDED: Closing = { code: BROKEN, reason: "too many connections in a short time", by: "us" };

export const isFinal = (code: number): boolean => code >= 4500 && code <= 4999;

export const isOfIdentity = (code: number): boolean => REJECTED.includes(code);

/** Why what was sent is not to be said again; null: it may be. */
export function unsayable({ code, reason }: Closing): string | null {
  return UNREADABLE.includes(code) ? reason || `closed with ${code}` : null;
}
