"""The listing of a session in the session browser: its data, and who may change it."""

from __future__ import annotations

from lobby.domain.permissions import Permit
from lobby.domain.sessions.errors import BrowserNotAllowed, BrowserNotFound
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session


def show(session: Session, permit: Permit, data: dict[str, str], *, allowed: bool) -> None:
    """`allowed`: whether the catalogue lists this session type; no permit overrides it."""
    session.require(permit, Power.LIST)
    if session.listing is None and not allowed:
        raise BrowserNotAllowed
    session.listing = data


def edit(session: Session, permit: Permit, data: dict[str, str] | None) -> None:
    """Replace the listing's data; None leaves it. Raises BrowserNotFound."""
    session.require(permit, Power.LIST)
    if session.listing is None:
        raise BrowserNotFound
    session.listing = session.listing if data is None else data


def hide(session: Session, permit: Permit) -> None:
    """Remove it from the browser; idempotent."""
    session.require(permit, Power.LIST)
    session.listing = None
