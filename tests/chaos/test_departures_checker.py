"""The checker of departures sees what it is there for."""

from __future__ import annotations

from typing import Any

from tests.chaos.departures_checker import departures
from tests.chaos.history import Event


def seen(version: int, *players: str, at: float = 0.0) -> Event:
    seats = {str(n): {"status": "taken", "player": one} for n, one in enumerate(players)}
    session = {"id": "1", "version": version, "seats": seats}
    frame = {"type": "state", "topic": "session:1", "epoch": "e", "state": session}
    return Event(at, "receive", "ann", "session:1", value=frame | {"version": version})


def line(version: int, **fields: Any) -> dict[str, Any]:
    left = {"code": "player_left", "target": "bob", "reason": "left", "version": version}
    return {name: value for name, value in (left | fields).items() if value is not None}


def log(*lines: dict[str, Any]) -> Event:
    return Event(9.0, "log", what="1", value=lines)


SAT, WENT = seen(1, "ann", "bob", at=1.0), seen(3, "ann", at=2.0)


def test_a_departure_with_one_line_that_has_a_reason_is_fine() -> None:
    assert departures([SAT, WENT, log(line(3))]) == []
    assert departures([SAT, WENT, log(line(2, reason="kicked", code="player_kicked"))]) == []


def test_one_without_a_line_is_found() -> None:
    for lines in (
        [],
        [line(1)],
        [line(4)],
        [line(3, target="cid")],
        [line(3, code="player_moved")],
    ):
        (wrong,) = departures([SAT, WENT, log(*lines)])
        assert wrong == "nobody says why bob went from 1 between 1 and 3"


def test_a_line_may_be_missing_while_a_fault_is_on_and_not_otherwise() -> None:
    fault, healed = Event(1.5, "fault", what="kill"), Event(1.6, "healed", what="kill")
    assert departures([SAT, fault, healed, WENT, log()]) == []
    late = Event(3.5, "fault", what="kill"), Event(3.6, "healed", what="kill")
    assert len(departures([SAT, WENT, *late, log()])) == 1


def test_a_reason_that_is_none_and_a_line_that_comes_twice_are_found() -> None:
    assert "without a reason" in departures([log(line(3, reason=None))])[0]
    assert "without a reason" in departures([log(line(3, reason="unknown"))])[0]
    assert "without a reason" in departures([log({"code": "session_deleted", "version": 4})])[0]
    assert "2 lines of one departure" in departures([log(line(3), line(3))])[0]
