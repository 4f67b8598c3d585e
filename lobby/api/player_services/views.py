"""A session as this document shows it: whole to those in it, limited to everybody else.

Limited: no way to the instance, nothing that only its players should know, nobody whose seat is
not announced. Teams, with everybody else's uuid and status, are always shown.
"""

from __future__ import annotations

from datetime import UTC, datetime

from lobby.domain.instances import Instance
from lobby.domain.matches import Match
from lobby.domain.platform_sessions import PlatformSession
from lobby.domain.platforms import NUMBERS, Client
from lobby.domain.seats import Seat, SeatStatus
from lobby.domain.sessions import Session
from protocol.player_services import browser, instances, matches, platform_sessions, players
from protocol.player_services import sessions as words
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
    return words.Session(
        type=session.template,
        session_id=str(session.id),
        instance=instance(session.instance, full=full) if session.instance else None,
        match=_match(session.match) if session.match else None,
        matchmaking=matches.MatchmakingInfo(ticket_id=session.ticket)
        if full and session.ticket
        else None,
        browser=None
        if session.listing is None
        else browser.BrowserInfo(custom_data=session.listing),
        joinable=session.joinable,
        teams=[
            _team(session, number, seats, full=full, viewer=viewer)
            for number, seats in enumerate(session.teams)
        ],
        platform_session=[platform_session(session, one) for one in session.platform_sessions],
        custom_data=session.custom_data,
        created=moment(session.created),
        region_id=session.region,
        created_by_matchmaking=session.created_by_matchmaking,
    )


def status(session: Session, seat: Seat) -> players.SessionPlayerStatus:
    """Who holds a seat by their own reservation knows of it, so they are not `reserved` here."""
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
    """With those who play there, whom old clients look for; the first looks after it."""
    members = [
        platform_sessions.PlatformSessionPlayer(
            player_id=seat.number or None, player_uuid=str(seat.player), leader=n == 0
        )
        for n, seat in enumerate(shown.members(session.occupants()))
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
    session: Session, number: int, seats: list[Seat], *, full: bool, viewer: str
) -> words.SessionTeam:
    shown = [s for s in seats if s.player and (s.announced or (full and s.player != viewer))]
    return words.SessionTeam(
        players=[
            _player(session, seat, own=full or seat.player == viewer)
            for seat in sorted(shown, key=lambda s: (s.joined or s.invited or 0, str(s.player)))
        ],
        max_size=len(seats),
        team_id=number,
    )


def _player(session: Session, seat: Seat, *, own: bool) -> players.SessionPlayer:
    return players.SessionPlayer(
        player_id=seat.number or None,
        player_uuid=str(seat.player),
        status=status(session, seat),
        inviting_player_uuid=seat.inviter,
        custom_data=seat.custom_data if own else {},
        version=seat.client.version if seat.client else None,
        client_settings=_settings(seat.client) if seat.client else None,
        crossplay_preferences=_crossplay(seat.client) if seat.client else None,
        invited=moment(seat.invited) if seat.invited else None,
        joined=moment(seat.joined) if seat.joined else None,
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
