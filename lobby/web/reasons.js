// Why somebody is in a session no longer, and why a session went: the reasons of the inbox in words.

/** Of who is in a session no longer: "You are no longer in Harbour: …". */
export const GONE = {
  left: "you have left",
  declined: "you have declined",
  dropped: "your connection was lost for too long",
  unattended: "nothing was heard of you for too long",
  kicked: "you were removed",
  vote: "its members have voted you out",
  banned: "its host has banned you",
  blocked: "you or somebody there has blocked the other",
  restricted: "moderation has restricted an account",
  lapsed: "the seat was held for you until now, and no longer",
  offer_lapsed: "the seat was offered to you until now, and no longer",
  closed: "it was closed",
  host_left: "its host has left",
  host_gone: "its host is gone",
  match_over: "the match is over",
  server_lost: "its game server no longer answers",
  server_failed: "no game server took the match",
  expired: "nobody wanted it any more",
  party_changed: "the party has changed",
  moved: "you have moved to another session",
  account_deleted: "an account was deleted",
};

/** The same of a session that is over, where it differs. */
const OVER = { left: "everybody has left", dropped: "nobody was left in it" };

const BEGINNINGS = {
  session_closed: (name) => `${name} is over`,
  session_uninvited: (name) => `Your invitation to ${name} was taken back`,
  seat_lapsed: (name) => `Your seat in ${name} is free again`,
};
const OWN_WORDS = new Set(["kicked", "vote"]); // whose `message` is what somebody wrote
export const DEPARTURES = new Set([...Object.keys(BEGINNINGS), "session_kicked", "session_banned"]);

/** What an entry of the inbox says of a session that one is in no longer; null for others. */
export function departure({ kind, reason, message }, name) {
  if (!DEPARTURES.has(kind) && !(reason in GONE)) return null;
  const begin = BEGINNINGS[kind]?.(name) ?? `You are no longer in ${name}`;
  const known = kind === "session_closed" ? (OVER[reason] ?? GONE[reason]) : GONE[reason];
  const said = OWN_WORDS.has(reason) && kind === "session_kicked" && message ? ` (“${message}”)` : "";
  return `${begin}${known ? `: ${known}` : ""}${said}.`;
}
