"""Settings of how much of everything there may be, and how often."""

from __future__ import annotations

from pydantic import BaseModel, Field


class LimitSettings(BaseModel):
    """What the game offers, and the bounds of one account, address and process."""

    catalogue: str = ""
    """The TOML file that says what this game offers; empty: the built-in one."""
    hosted_teams: int = Field(default=2, ge=1, le=32)
    """Teams of a session that a host launches."""
    hosted_seats_per_team: int = Field(default=4, ge=1, le=31)
    """Seats of each of those teams."""
    sessions_per_player: int = Field(default=5, ge=1)
    """Sessions that one player has opened and sits in at a time, besides the one that they host."""
    seats_per_player: int = Field(default=10, ge=1)
    """Seats that one player holds at a time, besides those that matchmaking gave them."""
    reservation_seconds: float = Field(default=30, gt=0)
    """How long a reserved seat is held."""
    invite_seconds: float = Field(default=300, gt=0)
    """How long an invited seat is held."""
    game_server: str = ""
    """Where sessions are played, when not on the channel: what `Location` names."""
    connections: int = Field(default=5_000, ge=1)
    """Open sockets of one process."""
    connections_per_account: int = Field(default=5, ge=1)
    """Open sockets of one account."""
    connections_per_address: int = Field(default=50, ge=1)
    """Open sockets from one address (IPv6: one /64)."""
    tcp_connections_per_address: int = Field(default=200, ge=1)
    """Open TCP connections from one address, whatever they carry; proxies that are trusted: any."""
    connections_per_second: float = Field(default=1_000, gt=0)
    """New sockets that a process takes in; beyond, clients are told when their turn comes."""
    commands_per_second: float = Field(default=10, gt=0)
    """Rate limit of one socket's commands: the rate of its token bucket."""
    commands_burst: int = Field(default=30, ge=1)
    """Commands of one socket at once: the size of its token bucket."""
    list_limit: int = Field(default=1_000, ge=1)
    """Sessions, or KiB, of the list that is watched whole, without a `limit`."""
    window_limit: int = Field(default=200, ge=1, le=1_000)
    """Entries of a list that a question with a `limit` shows at most."""
    views: int = Field(default=5_000, ge=1)
    """Different questions to lists that one process answers at a time."""
    lists_per_account: int = Field(default=2, ge=1)
    """Lists of all users that one account is sent at once, where they are long."""
    lists_per_address: int = Field(default=4, ge=1)
    """The same from one address."""
    requests_per_second: float = Field(default=10, gt=0)
    """Rate limit of one account's HTTP requests in one process: the rate of its token bucket."""
    requests_burst: int = Field(default=60, ge=1)
    """HTTP requests of one account at once: the size of that bucket."""
    requests_per_second_per_address: float = Field(default=100, gt=0)
    """Rate limit of the HTTP requests from one address (IPv6: one /64) in one process."""
    requests_burst_per_address: int = Field(default=400, ge=1)
    """HTTP requests from one address at once."""
    registrations_per_hour: int = Field(default=300, ge=1)
    """From one address: accounts, anonymous identities, new players, browsers; each for itself."""
    registrations_per_site: int = Field(default=1_000, ge=1)
    """The same in an hour from one IPv6 /48, which has 65,536 of those addresses."""
    invitations_per_hour: int = Field(default=120, ge=1)
    """Invitations by one account."""
    invitations_by_strangers: int = Field(default=60, ge=1)
    """Invitations of one account in an hour by those who are not its friends."""
    event_lines_per_minute: int = Field(default=60, ge=1)
    """Lines that one account adds to event logs of sessions."""
    codes_per_account: int = Field(default=10, ge=1)
    """Codes of sessions that one account tries in a minute, and that are none."""
    codes_per_address: int = Field(default=60, ge=1)
    """The same from one address."""
    session_passwords: int = Field(default=50, ge=1)
    """Wrong passwords for one session in a minute."""
    session_passwords_per_account: int = Field(default=5, ge=1)
    """The same by one account."""
    conflicts_per_hour: int = Field(default=5, ge=1)
    """Registrations of a login that is taken, from one address."""
    logins_per_account: int = Field(default=5, ge=1)
    """Failed tries a minute; then each costs a wait, which doubles from a minute to fifteen."""
    logins_per_address: int = Field(default=10, ge=1)
    """Failed tries in ten minutes."""
    evaluations_per_account: int = Field(default=10, ge=1)
    """Passwords of one account that are looked at in a minute, right ones too."""
    evaluations_per_address: int = Field(default=60, ge=1)
    """Passwords from one address that are looked at in a minute, right ones too."""
