"""Answers to questions to a list: windows, which are watched, and pages, which are asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from protocol.events import ListedSession
from protocol.roster import Person

Total = Annotated[int, Field(ge=0, description="How many there are, shown or not.")]


class SessionsWindow(BaseModel):
    """The first sessions that answer a question, by id: which they are; clients sort them."""

    total: Total
    sessions: dict[str, ListedSession]


class PeopleWindow(BaseModel):
    """The first people who answer a question, by uuid: who they are; clients sort them."""

    total: Total
    people: dict[str, Person]
