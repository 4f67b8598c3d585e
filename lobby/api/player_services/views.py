"""Views of a session in this document: full for its members, limited for everybody else.

The limited view lacks how to connect to the instance, what only members should know, and players
whose seat is not announced. It has the teams, with uuid and status of all other players. The ids of
platform sessions, through which one comes in, are shown to members and to who is invited.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from lobby.domain.sessions import hosting, listing
from lobby.domain.sessions.clients import NUMBERS, Client
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.queue_entry import QueueEntry
from lobby.domain.sessions.seats import Seat, SeatStatus
from lobby.domain.sessions.session import Session
from protocol.player_services import (
    backfill,
    browser,
    instances,
    matches,
    platform_sessions,
    players,
)
from protocol.player_services import sessions as words
from protocol.player_services.permits import IntraSessionPermission
from protocol.player_services.platforms import (
    ClientSettings,
    CrossplayInput,
    CrossplayPlatform,
    CrossplayPreferences,
    Input,
    Platform,
    PlatformID,
)


def view(session: Session, *, full: bool, viewer: str) -> words.Session:
    """`viewer` sees their own custom data even in the limited view."""
    linked = session.platform_sessions if full or session.seats.invited(viewer) else []
    return words.Session(
        type=session.template,
        session_id=str(session.id),
        instance=instance(session.instance, full=full) if session.instance else None,
        match=_match(session.match) if session.match else None,
        matchmaking=_matchmaking(session.ticket, session.queued)
        if full and session.ticket
        else None,
        browser=None
        if session.listing is None
        else browser.BrowserInfo(custom_data=session.listing),
        joinable=listing.entry(session) is Entry.OPEN,
        joinability=joinability(session),
        short_code=session.code.text if full and session.code else None,
        teams=teams(session, full=full, viewer=viewer),
        platform_session=[platform_session(session, one) for one in linked],
        custom_data=session.custom_data,
        created=moment(session.created),
        region_id=session.region,
        created_by_matchmaking=session.created_by_matchmaking,
        backfill=_backfill(session) if full else None,
    )


def joinability(session: Session) -> words.SessionJoinability:
    entry = listing.entry(session)
    return words.SessionJoinability(
        open=entry is Entry.OPEN,
        friends=entry is Entry.FRIENDS,
        platform=session.by_platform,
    )


def teams(
    session: Session, *, full: bool, viewer: str, only: Collection[str] | None = None
) -> list[words.SessionTeam]:
    """Every team, with those of its players who are shown to the viewer and are in `only`."""
    return [
        _team(session, number, seats, full=full, viewer=viewer, only=only)
        for number, seats in enumerate(session.seats.teams)
    ]


def shows(seat: Seat, player: str, *, full: bool, viewer: str) -> bool:
    """Whether the viewer is shown who has the seat."""
    return seat.announced or (full and player != viewer)


def _matchmaking(ticket: str, entry: QueueEntry | None) -> matches.MatchmakingInfo:
    if entry is None:
        return matches.MatchmakingInfo(ticket_id=ticket)
    return matches.MatchmakingInfo(
        ticket_id=ticket,
        queue_id=entry.queues[0],
        queue_ids=entry.queues,
        profile_ids=entry.profiles,
        passed_queue_time_seconds=int(entry.waited),
    )


def status(session: Session, seat: Seat) -> players.SessionPlayerStatus:
    """A player's status. `reserved`: they do not know of their seat yet; else they are invited."""
    if seat.status is SeatStatus.TAKEN:
        leads = seat.player == session.leader
        return players.SessionPlayerStatus.LEADER if leads else players.SessionPlayerStatus.MEMBER
    if seat.unannounced:
        return players.SessionPlayerStatus.RESERVED
    return players.SessionPlayerStatus.INVITED


