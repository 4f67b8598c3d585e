"""Refusals of sessions: members, queues, matches, instances, platform sessions."""

from __future__ import annotations

from lobby.domain.errors import (
    Conflict,
    Forbidden,
    GuestNotWelcome,
    NotFound,
    SessionNotFound,
    TooMany,
    Unacceptable,
)


class SessionHidden(SessionNotFound):
    """There is no such session."""  # as its leader, who has banned the caller, wants it to be


class TemplateNotFound(NotFound):
    """This game has no such type of session."""

    code = "session_template_not_found"


class KeptOut(GuestNotWelcome):
    """The guest is kept out of this session for a while."""

    code = "kept_out"

    def __init__(self, message: str = "", *, until: float | None, reason: str | None) -> None:
        """`about` holds both where they are known; `until` in Unix seconds."""
        about = {"until": until, "reason": reason}
        known = {name: value for name, value in about.items() if value is not None}
        super().__init__(message, about=known)


class PasswordNeeded(GuestNotWelcome):
    """This session asks for a password; join with it."""

    code = "password_needed"


class WrongPassword(PasswordNeeded):
    """This is not the password of the session."""

    code = "wrong_password"


class PasswordChanged(PasswordNeeded):
    """The session has another password by now."""  # compared anew, and so shown to nobody


class TemplateForbids(Forbidden):
    """Sessions of this type do not have this."""

    code = "template_forbids"

    def __init__(self, message: str = "", *, word: str) -> None:
        """`word`: the field that was said."""
        super().__init__(message, about={"word": word})


class CodeTaken(Conflict):
    """Another session has this code."""

    code = "code_taken"


class InvitedBefore(TooMany):
    """Their invitation was taken back a moment ago; wait, then invite again."""


class TypeNotCreatable(Forbidden):
    """Players do not create sessions of this type themselves."""

    code = "session_type_not_creatable"


class RegionNotFound(Unacceptable):
    """There is no such region; ask for the list of regions."""

    code = "region_not_found"


class BackfillNotFound(NotFound):
    """No match is played here whose game server asks for players."""

    code = "backfill_not_found"


class OtherInstance(Forbidden):
    """The session is played on another instance."""

    code = "instance_id_mismatch"


class PlaceTaken(Conflict):
    """Another seat of the player has this place of theirs."""

    code = "place_taken"


class OpeningTaken(Conflict):
    """Another session that the player has opened has this place of theirs."""

    code = "place_taken"


class HostStays(Conflict):
    """This session is its host's; nobody else leads it."""

    code = "host_stays"


class TeamFull(Conflict):
    """The team has no free seat, or there is no such team; choose another."""

    code = "team_full"


class OwnTeamFixed(Forbidden):
    """Players of this type of session do not change their own team."""

    code = "team_change_not_allowed"


class TeamsLocked(Forbidden):
    """The teams of this session are fixed; nobody changes their own."""

    code = "teams_locked"


class LeaderStays(Forbidden):
    """The leader is not swapped; move them."""

    code = "leader_stays"


class TeamNotFound(NotFound):
    """The session has no such team."""

    code = "team_not_found"


class TeamOccupied(Conflict):
    """More seats of this team are taken or held than it is to have."""

    code = "team_occupied"


class SameTeam(Conflict):
    """They are on the same team already."""

    code = "same_team"


class TooManySeats(Unacceptable):
    """A session has 1,023 seats at most."""

    code = "too_many_seats"


class VersionIncompatible(Conflict):
    """This version of the game does not play together with that of the others."""

    code = "version_incompatible"


class CrossplayIncompatible(Conflict):
    """These platforms or inputs do not want to play together."""

    code = "crossplay_incompatible"


class InQueue(Conflict):
    """The session waits for a match; leave the queue first."""

    code = "already_in_queue"


class TicketTaken(Conflict):
    """Another match has this ticket."""

    code = "ticket_taken"


class BrowserNotAllowed(Forbidden):
    """Sessions of this type are not listed."""

    code = "browser_not_allowed"


class BrowserNotFound(NotFound):
    """The session is not listed."""

    code = "browser_not_found"


class MatchNotFound(NotFound):
    """Nothing is played in this session now."""

    code = "match_not_found"


class MatchExists(Conflict):
    """A match is played here already; end it first."""

    code = "match_already_exists"


class MatchMismatch(Conflict):
    """Another match is played here."""

    code = "match_id_mismatch"


class InstanceNotFound(NotFound):
    """The session has no instance."""

    code = "instance_not_found"


class InstanceExists(Conflict):
    """The session has an instance, or another session has one of this id; end that first."""

    code = "instance_already_exists"


class InstanceMismatch(Conflict):
    """The session is played on another instance."""

    code = "instance_id_mismatch"


class InvalidJoinStatus(Conflict):
    """The instance cannot go from where it is to there."""

    code = "invalid_join_status"


class AddressMissing(InvalidJoinStatus):
    """Joinable needs an address that players can reach: host:port or unreal://host:port."""


class NoGameServers(Conflict):
    """This game has no game servers of its own; let a player host."""

    code = "dedicated_hosts_unavailable"


class AllocationMismatch(Conflict):
    """The instance was allocated under another id."""

    code = "allocation_mismatch"


class AllocationNotFound(NotFound):
    """No session has this allocation, or not yet; ask again in a second."""

    code = "allocation_not_found"


class GameHostNotFound(NotFound):
    """No game server of this id has registered; register it first."""

    code = "game_host_not_registered"


class GameHostBusy(Conflict):
    """The game server is promised to another session."""

    code = "game_host_busy"


class PlatformTemplateNotFound(NotFound):
    """Sessions of this type have no counterpart on this platform."""

    code = "platform_template_not_found"


class PlatformSessionNotFound(NotFound):
    """No session of ours stands before this one of the platform."""

    code = "platform_session_not_found"


class PlatformSessionExists(Conflict):
    """The session has another counterpart on this platform; read it, and join that one."""

    code = "platform_session_exists"

    def __init__(self, message: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)


class PlatformPlayerNotFound(NotFound):
    """The player is not in this session of the platform."""

    code = "platform_player_not_found"
