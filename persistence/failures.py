"""Why a store or a bus does not do what it was asked."""

from __future__ import annotations


class Stale(Exception):
    """The document is no longer at the version that was read."""


class Taken(Exception):
    """Another document of this kind holds the claim."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"the claim {claim!r} is taken")
        self.claim = claim


class Unreachable(Exception):
    """The part does not answer. `part` is what an operator calls it: "database" or "redis"."""

    def __init__(self, part: str, why: str = "") -> None:
        super().__init__(f"{part} cannot be reached{': ' if why else ''}{why}")
        self.part = part


class Unsuitable(Unreachable):
    """It answers, and is set up in a way that never does: there is no use in waiting for it."""


class InUse(Exception):
    """Another process holds this store for itself; the message says what to do."""


class Newer(Exception):
    """A newer program wrote the store; the message says what to do."""


class NoBackup(Exception):
    """The store cannot be copied there, or from there; the message says why."""
