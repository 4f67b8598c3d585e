"""What people may call themselves: nothing that looks like somebody else, nothing unseen.

Logins are plain ASCII. Names and nicknames may be of any one script; they are compared as RFC 8266
compares nicknames, and their *skeleton*, what the eye takes them for, must be nobody's of rank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import precis_i18n
from confusable_homoglyphs import categories, confusables

from lobby.domain.errors import Unacceptable

LOGIN = re.compile(r"[A-Za-z0-9_.-]{3,32}")
LONGEST = 32
MOST_MARKS = 2
RESERVED_WORDS = """
    admin administrator console everyone here host lobby mod moderator nobody noname null official
    operator owner root server staff support sysadmin system undefined
"""
LIKE = str.maketrans("01!|i3457$@", "olllleastsa")
STROKED = str.maketrans("\u0131\u0142\u00f8\u0111\u0127", "ilodh")
"""Letters of Latin scripts that no normal form takes apart."""
UNSEEN = frozenset("\ufffc\ufffd")
"""What stands for something that could not be read."""
SEPARATORS = re.compile(r"[\s_.-]+")
_nickname = precis_i18n.get_profile("Nickname")


def login(text: str, *, of_rank: Iterable[str] = ()) -> str:
    """The login, if it is one that anybody may have. `of_rank` as for a name, but for itself: that
    it is taken is another answer."""
    if not LOGIN.fullmatch(text):
        raise Unacceptable("a login is 3 to 32 letters, digits, dots, dashes or underscores")
    if skeleton(text) in TAKEN | {""}:
        raise Unacceptable("this login is reserved; choose another")
    others = (other for other in of_rank if other.casefold() != text.casefold())
    if skeleton(text) in {skeleton(other) for other in others}:
        raise Unacceptable("this login looks like somebody else's; choose another")
    return text


def name(text: str, *, of_rank: Iterable[str] = ()) -> str:
    """The name as it is shown. `of_rank`: names that nobody else may be taken for."""
    shown = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(shown) <= LONGEST:
        raise Unacceptable(f"a name is 1 to {LONGEST} characters")
    key(shown)
    _require_legible(shown)
    if skeleton(shown) in TAKEN | {""} | {skeleton(other) for other in of_rank}:
        raise Unacceptable("this name looks like somebody else's; choose another")
    return shown


def key(text: str) -> str:
    """What two names have in common when they are the same name (RFC 8266)."""
    try:
        return str(_nickname.enforce(text))
    except UnicodeEncodeError:
        raise Unacceptable("the name holds characters that cannot be shown") from None


def skeleton(text: str) -> str:
    """What the eye takes the text for: look-alikes of Latin letters as these, without case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(_latin(letter) for letter in plain if not unicodedata.combining(letter))
    alike = SEPARATORS.sub("", letters.casefold().translate(LIKE))
    return alike.replace("rn", "m").replace("vv", "w")


def _latin(letter: str) -> str:
    if letter.isascii():
        return letter
    for found in confusables.is_confusable(letter, greedy=True, preferred_aliases=[]) or ():
        for alike in found["homoglyphs"]:
            if alike["c"].isascii() and alike["c"].isalnum():
                return str(alike["c"])
    return letter.translate(STROKED)


def _require_legible(text: str) -> None:
    if not UNSEEN.isdisjoint(text):
        raise Unacceptable("the name holds characters that cannot be shown")
    scripts = categories.unique_aliases(text) - {"COMMON", "INHERITED"}
    if len(scripts) > 1:
        raise Unacceptable("a name keeps to one script")
    marks = 0
    for letter in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            raise Unacceptable("the name stacks too many marks on one letter")


TAKEN = frozenset(skeleton(word) for word in RESERVED_WORDS.split())
