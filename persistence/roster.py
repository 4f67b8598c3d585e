"""The port Presence: who is online, in shards, kept by processes with a lease."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from persistence.dependency import Dependency


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is online, of one shard: `entries` are JSON by account, the same in every process that
    reads the same epoch and version."""

    epoch: str
    version: int
    entries: dict[str, str]
    shard: int = 0


class RosterVersion(NamedTuple):
    """Where one shard of the roster stands. Versions compare within an epoch."""

    epoch: str
    version: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people are visibly online; of these, how many by status, and by region."""

    online: int
    statuses: dict[str, int]
    regions: dict[str, int]


class Presence(Dependency, Protocol):
    """A *keeper* is a process with a lease, renewed by heartbeats; the accounts that it serves are
    online while the lease lasts. The *roster* is the list of everybody visibly online, in shards
    that are versioned each for itself; an account is in the shard that its name hashes to.

    Every visible change is published on the bus's topic "presence": `{"shard", "epoch", "version",
    "counts": {"online", "statuses", "regions"}, "patch": {who: value or null}}`. `patch`: a merge
    patch of the shard; `counts`: of the shard, after it. People who enter or leave by one call make
    one version of each of their shards, or several where they are many: no payload is longer than
    about 10 KB. Without a visible change there is no new version and no payload.
    """

    @property
    def skew(self) -> float:
        """How many seconds this machine's clock is behind the one that keepers share."""

    shards: int

    def shard_of(self, who: str) -> int:
        """From 0; the same in every process."""

    async def heartbeat(
        self, keeper: str, seconds: float, *, generation: int = 0, grace: float = 0.0
    ) -> bool:
        """Renew the keeper's lease for `seconds`. Whether the keeper's accounts are held as of this
        generation; if not (it is new, or was swept, or something was lost), all of them must
        `enter`, `whole`. Whoever left, and whose grace period is over, is no longer shown.

        `grace`: seconds from the end of the lease until its accounts are *expired*; they are shown
        no longer than the lease. Where the leases of all keepers had ended there is a new epoch, as
        nobody could come back meanwhile."""

    async def enter(
        self,
        keeper: str,
        shown: Mapping[str, str | None],
        *,
        generation: int = 0,
        whole: bool = False,
    ) -> None:
        """These accounts are online, with the JSON value that others see (`None`: hidden, absent
        from the roster). `whole`: they and nobody else, in a generation of their own. No news after
        a later generation, and not held as of its own where the one before is missing, unless it is
        whole."""

    async def leave(
        self,
        keeper: str,
        gone: Mapping[str, str | None],
        *,
        seconds: float,
        generation: int = 0,
        ago: float = 0.0,
    ) -> None:
        """This keeper no longer serves those who are `gone`, the first of them since `ago` seconds;
        ignored after a later generation. Of each whom no other keeper serves, the value in the
        roster is the given one (`None`: absent; a hidden account stays hidden) for a grace period
        of `seconds`, after which the account is *expired*, or later, if it has acted since."""

    async def expire_after(self, who: str, seconds: float) -> None:
        """`who` acts without a connection: expired after `seconds` unless they enter. Never
        shortens a term that runs already, and shows them no longer than they were to be. While a
        keeper serves them it counts only if the keeper says later that they had left before."""

    async def expired(self, limit: int = 100) -> list[str]:
        """Some accounts whose term has ended, or the grace after their keeper's lease: at most
        `limit`. They have left the roster, and are returned again until `forget`."""

    async def overdue(self, who: Iterable[str]) -> set[str]:
        """Those of them who are expired still: who have not entered, nor acted since."""

    async def forget(self, who: Iterable[str]) -> None:
        """Acknowledge these, except those who entered again or got another term."""

    async def gathered(self, shard: int) -> None:
        """Return at once; of a shard that was lost, once all keepers known to live have entered, or
        after seconds."""

    async def read(self, shard: int = 0) -> Roster:
        """Everybody of one shard at one version, read in slices, once it is gathered."""

    async def shown(self, who: Iterable[str]) -> dict[str, str]:
        """The roster's values of these accounts; those that are absent are left out."""

    async def versions(self) -> list[RosterVersion]:
        """Where each shard stands, in one round trip."""

    async def epoch(self) -> str:
        """Made of the epochs of all shards. A new one: volatile data may be lost, or its terms have
        ended while no keeper lived."""

    async def counts(self) -> Counts:
        """Of all shards, in one round trip."""

    async def present(self, who: Iterable[str]) -> set[str]:
        """Accounts that a keeper with a valid lease serves now, hidden ones too."""
