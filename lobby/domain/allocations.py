"""A registered game host: a program that waits to be given a session, and to which one."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.session_errors import GameHostBusy


class HostState(StrEnum):
    DEALLOCATED = "deallocated"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"


@dataclass
class GameHost:
    """`id` is what it calls itself, among those that its account has registered. `allocation` and
    `session` are what it is promised to since `promised`. Times are Unix seconds."""

    account: str
    id: str
    address: str
    port: int
    tags: list[str] = field(default_factory=list)
    state: HostState = HostState.DEALLOCATED
    allocation: str | None = None
    session: int | None = None
    promised: float | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return key(self.account, self.id)

    def serves(self, region: str | None, type: str, *, regions: Container[str]) -> bool:
        """Tags that name regions say where it may serve, those like `type:party` what. Without any
        of a kind it serves all; other tags say nothing here."""
        where = [tag for tag in self.tags if tag in regions]
        what = [tag for tag in self.tags if tag.startswith("type:")]
        here = not where or region is None or region in where
        return here and (not what or f"type:{type}" in what)

    def promise(self, allocation: str, session: int, *, now: float) -> None:
        if self.state is not HostState.DEALLOCATED:
            raise GameHostBusy
        self.state, self.promised = HostState.ALLOCATING, now
        self.allocation, self.session = allocation, session

    def confirm(self, allocation: str) -> None:
        """The session has it in writing."""
        if self.allocation != allocation:
            raise GameHostBusy
        self.state = HostState.ALLOCATED

    def free(self, allocation: str | None) -> None:
        """Of this promise; one that was made meanwhile stands."""
        if self.allocation == allocation:
            self.state = HostState.DEALLOCATED
            self.allocation = self.session = self.promised = None


def key(account: str, id: str) -> str:
    return f"{account}/{id}"
