"""Where each shard of the roster stands, as far as its changes were heard in a row."""

from __future__ import annotations

from collections.abc import Iterable

from lobby.hub.source import Known
from protocol.roster import RosterChanged


class ShardVersions:
    def __init__(self) -> None:
        self._at: dict[int, Known] = {}

    def begin(self, versions: Iterable[Known]) -> None:
        """Of all shards, before any change was heard; one that was heard meanwhile counts."""
        for shard, known in enumerate(versions):
            self._at.setdefault(shard, known)

    def is_news(self, changed: RosterChanged) -> bool:
        """Whether the change is newer than all that was heard of its shard."""
        at = self._at.get(changed.shard)
        return at is None or at.epoch != changed.epoch or changed.version > at.version

    def take(self, changed: RosterChanged) -> bool:
        """Stand at this change; whether some before it were missed."""
        at = self._at.get(changed.shard)
        self._at[changed.shard] = Known(changed.epoch, changed.version)
        return at is None or at.epoch != changed.epoch or changed.version > at.version + 1

    def behind(self, versions: Iterable[Known]) -> dict[int, Known]:
        """The shards whose changes were not heard up to these versions, with them."""
        found = {}
        for shard, now in enumerate(versions):
            at = self._at.get(shard)
            if at is None or at.epoch != now.epoch or now.version > at.version:
                found[shard] = now
        return found

    def stand_at(self, shard: int, known: Known) -> None:
        """What led there is read, not heard."""
        self._at[shard] = known

    def forget(self, shard: int) -> None:
        """It is not known where the shard stands."""
        self._at.pop(shard, None)

    def clear(self) -> None:
        self._at.clear()
