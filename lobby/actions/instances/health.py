"""Health checks of instances: hosts report them (heartbeat); missing ones lower the health.

The recent checks are kept as a note with a time to live; only a change of health is written to the
session.
"""

from __future__ import annotations

from contextlib import suppress

from pydantic import TypeAdapter

from lobby import expiring_keys
from lobby.actions.changes import change, expiry_timers, visibility, wait_credits
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions import hosting
from lobby.domain.sessions.health import WINDOW, Checks, HealthRules
from lobby.domain.sessions.instances import Health, Instance, JoinStatus
from lobby.domain.sessions.session import Session

CHECKS = TypeAdapter(Checks)
CONNECTED = (JoinStatus.PENDING, JoinStatus.JOINABLE)


async def report(
    lobby: Lobby, permit: Permit, *, id: int, instance: str, reported: Health
) -> Health:
    """Record a health check. Returns the resulting health, which may be worse than the report."""
    session = await visibility.find(lobby, permit, id=id)
    found = hosting.live_instance(session, instance, permit)
    now, rules = lobby.clock(), rules_of(lobby)
    checks = await _load(lobby, found, id) or _new_checks(lobby, found)
    checks.record(reported, now=now, rules=rules)
    await _save(lobby, id, checks)
    status = checks.status(rules, now=now) or reported
    await _set_health(lobby, session, found, status)
    await expiry_timers.refresh(lobby, session, permit.actor, outright=permit.outright)
    return status


async def expect_reports(lobby: Lobby, session: Session) -> None:
    """Start the timer for missing checks: for allocated game servers once they have connected, for
    other hosts once they have reported a check."""
    instance = session.instance
    if instance is None or instance.status not in CONNECTED:
        return
    if instance.allocation is not None or instance.health is not None:
        checks = await _load(lobby, instance, session.id) or _new_checks(lobby, instance)
        await _save(lobby, session.id, checks)


async def check_overdue(lobby: Lobby, id: str) -> None:
    """Timer: a check is missing. Lower the health, or close the instance of a lost host."""
    try:
        session = await lobby.sessions.get(id)
    except SessionNotFound:
        return
    instance = session.instance
    if instance is None or not instance.live:
        return
    checks = await _load(lobby, instance, session.id)
    now, rules = lobby.clock(), rules_of(lobby)
    if checks is None:
        await expect_reports(lobby, session)
    elif checks.lost(rules, now=now):
        await close_lost(lobby, session, instance, why="its host fell silent")
    else:
        await _set_health(lobby, session, instance, checks.status(rules, now=now))
        await _save(lobby, session.id, checks)


def rules_of(lobby: Lobby) -> HealthRules:
    health = lobby.catalogue.instances.health
    return HealthRules(
        cadence=health.cadence_s,
        unhealthy_percent=health.unhealthy_percent,
        unknown_after=health.missed_before_unknown,
        close_after=health.close_after_unknown_s,
    )


async def _set_health(
    lobby: Lobby, session: Session, instance: Instance, health: Health | None
) -> None:
    if health is not instance.health:
        with suppress(SessionNotFound):
            await change.alter(
                lobby, session.id, lambda s: hosting.set_health(s, instance.id, health)
            )


def _new_checks(lobby: Lobby, instance: Instance) -> Checks:
    return Checks(instance.id, since=lobby.clock())


async def _load(lobby: Lobby, instance: Instance, session: int) -> Checks | None:
    """The kept checks; None if there are none of this instance."""
    kept = await lobby.notes.get(expiring_keys.health_checks(session))
    checks = CHECKS.validate_json(kept) if kept else None
    return checks if checks is not None and checks.instance == instance.id else None


async def _save(lobby: Lobby, session: int, checks: Checks) -> None:
    """Keep the checks, and set the timer for the next one."""
    rules = rules_of(lobby)
    term = (WINDOW + rules.unknown_after) * rules.cadence + rules.close_after
    await lobby.notes.put(
        expiring_keys.health_checks(session), CHECKS.dump_json(checks).decode(), 2 * term
    )
    await lobby.timers.set(expiring_keys.health_check(session), rules.cadence)


async def close_lost(lobby: Lobby, session: Session, instance: Instance, *, why: str) -> None:
    """Close the instance of a host that never connected, fell silent or died; ignored if it has
    changed since, or the session is gone."""
    if instance.live:
        with suppress(SessionNotFound):
            await wait_credits.keep(lobby, session)
            await change.alter(lobby, session.id, lambda s: hosting.close_lost(s, instance))
            lobby.audit.act("instance closed", session=session.id, target=instance.id, reason=why)
