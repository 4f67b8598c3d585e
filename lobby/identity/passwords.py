"""Password hashing: Argon2id in a bounded thread pool, so that it never blocks the event loop. The
threads are shared fairly by address.

What is hashed is the password's OpaqueString (RFC 8265), so that a keyboard that decomposes letters
and one that does not type the same password.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lobby.config import Settings
from lobby.domain.entropy import is_guessable
from lobby.domain.login_errors import WeakPassword
from lobby.identity.fair_threads import FairThreads
from lobby.identity.name_rules import latin_lookalike
from protocol.codec import cannot_compose_to, opaque

Verdict = Literal["wrong", "right", "outdated"]
"""`outdated`: right, but the hash has other parameters than today's, or is of another spelling."""

MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1
"""Cost of a password hash (Argon2id): memory, passes, lanes."""
SHORTEST, LONGEST = 8, 128
"""Characters of a new password."""


COMMON = Path(__file__).with_name("common-passwords.txt.gz")
"""One a line, in lower case; where they are from stands in the licence beside the file."""
LEAST_OWN = 4
"""Letters of a password besides the words that stand around it: the login, the product."""
PRODUCT = "lobby"
ENDING = re.compile(r"[\W\d_]{1,5}$")
"""Digits and signs behind a word: they make no common password another."""


def require_allowed(password: str, *, context: Iterable[str] = ()) -> None:
    """Raises WeakPassword for what is no password at any door: NIST SP 800-63B, without rules of
    composition. `context`: words that an attacker tries first, such as the login."""
    plain = password if cannot_compose_to(password, LONGEST) else opaque(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    if "\0" in password:
        raise WeakPassword("a password has no NUL character")
    if is_common(plain):
        raise WeakPassword("this password is one of the most common; choose another")
    if is_guessable(plain):
        raise WeakPassword("this password repeats itself, or counts; choose another")
    if _is_of(plain, [PRODUCT, *context]):
        raise WeakPassword("this password is made of the login or of this server's name")


def is_common(secret: str) -> bool:
    """Whether it is on the list, also in disguise."""
    return not _common().isdisjoint(_readings(secret[:LONGEST]))


@cache
def _common() -> frozenset[str]:
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode().splitlines())


def _readings(password: str) -> set[str]:
    """As it is typed, without the spaces, and with Latin letters for those that look like them;
    each also without the few digits and signs that people put behind a word."""
    folded = password.casefold().strip()
    latin = "".join(map(latin_lookalike, _decomposed(folded)))
    read = {folded, folded.replace(" ", ""), latin, latin.replace(" ", "")}
    return read | {ENDING.sub("", text) for text in read}


def _decomposed(text: str) -> str:
    """Its letters, of common width and without accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _is_of(password: str, context: Iterable[str]) -> bool:
    """Whether little is left of it without these words, in either direction and whatever stands
    between their letters."""
    typed = rest = _alphanumeric(password)
    words = {word for given in context for word in _spellings_of(given) if len(word) > 2}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    own = sum(letter.isalpha() for letter in rest)
    return len(rest) < len(typed) and own < LEAST_OWN


def _spellings_of(word: str) -> set[str]:
    """Also without its digits, and backwards."""
    whole = _alphanumeric(word)
    letters = "".join(letter for letter in whole if letter.isalpha())
    return {whole, letters, whole[::-1], letters[::-1]}


def _alphanumeric(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


@cache
def _dummy() -> str:
    """What stands in for the hash of an account that does not exist. Made once a process."""
    return _hasher().hash("nobody has this password")


class Passwords:
    """Load shedding: with `password_queue` calls waiting, further ones are refused with TooMany.

    `by`: whose turn it is, an address; empty for the operator.
    """

    def __init__(self, settings: Settings) -> None:
        self._hasher = _hasher()
        self._threads = FairThreads(
            settings.password_threads,
            waiting=settings.password_queue,
            each=settings.password_places_per_address,
            what="logins",
        )
        self._dummy = _dummy()

    @property
    def waiting(self) -> int:
        """Passwords that are hashed or wait for it."""
        return self._threads.asked

    async def hash(self, password: str, *, by: str = "") -> str:
        return await self._threads.run(lambda: self._hasher.hash(opaque(password)), by=by)

    async def verify(self, hash: str | None, password: str, *, by: str = "") -> Verdict:
        """Whether the password matches. Without a hash: wrong, after the same time, so that timing
        does not tell whether the account exists."""
        known = hash or self._dummy
        verdict = await self._threads.run(lambda: self._compared(known, password), by=by)
        return verdict if hash is not None else "wrong"

    def close(self) -> None:
        self._threads.close()

    def _compared(self, hash: str, password: str) -> Verdict:
        now, *before = spellings(password)
        if self._matches(hash, now):
            return "outdated" if self._hasher.check_needs_rehash(hash) else "right"
        return "outdated" if any([self._matches(hash, old) for old in before]) else "wrong"

    def _matches(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return False


def spellings(password: str) -> list[str]:
    """The password as it is hashed, then as it was hashed by older versions: as it was typed, with
    composed letters or decomposed ones."""
    now = opaque(password)
    return list(dict.fromkeys([now, password, unicodedata.normalize("NFD", now)]))
