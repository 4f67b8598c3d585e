"""Conditional requests: 304 without a body for a client that names the ETag it has already."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request

from protocol.described import described


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class IfNoneMatch(BaseModel):
    """The ETag that the client has already, or several."""

    if_none_match: Annotated[
        str,
        described(
            "The ETag that the client has already, or several: 304 while one is current.", '"7-f"'
        ),
    ] = Field("", alias="If-None-Match", json_schema_extra=_without_default)


def unchanged(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this tag, on one header line or several, or is a star.

    The comparison is weak: a proxy that compressed our answer may have marked the tag `W/`.
    """
    known = ",".join(request.headers.getlist("if-none-match")).split(",")
    return not {etag.removeprefix("W/"), "*"}.isdisjoint(
        tag.strip().removeprefix("W/") for tag in known
    )
