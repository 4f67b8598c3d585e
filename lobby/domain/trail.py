"""What somebody did, or was refused: one record of the audit log, and of an account's trail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOGIN_REFUSED = "login refused"
GONE = "gone"
"""What it is called that somebody is in a session no more, and nobody has kicked them."""
ONLY_THEIRS = frozenset({LOGIN_REFUSED, GONE})
"""What befalls an account, whoever's doing it is: nothing that the other one did to them."""
REFUSALS = frozenset({"denied", "refused"})
LONGEST_TEXT = 256
"""Characters of a text in a record that somebody else chose."""


@dataclass(slots=True)
class Record:
    """`actor`: the account that acts, or `operator`, or `system`; empty where nobody is known.
    `target`: whom or what it is done to. `way`: how somebody logged in. `request`: the id of the
    HTTP request or of the handshake; on the channel, `connection` and `command` name the rest.
    `details`: what only this kind of record has. `times`: how many alike it stands for. `logged`:
    whether it belongs in the audit log, too, or in the trails alone; `kept`: whether in trails."""

    at: float
    what: str
    actor: str = ""
    address: str = ""
    target: str = ""
    door: str = ""
    operation: str = ""
    request: str = ""
    connection: int | None = None
    command: str = ""
    process: str = ""
    code: str = ""
    reason: str = ""
    session: str = ""
    ticket: str = ""
    way: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    logged: bool = True
    kept: bool = True

    @property
    def alike(self) -> tuple[str, ...]:
        """What records have in common that become one: who, through which door, what, and why.
        The first one's target and request stand for all, so that trying others gains no lines."""
        who = self.actor or self.address
        return (who, self.door, self.operation, self.what, self.code)

    def facts(self) -> dict[str, Any]:
        """What is known, without what is not."""
        apart = ("what", "details", "times", "logged", "kept")
        names = (name for name in self.__slots__ if name not in apart)
        known = {name: value for name in names if (value := getattr(self, name)) not in ("", None)}
        times = {"times": self.times} if self.times > 1 else {}
        return {**known, **{n: v for n, v in self.details.items() if v is not None}, **times}

    def accounts(self) -> set[str]:
        """Whose trails it belongs in. What was refused to somebody stands only in theirs, so that
        nobody fills another's; a login that was refused, in that of the account that was meant; a
        departure, in that of whoever went: who ends a session does not find all the others'."""
        if self.what in REFUSALS:
            named = {self.actor}
        else:
            named = {self.target} if self.what in ONLY_THEIRS else {self.actor, self.target}
        return {one for one in named if ACCOUNT.fullmatch(one)}

    def entry(self, account: str) -> dict[str, Any]:
        """As it stands in this account's trail: `by` whom, where it was not themselves, and to
        whom (`target`), where that was somebody else."""
        facts = {"at": self.at, "what": self.what, **self.facts()}
        by, target = facts.pop("actor", ""), facts.pop("target", "")
        others = {"by": by, "target": target}
        return {**facts, **{name: one for name, one in others.items() if one not in ("", account)}}
