"""What the document says of a search is what is answered."""

from __future__ import annotations

from pydantic import ConfigDict, create_model

from lobby.actions.changes import views
from protocol.events import InstanceState, ListedSession, SeatState
from protocol.searches import SHOWN, FoundInstance, FoundSeat, FoundSession
from tests.support.crowd import account, session


def test_a_session_that_is_found_is_one_of_the_list() -> None:
    for found, listed in (
        (FoundSession, ListedSession),
        (FoundSeat, SeatState),
        (FoundInstance, InstanceState),
    ):
        assert [*found.model_fields] == [*listed.model_fields]
        for name, field in found.model_fields.items():
            mine, theirs = field.annotation, listed.model_fields[name].annotation
            same = {"seats", "instance"}  # compared as models of their own
            assert name in same or mine == theirs, name
            assert field.is_required() == listed.model_fields[name].is_required(), name


def test_what_is_answered_has_no_other_fields() -> None:
    exact = create_model("Exact", __base__=FoundSession, __config__=None)
    exact.model_config = ConfigDict(extra="forbid", strict=True)
    exact.model_rebuild(force=True)
    for state in (SHOWN, views.outside(session(account(1)))):
        assert exact.model_validate(state).model_dump(exclude_unset=True) == state
