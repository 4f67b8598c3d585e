"""Platform session: the counterpart of a session on a platform (PSN, Xbox ...)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from lobby.domain.sessions.errors import PlatformSessionExists, PlatformSessionNotFound
from lobby.domain.sessions.seats import HeldSeat


@dataclass
class PlatformSession:
    """`id`: the platform's, in URL-safe base64 with padding; `type`: from the template."""

    platform: str
    id: str
    type: str
    custom_data: dict[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> str:
        return claim(self.platform, self.id)

    def members(self, occupants: Iterable[HeldSeat]) -> list[HeldSeat]:
        """Members of our session who play on this platform, by uuid. The first one is the scout,
        who maintains the platform's session."""
        clients = ((held, held.seat.client) for held in occupants)
        here = [held for held, client in clients if client and client.platform == self.platform]
        return sorted(here, key=lambda held: held.player)


def claim(platform: str, id: str) -> str:
    return f"{platform}:{id}"


def link(linked: list[PlatformSession], new: PlatformSession) -> None:
    """Add a platform session; idempotent. Raises PlatformSessionExists for a second one of the
    same platform."""
    for one in linked:
        if one.platform == new.platform:
            if one.id != new.id:
                raise PlatformSessionExists
            return
    linked.append(new)


def find(linked: Iterable[PlatformSession], platform: str, id: str) -> PlatformSession:
    for one in linked:
        if (one.platform, one.id) == (platform, id):
            return one
    raise PlatformSessionNotFound


def canonical(id: str) -> str | None:
    """Canonical form of an id in standard or URL-safe base64, padded or not. None if it is empty or
    not base64."""
    text = id.rstrip("=").translate(STANDARD)
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.urlsafe_b64encode(content).decode() or None


STANDARD = str.maketrans("-_", "+/")
