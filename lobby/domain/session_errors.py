"""Why a session says no, where players, platforms and game servers ask it."""

from __future__ import annotations

from lobby.domain.errors import Conflict, Forbidden, NotFound, Unacceptable


class TemplateNotFound(NotFound):
    """This game has no such type of session."""

    code = "session_template_not_found"


class TypeNotCreatable(Forbidden):
    """Players do not create sessions of this type themselves."""

    code = "session_type_not_creatable"


class RegionNotFound(Unacceptable):
    """There is no such region; ask for the list of regions."""

    code = "region_not_found"


class HostStays(Conflict):
    """This session is its host's; nobody else leads it."""

    code = "host_stays"


class TeamFull(Conflict):
    """The team has no free seat, or there is no such team; choose another."""

    code = "team_full"


class OwnTeamFixed(Forbidden):
    """Players of this type of session do not change their own team."""

    code = "team_change_not_allowed"


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
