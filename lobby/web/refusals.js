// What a refusal means to its reader, and what they can do about it.

import { lasting, moment } from "./texts.js";

const NAME = ["signup", "login"];
const CODE = "If somebody gave you a code, type it above the sessions.";

const WHY = {
  friends_only: ["Only friends of its host come in", `Ask the host to make you a friend. ${CODE}`],
  invited_only: ["It is by invitation only", `Ask somebody inside to invite you. ${CODE}`],
  named_only: ["Only players with a name come in", "Sign up, or log in: it takes half a minute.", NAME],
  closed: ["Nobody new is let in", "Choose another session, or come back later."],
  full: ["All seats are taken", "Choose another session, or come back when somebody leaves."],
  kept_out: ["You are kept out for now", "Choose another session, or come back later."],
  version: ["It plays another version of the game", "Choose a session of your version."],
  crossplay: ["It plays on another platform", "Choose a session of your platform."],
};

const CODES = {
  session_full: WHY.full,
  session_not_joinable: WHY.closed,
  guest_not_welcome: WHY.friends_only,
  kept_out: WHY.kept_out,
  version_incompatible: WHY.version,
  crossplay_incompatible: WHY.crossplay,
  password_needed: ["It asks for a password", "Type it, and join again."],
  wrong_password: ["That is not the password", "Ask somebody inside for it, and try again."],
  session_not_found: ["This session is over, or the code is not right", "Ask for a new code, or choose another session."],
  already_seated: ["You are in it already", "Open it from the bar at the bottom."],
  already_hosting: ["You host a session already", "Open it from the bar at the bottom, or close it first."],
  not_seated: ["You are not in this session any more", "Join it again, or choose another."],
  not_oneself: ["That is you", "Choose somebody else."],
  other_not_found: ["There is no such account any more", "Choose somebody else."],
  account_not_found: ["There is no such account any more", "Choose somebody else."],
  list_full: ["The list is full", "Take somebody off it first."],
  forbidden: ["Only the leader may do this", "Ask the leader of the session."],
  template_forbids: ["Sessions of this kind do not allow it", "Nothing has changed."],
  teams_locked: ["Teams are locked", "Ask the leader to move you."],
  team_full: ["That team is full", "Wait for a free seat there."],
  already_in_queue: ["You are searching already", "Stop the other search first."],
  not_in_queue: ["The search was over already", "Start another whenever you like."],
  queue_inactive: ["This queue is closed now", "Choose another queue, or try later."],
  queue_not_found: ["There is no such queue any more", "Load the page again, and choose another."],
  group_too_large: ["Your session has too many players for this queue", "Choose another queue, or play with fewer."],
  matchmaking_not_allowed: ["This session cannot search for a match", "Host another one, and search with that."],
  no_match_offered: ["The match is not offered any more", "You are told when the next one is found."],
  ticket_not_found: ["The search is over", "Start another whenever you like."],
  malformed: ["The lobby cannot read this", "Write it in other words, without special characters."],
  too_large: ["That is too long", "Write less, and send it again."],
  unauthenticated: ["The lobby does not know you any more", "Log in again.", ["login"]],
  unavailable: ["The lobby has trouble just now", "Nothing has changed. Try again in a moment."],
  internal_error: ["The lobby has made a mistake", "Nothing is known to have changed. Try again in a moment."],
  topic_not_found: ["This is not shown to you", "Go back to the lobby."],
};

const LIBRARY = {
  TimeoutError: ["It was not sent: there is no connection", "Try again once the light is green."],
  UnknownOutcomeError: ["The answer was lost on the way", "Look whether it was done before you try again."],
  ClosedError: ["There is no connection", "Try again once the light is green."],
  QueueFullError: ["Too much is waiting to be sent", "Wait until the light is green."],
};

/** In words: {says, then, offers}. `error` is what a command was rejected with. */
export function explained(error) {
  const [says, then, offers = []] = words(error);
  return { says, then: within(error, then), offers, code: error.code ?? error.name };
}

/** Why one may not join, as `session.ask` has it. */
export function reason(why) {
  const [says, then, offers = []] = WHY[why] ?? ["You cannot join it now", "Choose another session, or try later."];
  return { says, then, offers, code: why };
}

function words(error) {
  const { code, about, message } = error;
  if (code === "kept_out" && about?.until) {
    const why = about.reason ? `: “${about.reason}”` : "";
    return [`You are kept out${why}`, `Come back at ${moment(about.until)}.`];
  }
  if (code === "wrong_password" && about?.left !== undefined) {
    return ["That is not the password", `You may try ${about.left === 1 ? "once" : `${about.left} times`} more. Ask somebody inside for it.`];
  }
  if (code === "too_many" || code === "too_many_requests") return ["Too fast", "Wait a little, and try again."];
  if (code === undefined && LIBRARY[error.name]) return LIBRARY[error.name];
  return WHY[about?.why] ?? CODES[code] ?? [`The lobby said no: ${message || code}`, "Try something else, or try again later."];
}

function within({ retryAfter }, then) {
  return retryAfter ? `Try again in ${lasting(retryAfter)}.` : then;
}
