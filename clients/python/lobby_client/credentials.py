"""What `hello` says of who we are: a token, which is asked for when there is none or it has
expired, or the secret of an anonymous identity, which is made once and kept.
"""

from __future__ import annotations

import inspect
import os
import re
import secrets
import time
from pathlib import Path
from typing import Any

from lobby_client.listeners import Report
from lobby_client.rate import number
from lobby_client.states import Frame, SecretStore, Token

SECRET_BYTES = 48
"""64 characters."""
SECRET = re.compile(r"[!-~]{32,128}")


class SecretFile:
    """Keeps the secret in a file that only its owner may read."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        return self._path.read_text().strip() if self._path.exists() else None

    def save(self, secret: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as kept:
            kept.write(secret)


class Credentials:
    """`report` is told what a store of secrets raises."""

    def __init__(self, source: Token | None, anonymous: bool | SecretStore, report: Report) -> None:
        self._source, self._anonymous, self._report = source, anonymous, report
        self._token: str | None = None
        self._secret: str | None = None
        self._saved = True
        self._expired = False
        self._expires = float("inf")
        self._given = False
        """An identity that the lobby would not have is given up once, until the next hello."""

    async def hello(self) -> Frame | None:
        """The fields of hello; None where the last token has expired and there is no other."""
        if time.time() >= self._expires:
            self._expired = True
        if isinstance(self._source, str):
            self._token = self._source
        elif self._source is not None and (not self._token or self._expired):
            source, token = self._source, await self._asked(self._expired)
            if source is not self._source:
                return await self.hello()  # this one is somebody else's
            self._token = token
        if not self._token and self._source is not None and self._expired:
            return None
        if self._token:
            return {"token": self._token}
        return {"anonymous": True, "secret": await self._known()} if self._anonymous else {}

    def welcomed(self, result: Frame) -> None:
        self._expired = self._given = False
        seconds = number(result.get("expires_in"), float("inf"))
        self._expires = time.time() + seconds

    async def newer(self) -> str | None:
        """A newer token for a connection that is live; None where there is none to ask for."""
        if self._source is None or isinstance(self._source, str):
            return None
        source, token = self._source, await self._asked(False)
        if token == self._token:  # kept by whoever was asked, until it expires: which is soon
            token = await self._asked(True)
        if source is not self._source:
            return None
        self._token = token or self._token
        return token

    def expired(self) -> bool:
        """False: the same token again would only be refused again."""
        self._expired = True
        return not isinstance(self._source, str)

    def rejected(self) -> bool:
        """The lobby will not have this identity. True: another one is to be had."""
        if self._token or not self._anonymous or self._given:
            return False
        self._given = True
        self._make()
        return True

    def replace(self, source: Token | None) -> None:
        if source is not None:
            self._source = source
        self._token, self._expired, self._expires = None, False, float("inf")

    async def _asked(self, expired: bool) -> str | None:
        assert callable(self._source)  # noqa: S101  # its callers have looked
        token = await _settled(self._source(expired))
        if token is not None and not isinstance(token, str):
            raise TypeError(f"a token is a text or None, not {type(token).__name__}")
        return token

    async def _known(self) -> str:
        if self._secret is None:
            kept = await self._loaded()
            if isinstance(kept, str) and SECRET.fullmatch(kept):
                self._secret = kept
        secret = self._secret or self._make()
        if not self._saved and not isinstance(self._anonymous, bool):
            self._saved = True
            try:
                await _settled(self._anonymous.save(secret))
            except Exception as error:
                self._report(error)
        return secret

    async def _loaded(self) -> object:
        if isinstance(self._anonymous, bool):
            return None
        try:
            return await _settled(self._anonymous.load())
        except Exception as error:
            self._report(error)
            self._anonymous = True  # what cannot be read is not written over
            return None

    def _make(self) -> str:
        self._secret, self._saved = secrets.token_urlsafe(SECRET_BYTES), False
        return self._secret


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
