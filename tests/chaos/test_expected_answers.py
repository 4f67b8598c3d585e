"""What query watchers are held to is what the lists and the bans say."""

from __future__ import annotations

import random
from typing import Any

from tests.chaos.expected_answers import HostLists, answered, counted, expected
from tests.chaos.query_watchers import COUNT, FRIENDS, PERSON, QueryWatcher
from tests.support.channel_client import Client
from tests.support.people import Person
from tests.support.queries import asked

ANN, BEN, CAT = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2, 3))
ONLINE: dict[str, Any] = {
    ANN: {"status": "online", "since": 1.0},
    BEN: {"status": "playing", "since": 2.0},
}


def listed(id: str, *, created: float, **fields: Any) -> dict[str, Any]:
    return {"id": id, "created": created, "template": "hosted", "seats": {}, **fields}


def watcher() -> QueryWatcher:
    one = QueryWatcher(Person("", ANN, ""), Client(""), random.Random(1))
    one.choose([ANN, BEN, CAT])
    return one


def told(lists: HostLists) -> dict[str, Any]:
    return expected(watcher(), {"sessions": {}}, ONLINE, lists)


def test_friends_are_shown_with_their_status_while_they_are_online() -> None:
    seen = told(HostLists(friends={ANN: frozenset({BEN, CAT})}))
    assert seen[FRIENDS] == {"people": {BEN: ONLINE[BEN], CAT: {}}}
    assert (seen[f"{PERSON}{BEN}"], seen[f"{PERSON}{CAT}"]) == (ONLINE[BEN], {})


def test_whoever_bans_them_is_shown_as_if_they_were_offline_and_counts_all_the_same() -> None:
    lists = HostLists(friends={ANN: frozenset({BEN})}, bans={BEN: frozenset({ANN})})
    seen = told(lists)
    assert seen[FRIENDS] == {"people": {BEN: {}}}
    assert seen[f"{PERSON}{BEN}"] == {}
    assert seen[COUNT]["online"] == 2
    assert seen["presence"] == {ANN: ONLINE[ANN]}


def test_everybody_is_counted_by_status() -> None:
    counts = counted(ONLINE)
    assert counts["online"] == 2
    assert counts["statuses"] == {
        **dict.fromkeys(("away", "busy", "reconnecting"), 0),
        "online": 1,
        "playing": 1,
    }


def test_an_answer_is_the_first_of_what_matches_in_order_and_how_many_do() -> None:
    rows = {
        "1": listed("1", created=1, free=1),
        "2": listed("2", created=2, free=0),
        "3": listed("3", created=3, free=2),
        "4": listed("4", created=4, free=5),
    }
    query = asked("sessions", filter={"free": {"min": 1}}, sort="-created", limit=2)
    viewer = HostLists().viewer(ANN)
    found = answered(query, rows, viewer)
    assert found == {"total": 3, "sessions": {"4": rows["4"], "3": rows["3"]}}


def test_what_is_asked_has_the_name_that_the_lobby_gives_it() -> None:
    one = watcher()
    assert {*one.questions} < one.topics
    assert all(one.wish(topic)["topic"] in ("sessions", "people") for topic in one.questions)
