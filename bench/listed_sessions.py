"""Sessions and filters for benches of the live list, drawn at random from one seed.

`narrow` filters match some per cent of the list, `broad` ones a fifth or more.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

REGIONS, TEMPLATES = ("eu", "us", "asia", "sa"), ("duel", "team", "race")
MODES, MAPS = ("ffa", "ctf", "koth", "coop"), [f"map{n}" for n in range(20)]
State = dict[str, Any]


def session(draw: random.Random, id: int, created: float) -> State:
    seats = draw.choice((4, 8, 16))
    taken = draw.randrange(seats + 1)
    host = f"{draw.getrandbits(128):032x}"
    return {
        "id": str(id),
        "template": draw.choice(TEMPLATES),
        "host": host,
        "host_name": f"Player {host[:5]}",
        "name": f"Game of {host[:4]}",
        "created": created,
        "joinable": draw.random() < 0.8,
        "entry": "open",
        "nonames": True,
        "password": draw.random() < 0.1,
        "free": seats - taken,
        "full": taken == seats,
        "seats": {
            str(n): {"id": n, "team": n % 2, "status": "taken" if n < taken else "free"}
            for n in range(seats)
        },
        "region": draw.choice(REGIONS),
        "attributes": {
            "mode": draw.choice(MODES),
            "map": draw.choice(MAPS),
            "rank": draw.randrange(3_000),
        },
        "version": 1,
    }


def narrow(draw: random.Random) -> State:
    rank = draw.randrange(2_400)
    filter: State = {"template": draw.choice(TEMPLATES), "free": {"min": draw.randint(1, 4)}}
    filter["region"] = draw.sample(REGIONS, 2)
    attributes: list[State] = [
        {"rank": {"min": rank, "max": rank + 600}},
        {"mode": draw.sample(MODES, 2), "map": draw.sample(MAPS, 8)},
        {"map": {"not": draw.choice(MAPS)}, "mode": draw.choice(MODES)},
    ]
    filter["attributes"] = draw.choice(attributes)
    if draw.random() < 0.1:
        filter["name"] = f"{draw.getrandbits(8):02x}"
    return filter


def broad(draw: random.Random) -> State:
    rank = draw.randrange(1_500)
    choices: list[State] = [
        {"free": {"min": draw.randint(1, 3)}, "region": draw.sample(REGIONS, 2)},
        {"joinable": True, "attributes": {"rank": {"min": rank}}},
        {"attributes": {"mode": {"not": draw.choice(MODES)}, "rank": {"max": rank + 1_500}}},
        {"template": draw.sample(TEMPLATES, 2), "full": False},
    ]
    return draw.choice(choices)


KINDS: dict[str, Callable[[random.Random], State]] = {"narrow": narrow, "broad": broad}
