"""Listed sessions, and what happens to them, for benches: as lobbies are used, by the same dice."""

from __future__ import annotations

import random
import time
from typing import Any

Json = dict[str, Any]

REGIONS, MODES, MAPS = ["eu", "us", "asia", "oce"], ["duel", "race", "siege", "coop"], range(12)


class History:
    """What happens: 8 % launches, 8 % ends, 64 % seats, 8 % entries, 12 % attributes; half of it in
    the newest tenth."""

    def __init__(self, many: int) -> None:
        self._dice = random.Random(1)
        self.listed: dict[str, Json] = {}
        self._number = 10**15
        for _ in range(many):
            self._launch()

    def next(self) -> Json:
        kind = self._dice.random()
        if kind < 0.08:
            return self._launch()
        ids = list(self.listed)
        newest = len(ids) // 10
        at = -1 - self._dice.randrange(newest if self._dice.random() < 0.5 else len(ids))
        session = self.listed[ids[at]]
        if kind < 0.16:
            del self.listed[session["id"]]
            return {"id": session["id"], "version": session["version"] + 1, "over": True}
        changed = {**session, "version": session["version"] + 1}
        if kind < 0.80:
            changed["free"] = self._dice.randrange(8)
            changed["full"] = changed["free"] == 0
            changed["seats"] = seats(changed["free"])
        elif kind < 0.88:
            changed["joinable"] = not session["joinable"]
        changed["attributes"] = {**session["attributes"], "at": time.monotonic()}
        if kind >= 0.88:
            changed["attributes"]["rank"] = self._dice.randrange(3_000)
        self.listed[session["id"]] = changed
        return changed

    def _launch(self) -> Json:
        self._number += 1024
        dice, id = self._dice, str(self._number)
        free = dice.randrange(8)
        session = self.listed[id] = {
            "id": id,
            "template": dice.choice(["hosted", "arena"]),
            "host": f"{self._number:032x}",
            "host_name": f"Host {dice.randrange(500)}",
            "name": f"Game {dice.randrange(500)} of {dice.choice(['Ada', 'Ben', 'Cy'])}",
            "created": self._number / 1024,
            "joinable": True,
            "entry": "open",
            "nonames": True,
            "password": False,
            "free": free,
            "full": free == 0,
            "seats": seats(free),
            "attributes": {
                "mode": dice.choice(MODES),
                "map": dice.choice(MAPS),
                "rank": dice.randrange(3_000),
                "at": time.monotonic(),
            },
            "region": dice.choice(REGIONS),
            "created_by_matchmaking": False,
            "version": 1,
        }
        return session


def seats(free: int) -> Json:
    return {
        str(n): {"id": 1024 + n, "team": n % 2, "status": "free" if n < free else "taken"}
        for n in range(8)
    }
