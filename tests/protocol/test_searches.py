"""What the document says of a search is what is answered."""

from __future__ import annotations

from pydantic import ConfigDict, create_model

from lobby.actions.changes import views
from protocol.events import ListedSession
from tests.support.crowd import account, session


def test_what_is_answered_has_no_other_fields() -> None:
    exact = create_model("Exact", __base__=ListedSession)
    exact.model_config = ConfigDict(extra="forbid", strict=True)
    exact.model_rebuild(force=True)
    state = views.outside(session(account(1)))
    assert exact.model_validate(state).model_dump(exclude_unset=True) == state
