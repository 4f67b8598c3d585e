"""Game host: a dedicated server that has registered, and the session it is allocated to."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.sessions.clients import major
from lobby.domain.sessions.errors import GameHostBusy

VERSION = "version:"


class HostState(StrEnum):
    DEALLOCATED = "deallocated"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"


@dataclass
class GameHost:
    """`id` is unique within its account. `allocation` is the id of the allocation to `session`,
    made at `promised` (Unix seconds). `reported`: the version that it said it has, since it
    registered last."""

    account: str
    id: str
    address: str
    port: int
    tags: list[str] = field(default_factory=list)
    state: HostState = HostState.DEALLOCATED
    allocation: str | None = None
    session: int | None = None
    promised: float | None = None
    reported: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return key(self.account, self.id)

    def serves(
        self, region: str | None, type: str, *, regions: Container[str], version: str | None = None
    ) -> bool:
        """Whether its tags match: names of regions limit the region, `type:party` the session
        type, `version:2.1` the players' major `version`, where that is known. No tag of a kind
        means no limit, but for the version that it has reported; other tags are ignored."""
        where = [tag for tag in self.tags if tag in regions]
        what = [tag for tag in self.tags if tag.startswith("type:")]
        here = not where or region is None or region in where
        return here and (not what or f"type:{type}" in what) and self._runs(version)

    def _runs(self, version: str | None) -> bool:
        runs = [tag.removeprefix(VERSION) for tag in self.tags if tag.startswith(VERSION)]
        if not runs and self.reported is not None:
            runs = [self.reported]
        return not runs or version is None or major(version) in map(major, runs)

    def update_registration(self, address: str, port: int, tags: list[str]) -> None:
        """Update address and tags when it registers again, maybe with another version."""
        self.address, self.port, self.tags, self.reported = address, port, tags, None

    def note_version(self, version: str) -> None:
        """It has reported this version."""
        self.reported = version

    def allocate(self, allocation: str, session: int, *, now: float) -> None:
        """Reserve it for the session. Raises GameHostBusy unless it is free."""
        if self.state is not HostState.DEALLOCATED:
            raise GameHostBusy
        self.state, self.promised = HostState.ALLOCATING, now
        self.allocation, self.session = allocation, session

    def confirm(self, allocation: str) -> None:
        """The session has stored the allocation too. Raises GameHostBusy if it has ended."""
        if self.allocation != allocation:
            raise GameHostBusy
        self.state = HostState.ALLOCATED

    def deallocate(self, allocation: str | None) -> None:
        """End this allocation; a newer one is left alone."""
        if self.allocation == allocation:
            self.state = HostState.DEALLOCATED
            self.allocation = self.session = self.promised = None


def key(account: str, id: str) -> str:
    return f"{account}/{id}"
