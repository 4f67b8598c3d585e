"""Decodes stored inbox entries, and migrates old ones when they are read.

Earlier versions stored the fields of player services, `rh_url` and `etag`, in place of the neutral
ones; these are derived from them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pydantic_core import from_json

from persistence.ports import Page
from protocol.events import InboxEntry

OLD_NAMES = ('"rh_url":', '"etag":')
"""How they appear in a row; custom data of a game may use these names too."""
SESSION_TAG = re.compile(r'"(\d+)-([fl])"')
VIEWS = {"f": "inside", "l": "outside"}


def read_entry(body: str) -> InboxEntry:
    if not _may_be_old(body):
        return InboxEntry.model_validate_json(body)
    return InboxEntry.model_validate(_migrate_row(from_json(body)))


def migrate_page(page: Page) -> Page:
    """The page with old entries migrated."""
    if not any(_may_be_old(entry.body) for entry in page.entries):
        return page
    entries = [replace(entry, body=_migrate_body(entry.body)) for entry in page.entries]
    return replace(page, entries=entries)


def _may_be_old(body: str) -> bool:
    return any(name in body for name in OLD_NAMES)


def _migrate_body(body: str) -> str:
    return read_entry(body).model_dump_json(exclude_none=True)


def _migrate_row(row: dict[str, Any]) -> dict[str, Any]:
    url, tag = row.pop("rh_url", None), row.pop("etag", None)
    if row["kind"] == "message":
        return {"link": url, "link_tag": tag, **row}
    last = str(url).rpartition("/")[2]
    if row["kind"] == "rank_updated" and url:
        return {"rank": last, **row}
    if row["kind"] == "entitlement_fulfilled" and url:
        return {"order" if "/order/" in url else "request": last, **row}
    if seen := SESSION_TAG.fullmatch(tag or ""):
        return {"version": seen[1], "view": VIEWS[seen[2]], **row}
    return row
