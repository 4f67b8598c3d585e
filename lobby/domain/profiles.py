"""What an account shows of itself beside its name: nicknames, and an icon kept apart."""

from __future__ import annotations

from dataclasses import dataclass

from lobby.domain.errors import LastAdmin


@dataclass
class Icon:
    """`png` is a data URL. Kept apart from the account, which is read far more often."""

    account: str
    png: str
    version: int = 0


@dataclass
class Admins:
    """Who administrates: one document, so that the last one is the last one for everybody."""

    accounts: list[str]
    version: int = 0

    def enter(self, account: str) -> None:
        if account not in self.accounts:
            self.accounts.append(account)

    def strike(self, account: str) -> None:
        if account not in self.accounts:
            return
        if len(self.accounts) == 1:
            raise LastAdmin
        self.accounts.remove(account)
