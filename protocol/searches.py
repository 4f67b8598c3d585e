"""Searching sessions over HTTP, page by page."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, model_validator

from protocol.described import described
from protocol.events import ListedSession
from protocol.known_fields import KnownFields
from protocol.queries import (
    SearchCursor,
    SessionFilter,
    SessionQuery,
    SessionSort,
    WindowLimit,
    unread,
)


class SessionSearch(KnownFields):
    """Which sessions, in which order, and how many."""

    instead = (
        "is no field of a search: there are filter, sort, limit and after, the `next` of the page"
        " before"
    )
    filter: Annotated[
        dict[str, Any] | None,
        BeforeValidator(unread, json_schema_input_type=SessionFilter | None),
        described(
            "What must hold: an object whose fields are those of a session, as in `watch` of the"
            " live channel.",
            {"free": {"min": 1}, "attributes": {"mode": ["duel", "race"]}},
        ),
    ] = None
    sort: Annotated[
        SessionSort | None,
        described(
            "`created`, `free`, `name` or `attributes.<key>`; `-` in front: descending. Without:"
            " the newest first.",
            "-free",
        ),
    ] = None
    limit: Annotated[WindowLimit | None, described("Sessions of a page; 50 unless said.", 20)] = (
        None
    )
    after: Annotated[
        SearchCursor | None,
        described("The `next` of the page before, of the same question.", "WyJhIl0"),
    ] = None
    _question: SessionQuery = PrivateAttr()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        asked = {"filter": self.filter, "sort": self.sort, "limit": self.limit}
        self._question = SessionQuery.model_validate(
            {name: value for name, value in asked.items() if value is not None}
        )
        return self

    @property
    def question(self) -> SessionQuery:
        return self._question


class SessionsPage(BaseModel):
    """Sessions that answer a question, in order."""

    total: Annotated[int, Field(ge=0), described("How many there are on all pages.", 128)]
    sessions: Annotated[
        list[ListedSession],
        described("Those of this page, each as `sessions` of the live channel shows it."),
    ]
    next: Annotated[
        str | None, described("The `after` of the next page; absent on the last one.", "WyJhIl0")
    ] = None
