"""Whether instances are well: their hosts say so, and who stops saying it is not.

When a host reported last is a matter of leases; only a change of how its instance fares is kept.
"""

from __future__ import annotations

from contextlib import suppress

from pydantic import TypeAdapter

from lobby.actions import lifetimes, losses, telling
from lobby.context import Lobby
from lobby.domain import hosting
from lobby.domain.errors import SessionNotFound
from lobby.domain.health import WINDOW, Checks, Rules
from lobby.domain.instances import Health, Instance, JoinStatus
from lobby.domain.permissions import Permit
from lobby.domain.sessions import Session

ALARM = "health"
KEPT = TypeAdapter(Checks)
HERE = (JoinStatus.PENDING, JoinStatus.JOINABLE)


async def report(lobby: Lobby, permit: Permit, *, id: int, instance: str, said: Health) -> Health:
    """How the instance fares with this, which may be worse than what was said."""
    session = await lobby.sessions.get(str(id))
    found = hosting.watched(session, instance, permit)
    now, rules = lobby.clock(), rules_of(lobby)
    checks = await _recalled(lobby, found, id) or _begun(lobby, found)
    checks.hear(said, now=now, rules=rules)
    await _remember(lobby, id, checks)
    status = checks.status(rules, now=now) or said
    await _note(lobby, session, found, status)
    await lifetimes.refresh(lobby, session, permit.actor, outright=permit.outright)
    return status


async def watch(lobby: Lobby, session: Session) -> None:
    """Whoever was promised to the session, and has come, is expected to report from now on. Of
    others that is expected once they have begun to."""
    instance = session.instance
    if instance is None or instance.status not in HERE:
        return
    if instance.allocation is not None or instance.health is not None:
        checks = await _recalled(lobby, instance, session.id) or _begun(lobby, instance)
        await _remember(lobby, session.id, checks)


async def look(lobby: Lobby, id: str) -> None:
    """Nobody has reported for the length of a check."""
    try:
        session = await lobby.sessions.get(id)
    except SessionNotFound:
        return
    instance = session.instance
    if instance is None or not instance.live:
        return
    checks = await _recalled(lobby, instance, session.id)
    now, rules = lobby.clock(), rules_of(lobby)
    if checks is None:
        await watch(lobby, session)
    elif checks.given_up(rules, now=now):
        await losses.close(lobby, session, instance, why="its host fell silent")
    else:
        await _note(lobby, session, instance, checks.status(rules, now=now))
        await _remember(lobby, session.id, checks)


def rules_of(lobby: Lobby) -> Rules:
    said = lobby.catalogue.instances.health
    return Rules(
        cadence=said.cadence_s,
        unhealthy_percent=said.unhealthy_percent,
        unknown_after=said.missed_before_unknown,
        close_after=said.close_after_unknown_s,
    )


async def _note(lobby: Lobby, session: Session, instance: Instance, health: Health | None) -> None:
    def decide(session: Session) -> None:
        if session.instance is not None and session.instance.id == instance.id:
            session.instance.health = health

    if health is not instance.health:
        with suppress(SessionNotFound):
            await telling.alter(lobby, session.id, decide)


def _begun(lobby: Lobby, instance: Instance) -> Checks:
    return Checks(instance.id, since=lobby.clock())


async def _recalled(lobby: Lobby, instance: Instance, session: int) -> Checks | None:
    """Nothing, too, where it was of another instance."""
    kept = await lobby.leases.recall(f"checks:{session}")
    checks = KEPT.validate_json(kept) if kept else None
    return checks if checks is not None and checks.instance == instance.id else None


async def _remember(lobby: Lobby, session: int, checks: Checks) -> None:
    """And look again when the next one should have come."""
    rules = rules_of(lobby)
    term = (WINDOW + rules.unknown_after) * rules.cadence + rules.close_after
    await lobby.leases.remember(f"checks:{session}", KEPT.dump_json(checks).decode(), 2 * term)
    await lobby.leases.linger(f"{ALARM}:{session}", rules.cadence)
