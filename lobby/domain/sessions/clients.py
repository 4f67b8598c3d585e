"""Client: version, platform and input of a player's game, and compatibility (crossplay)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lobby.domain.sessions.errors import CrossplayIncompatible, VersionIncompatible

NUMBERS: dict[str, int] = {
    "Anon": 2, "Amazon": 4, "Steam": 5, "PSN": 9, "XboxLive": 10, "Basic": 11, "Google": 13,
    "Twitch": 16, "NintendoSwitch": 22, "Apple": 24, "NintendoNAID": 26, "Epic": 28,
}  # fmt: skip
"""Numbers of platforms for old clients; other platforms have none."""

PERMITTED_PLATFORMS = {
    "desired_platforms_xboxlike": "XboxLive",
    "desired_platforms_playstationlike": "PSN",
}
PERMITTED_INPUTS = {
    "desired_inputs_keyboardandmouse": "keyboardandmouse",
    "desired_inputs_gamepad": "gamepad",
    "desired_inputs_touch": "touch",
}
"""What a crossplay preference permits; every other preference permits all."""


@dataclass(frozen=True)
class Crossplay:
    """Crossplay preferences of a player."""

    permitted_platform: str
    permitted_input: str

    def permits(self, other: Client) -> bool:
        platform = PERMITTED_PLATFORMS.get(self.permitted_platform, other.platform)
        input = PERMITTED_INPUTS.get(self.permitted_input, other.input)
        return (platform, input) == (other.platform, other.input)


@dataclass(frozen=True)
class Client:
    """A player's game client; `platform` and `input` are spelt as in the contract. Players without
    one (their door does not ask for it) are compatible with everybody."""

    version: str
    platform: str | None
    input: str
    crossplay: Crossplay | None = None

    def require_version(self, version: str | None) -> None:
        """Raise VersionIncompatible unless the major versions are equal."""
        if version is not None and major(version) != major(self.version):
            raise VersionIncompatible

    def require_fits(self, others: Iterable[Client]) -> None:
        """Raise VersionIncompatible, else CrossplayIncompatible, unless it fits all others; the
        preferences are checked in both directions."""
        others = list(others)
        for other in others:
            self.require_version(other.version)
        for other in others:
            if not (_permits(self, other) and _permits(other, self)):
                raise CrossplayIncompatible


def major(version: str) -> str:
    """Versions with equal major parts are compatible; build metadata after `+` is ignored."""
    return version.partition("+")[0].partition(".")[0]


def platform_numbered(number: int | None) -> str | None:
    return next((name for name, known in NUMBERS.items() if known == number), None)


def _permits(one: Client, other: Client) -> bool:
    return one.crossplay is None or one.crossplay.permits(other)
