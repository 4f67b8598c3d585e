"""What somebody plays with, and whether it goes together with what the others have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lobby.domain.session_errors import CrossplayIncompatible, VersionIncompatible

NUMBERS: dict[str, int] = {
    "Anon": 2, "Amazon": 4, "Steam": 5, "PSN": 9, "XboxLive": 10, "Basic": 11, "Google": 13,
    "Twitch": 16, "NintendoSwitch": 22, "Apple": 24, "NintendoNAID": 26, "Epic": 28,
}  # fmt: skip
"""What old clients call the platforms; those that are not here have no number."""

PERMITTED_PLATFORMS = {
    "desired_platforms_xboxlike": "XboxLive",
    "desired_platforms_playstationlike": "PSN",
}
PERMITTED_INPUTS = {
    "desired_inputs_keyboardandmouse": "keyboardandmouse",
    "desired_inputs_gamepad": "gamepad",
    "desired_inputs_touch": "touch",
}
"""What a preference lets in; every other preference lets in all."""


@dataclass(frozen=True)
class Crossplay:
    """Whom somebody wants to play with."""

    permitted_platform: str
    permitted_input: str

    def permits(self, other: Client) -> bool:
        platform = PERMITTED_PLATFORMS.get(self.permitted_platform, other.platform)
        input = PERMITTED_INPUTS.get(self.permitted_input, other.input)
        return (platform, input) == (other.platform, other.input)


@dataclass(frozen=True)
class Client:
    """A player's game: `version` as it calls itself, `platform` and `input` in the contract's
    words. Who came without one, from a door that asks for none, goes together with everybody."""

    version: str
    platform: str | None
    input: str
    crossplay: Crossplay | None = None

    def require_version(self, version: str | None) -> None:
        if version is not None and major(version) != major(self.version):
            raise VersionIncompatible

    def require_fits(self, others: Iterable[Client]) -> None:
        """Versions first, for all; then each pair's wishes, both ways."""
        others = list(others)
        for other in others:
            self.require_version(other.version)
        for other in others:
            if not (_permits(self, other) and _permits(other, self)):
                raise CrossplayIncompatible


def major(version: str) -> str:
    """Two versions play together when these are alike; what stands after `+` never counts."""
    return version.partition("+")[0].partition(".")[0]


def platform_numbered(number: int | None) -> str | None:
    return next((name for name, known in NUMBERS.items() if known == number), None)


def _permits(one: Client, other: Client) -> bool:
    return one.crossplay is None or one.crossplay.permits(other)