def instance(shown: Instance, *, full: bool) -> instances.InstanceInfo:
    hosted = full and shown.hosted_by_player(shown.host or "")
    return instances.InstanceInfo(
        allocation_id=shown.allocation if full else None,
        instance_id=shown.id,
        host_type=instances.HostType(shown.host_type.value),
        host_player_id=shown.host_number if hosted else None,
        host_player_uuid=shown.host if hosted else None,
        host_dedicated_process_id=shown.process if full else None,
        host_dedicated_server_id=shown.server if full else None,
        join_status=instances.InstanceJoinableStatus(shown.status.value),
        join_params=_join_params(shown) if full else None,
        instance_startup_params=_startup(shown, full=full),
        version=shown.version,
        created=moment(shown.created),
        custom_data=shown.custom_data if full else {},
        instance_health=instances.InstanceHealthStatus(shown.health.value)
        if shown.health
        else None,
    )


def platform_session(session: Session, shown: PlatformSession) -> platform_sessions.PlatformSession:
    """A linked platform session, with its members (for old clients); the first is its leader."""
    members = [
        platform_sessions.PlatformSessionPlayer(
            player_id=held.seat.number or None, player_uuid=held.player, leader=n == 0
        )
        for n, held in enumerate(shown.members(session.seats.occupants()))
    ]
    return platform_sessions.PlatformSession(
        platform=Platform(shown.platform),
        platform_session_type=shown.type,
        platform_session_id_base64=shown.id,
        players=members,
        custom_data=shown.custom_data,
    )


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _team(
    session: Session,
    number: int,
    seats: list[Seat],
    *,
    full: bool,
    viewer: str,
    only: Collection[str] | None,
) -> words.SessionTeam:
    held = [(s.joined or s.invited or 0, s.player, s) for s in seats if s.player is not None]
    return words.SessionTeam(
        players=[
            _player(session, seat, player, own=full or player == viewer)
            for _, player, seat in sorted(held, key=lambda one: one[:2])
            if shows(seat, player, full=full, viewer=viewer) and (only is None or player in only)
        ],
        max_size=len(seats),
        team_id=number,
        custom_data=session.team_data.get(str(number)) if full else None,
    )


def _player(session: Session, seat: Seat, player: str, *, own: bool) -> players.SessionPlayer:
    return players.SessionPlayer(
        player_id=seat.number or None,
        player_uuid=player,
        status=status(session, seat),
        inviting_player_uuid=seat.inviter,
        custom_data=seat.custom_data if own else {},
        version=seat.client.version if seat.client else None,
        client_settings=_settings(seat.client) if seat.client else None,
        crossplay_preferences=_crossplay(seat.client) if seat.client else None,
        invited=moment(seat.invited) if seat.invited else None,
        joined=moment(seat.joined) if seat.joined else None,
        session_permissions=[IntraSessionPermission(p.value) for p in seat.permits]
        if own and seat.permits
        else None,
    )


def _settings(client: Client) -> ClientSettings:
    number = NUMBERS.get(client.platform or "")
    return ClientSettings(
        platform=Platform(client.platform) if client.platform else None,
        platform_id=PlatformID(number) if number else None,
        input=Input(client.input),
    )


def _crossplay(client: Client) -> CrossplayPreferences | None:
    wishes = client.crossplay
    if wishes is None:
        return None
    return CrossplayPreferences(
        permitted_platform=CrossplayPlatform(wishes.permitted_platform),
        permitted_input=CrossplayInput(wishes.permitted_input),
    )


def _match(match: Match) -> matches.MatchInfo:
    return matches.MatchInfo(
        match_id=match.id,
        created=moment(match.created),
        custom_data=match.custom_data,
        ticket_ids=match.tickets,
    )


def _backfill(session: Session) -> backfill.BackfillInfo | None:
    need = hosting.shown_need(session)
    if need is None:
        return None
    return backfill.BackfillInfo(backfill_id=str(session.id), extensions=need.extensions)


def _join_params(shown: Instance) -> instances.JoinParams | None:
    join = shown.join
    if join is None:
        return None
    return instances.JoinParams(
        public_conn_str=join.public_conn_str,
        private_conn_str=join.private_conn_str,
        custom_data=join.custom_data,
    )


def _startup(shown: Instance, *, full: bool) -> instances.InstanceStartupParams | None:
    startup = shown.startup
    if startup is None:
        return None
    return instances.InstanceStartupParams(
        map=startup.map,
        mode=startup.mode,
        misc_params=startup.misc_params if full else "",
        custom_data=startup.custom_data if full else {},
    )
