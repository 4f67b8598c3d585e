"""Trails and event logs in words, for an operator who is asked why somebody is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lobby.actions.changes.trail import CANCELLED, COMING, KICKED, WITHDRAWN
from lobby.domain.accounts import Restriction
from lobby.domain.reasons import Reason
from lobby.domain.sessions.diff import SYSTEM_SOURCE
from lobby.domain.trail import GONE, LOGIN_REFUSED, REFUSALS
from lobby.identity import free_text

Entry = Mapping[str, Any]
Naming = Callable[[str], str]
"""From a uuid to how it is shown."""

IN_WORDS = {
    Reason.LEFT: "left by themselves",
    Reason.DECLINED: "declined",
    Reason.DROPPED: "the connection was gone and did not come back in time",
    Reason.UNATTENDED: "had no connection and gave no sign of being there",
    Reason.KICKED: "kicked",
    Reason.VOTE: "voted out",
    Reason.BANNED: "banned",
    Reason.BLOCKED: "blocked",
    Reason.RESTRICTED: "restricted by moderation",
    Reason.LAPSED: "did not take the seat in time",
    Reason.OFFER_LAPSED: "did not take the offered seat in time",
    Reason.CLOSED: "the session was closed",
    Reason.HOST_LEFT: "the host left",
    Reason.HOST_GONE: "the host was gone",
    Reason.MATCH_OVER: "the match was over",
    Reason.SERVER_LOST: "the game server was lost",
    Reason.SERVER_FAILED: "no game server could be had",
    Reason.EXPIRED: "nobody wanted the session any more",
    Reason.PARTY_CHANGED: "the party changed",
    Reason.MOVED: "moved to another session",
    Reason.ACCOUNT_DELETED: "the account was deleted",
}
DONE_BY = frozenset({Reason.KICKED, Reason.BANNED, Reason.BLOCKED, Reason.CLOSED})
"""Reasons that somebody gave; of others it is told who is meant."""
BY_OPERATORS = frozenset({Reason.RESTRICTED, Reason.ACCOUNT_DELETED})
"""What nobody in the session did, whoever it befell."""
JOINED = COMING["player_joined"]
RESTRICTED = "restricted"
"""What the beginning of a restriction is called in a trail."""
DEPARTED = (GONE, KICKED, WITHDRAWN)
ENDED = ("session_deleted", "session_expired")
NOTHING = "nothing is known of the time that was asked for"
SHOWN_APART = ("at", "what", "reason", "said", "by", "target", "times")


def headline(trail: Sequence[Entry], name: Naming) -> str:
    """Why they are gone, in one line: of all departures from where they have not come back the
    last; else that they are back; else what was refused them last; else what was last."""
    at, back = _whereabouts(trail)
    if at is not None:
        return departure(_with_words(trail, at), name)
    if back is not None:
        return f"came back into session {back['session']} at {moment(back['at'])}, and is there"
    refused = [one for one in trail if one["what"] in REFUSALS or one["what"] == LOGIN_REFUSED]
    told = refused or trail
    return line(told[-1], name) if told else NOTHING


def _whereabouts(trail: Sequence[Entry]) -> tuple[int | None, Entry | None]:
    """Where in the trail they left last and did not come back; where they are back, if anywhere."""
    left = dict[Any, int]()
    back: Entry | None = None
    for at, one in enumerate(trail):
        if "target" in one:
            continue
        if one["what"] in DEPARTED:
            left[one.get("session")] = at
            back = back if back and back["session"] != one.get("session") else None
        elif one["what"] == JOINED and left.pop(one.get("session"), None) is not None:
            back = one
    return max(left.values(), default=None), back


def _with_words(trail: Sequence[Entry], at: int) -> Entry:
    """The departure there; of one by moderation with the operator's words, which stand with the
    restriction before it: others who read the session's log do not read them."""
    entry = trail[at]
    if entry.get("reason") != Reason.RESTRICTED or entry.get("said"):
        return entry
    before = (one.get("reason") for one in reversed(trail[:at]) if one["what"] == RESTRICTED)
    said = next(before, None)
    return {**entry, "said": said} if said else entry


def restriction(one: Restriction) -> str:
    """`restricted (account_ban) until 2026-11-29 14:03:12: "cheating"`"""
    until = "for good" if one.until is None else f"until {moment(one.until)}"
    said = f': "{_one_line(one.reason)}"' if one.reason else ""
    return f"restricted ({one.type}) {until}{said}"


def departure(entry: Entry, name: Naming) -> str:
    """`left session 5178 at 2026-11-29 14:03:12: kicked by Ann ("afk")`"""
    at, code = moment(entry["at"]), str(entry.get("code", ""))
    was = "no longer invited to" if code.startswith("invite_") else "left"
    return f"{was} session {entry.get('session')} at {at}: {why(entry, name)}"


def why(entry: Entry, name: Naming) -> str:
    """The reason in words, by whom, and what was said."""
    reason = str(entry.get("reason", ""))
    words = IN_WORDS[Reason(reason)] if reason in set(Reason) else _one_line(reason)
    if reason == Reason.KICKED and entry.get("code") == CANCELLED:
        words = "the invitation was taken back"
    by = _whom(entry.get("by"), reason, name)
    said = f' ("{_one_line(entry["said"])}")' if entry.get("said") else ""
    return f"{words}{by}{said}"


def _whom(by: str | None, reason: str, name: Naming) -> str:
    if by is None or reason in BY_OPERATORS or (by == SYSTEM_SOURCE and reason):
        return ""
    return f" by {name(by)}" if reason in DONE_BY or not reason else f", {name(by)}"


def line(entry: Entry, name: Naming) -> str:
    """One entry of a trail: when, what, why, and the rest as it is kept."""
    said = [moment(entry["at"]), str(entry["what"])]
    if entry.get("target"):
        said.append(name(entry["target"]))
    if told := why(entry, name).strip():
        said.append(told)
    if entry.get("times"):
        said.append(f"{entry['times']} times")
    rest = [
        f"{key}={_one_line(str(value))}" for key, value in entry.items() if key not in SHOWN_APART
    ]
    return "  ".join([*said, *rest])


def life(lines: Sequence[Entry], name: Naming) -> str:
    """How a session ended, in one line."""
    if not lines:
        return "nothing is known of this session"
    last = lines[-1]
    if last["code"] in ENDED:
        return f"ended at {moment(last['at'])}: {why(_by_source(last), name)}"
    return f"not over; at last {moment(last['at'])}: {last['code']}"


def event(entry: Entry, name: Naming) -> str:
    """One line of a session's event log."""
    target = name(entry["target"]) if entry.get("target") else ""
    told, code = why(_by_source(entry), name), _one_line(entry["code"])
    return "  ".join(part for part in (moment(entry["at"]), code, target, told) if part)


def _one_line(said: str) -> str:
    """What somebody said, so that it is not taken for words of ours, nor by the terminal for its
    own: no line ends in it, no quotation either, and what cannot be seen is replaced."""
    line = " ".join(said.split()).replace('"', "'")
    return "".join(free_text.UNSHOWN if free_text.forbidden(one) else one for one in line)


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _by_source(entry: Entry) -> dict[str, Any]:
    """`by` only where it was somebody else than whom it concerns."""
    source = entry.get("source")
    return {**entry, "by": source if source != entry.get("target") else None}
