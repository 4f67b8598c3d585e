"""Refresh token family: the tokens of one login and of its renewals; reuse revokes all."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from lobby.domain.errors import RefreshUnknown, Reused, TokenExpired, TokenUnknown


@dataclass
class Family:
    """Only hashes of its two tokens are kept. Times are Unix seconds.

    `proved`: when the password was shown; `ends`: absolute expiry, which renewals do not extend;
    `token_version`: the account's at the login, so that a new password revokes the family.
    """

    id: str
    account: str
    token_version: int
    proved: float
    ends: float
    access_hash: str
    access_until: float
    refresh_hash: str
    version: int = 0

    def require_access(self, access_hash: str, *, now: float) -> None:
        if not compare_digest(self.access_hash, access_hash):
            raise TokenUnknown
        if now >= self.access_until:
            raise TokenExpired("this access token has expired; renew it")

    def require_refresh(self, refresh_hash: str, *, now: float) -> None:
        """Raises Reused for any refresh token but the newest: a copy is in use somewhere."""
        if not compare_digest(self.refresh_hash, refresh_hash):
            raise Reused
        if now >= self.ends:
            raise RefreshUnknown("this refresh token has expired; log in again")

    def renew(self, access_hash: str, refresh_hash: str, *, access_until: float) -> None:
        """Rotate: replace both tokens; the old ones are invalid."""
        self.access_hash, self.refresh_hash = access_hash, refresh_hash
        self.access_until = min(access_until, self.ends)

    def proved_lately(self, now: float, seconds: float) -> bool:
        """Whether the password was shown in the last so many seconds."""
        return now - self.proved <= seconds
