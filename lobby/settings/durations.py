"""Settings of how long things take and last, and of the log."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class DurationSettings(BaseModel):
    """Graces, heartbeats, and how long a start and a stop may take."""

    grace_seconds: float = Field(default=15, gt=0)
    """How long a player whose connection dropped is reconnecting and keeps a seat."""
    restart_grace_seconds: float = Field(default=45, gt=0)
    """The same, after all connections were lost at once; never less than `LOBBY_GRACE_SECONDS`."""
    unattended_seconds: float = Field(default=3_600, gt=0)
    """How long somebody who never opened a socket keeps a seat."""
    keeper_seconds: float = Field(default=8, gt=1)
    """How long after its last heartbeat the players of a process that died are not shown."""
    keep_alive_seconds: int = Field(default=75, ge=1)
    """How long an idle HTTP connection stays open: longer than a proxy in front keeps it."""
    hello_seconds: float = Field(default=5, gt=0)
    """How long a new socket may be silent."""
    ping_seconds: float = Field(default=20, gt=0)
    """Heartbeat of sockets: how often they are pinged; half as long they have to answer."""
    heal_seconds: float = Field(default=10, gt=0)
    """How often what is watched is compared with what is stored."""
    drain_seconds: float = Field(default=5, ge=0)
    """How long closing the sockets of a process that stops may take."""
    start_seconds: float = Field(default=10, ge=0)
    """How long a start waits for a database that may be starting too."""
    trail_seconds: float = Field(default=86_400, gt=0)
    """How long it is kept what happened to an account, for `lobby why`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
