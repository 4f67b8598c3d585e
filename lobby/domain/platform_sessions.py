"""A platform's own session behind one of ours."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from lobby.domain.seats import Seat
from lobby.domain.session_errors import PlatformSessionExists, PlatformSessionNotFound


@dataclass
class PlatformSession:
    """`id` is the platform's, in URL-safe base64 with padding; `type` is the template's word."""

    platform: str
    id: str
    type: str
    custom_data: dict[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> str:
        return claim(self.platform, self.id)

    def members(self, occupants: Iterable[Seat]) -> list[Seat]:
        """Who of those who sit in our session plays on this platform. The first is the scout, who
        looks after the platform's session: whose uuid is the lowest."""
        here = [s for s in occupants if s.client is not None and s.client.platform == self.platform]
        return sorted(here, key=lambda seat: str(seat.player))


def claim(platform: str, id: str) -> str:
    return f"{platform}:{id}"


def link(linked: list[PlatformSession], new: PlatformSession) -> None:
    """Put it behind ours. A session has one on each platform; the same again changes nothing."""
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
    """The one spelling of an id that came in either alphabet, with padding or without. None where
    it is no base64, or says nothing."""
    text = id.rstrip("=").translate(STANDARD)
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.urlsafe_b64encode(content).decode() or None


STANDARD = str.maketrans("-_", "+/")
