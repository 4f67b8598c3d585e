"""Icons of accounts, and the list of administrators: documents apart from the account."""

from __future__ import annotations

from dataclasses import dataclass

from lobby.domain.errors import Conflict


class LastAdmin(Conflict):
    """The last administrator stays one; make another first."""

    code = "last_admin"


@dataclass
class Icon:
    """`png` is a data URL. A document of its own, since the account is read far more often."""

    account: str
    png: str
    version: int = 0


@dataclass
class Admins:
    """The administrators, in one document: so two concurrent removals cannot leave none."""

    accounts: list[str]
    version: int = 0

    def add(self, account: str) -> None:
        if account not in self.accounts:
            self.accounts.append(account)

    def remove(self, account: str) -> None:
        """Idempotent. Raises LastAdmin for the only one."""
        if account not in self.accounts:
            return
        if len(self.accounts) == 1:
            raise LastAdmin
        self.accounts.remove(account)
