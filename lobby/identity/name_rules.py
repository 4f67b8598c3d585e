"""Rules for logins, names and nicknames, against impersonation and invisible characters.

Logins are ASCII. Names may be of any one script (UTS 39) and are compared by RFC 8266; their
*skeleton* (homoglyphs mapped to Latin letters) must differ from those of administrators' names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import precis_i18n
from confusable_homoglyphs import confusables

from lobby.domain.errors import Unacceptable
from lobby.identity import scripts
from lobby.identity.free_text import BLANKS, FLAGS, PLACEHOLDERS, require_few_marks
from protocol.codec import cannot_compose_to

LOGIN = re.compile(r"[A-Za-z0-9_.-]{3,32}")
LONGEST_NAME = 32
"""Characters of a name."""
MOST_MARKS = 2
"""Combining marks on one letter."""
RESERVED_WORDS = """
    admin administrator console everyone here host lobby mod moderator nobody noname null official
    operator owner root server staff support sysadmin system undefined
"""
LOOKALIKES = str.maketrans("01!|i3457$@", "olllleastsa")
STROKED_LETTERS = str.maketrans("\u0131\u0142\u00f8\u0111\u0127", "ilodh")
"""Latin letters that Unicode normalization does not decompose."""
SMALL_CAPITALS = str.maketrans(
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d"
    "\u0274\u1d0f\u1d18\u01eb\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
    "abcdefghijklmnopqrstuvwyz",
)
"""Latin letters that are capitals in shape, which no table of Unicode maps to these."""
SYMBOL = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
STYLES = "[\ufe0e\ufe0f]"
EMOJI_STYLE = re.compile(
    f"({SYMBOL})(?:{STYLES}?\u200d(?={SYMBOL})|{STYLES})|([0-9#*])\ufe0f(?=\u20e3)"
)
"""Behind a symbol: the selector of its style, and the joiner of two emoji to one; the selector
between a digit and its keycap."""
SEPARATORS = re.compile(r"[\s_.-]+")
_nickname = precis_i18n.get_profile("Nickname")


def login(text: str, *, protected: Iterable[str] = ()) -> str:
    """The login, if it is allowed; raises Unacceptable. `protected`: logins that it must not
    resemble; an equal one is a conflict, which is reported elsewhere."""
    if not LOGIN.fullmatch(text):
        raise Unacceptable("a login is 3 to 32 letters, digits, dots, dashes or underscores")
    if not skeleton(text):
        raise Unacceptable("a login has a letter or a digit besides dots, dashes and underscores")
    if skeleton(text) in RESERVED:
        raise Unacceptable("this login is reserved; choose another")
    others = (other for other in protected if other.casefold() != text.casefold())
    if skeleton(text) in {skeleton(other) for other in others}:
        raise Unacceptable("this login looks like somebody else's; choose another")
    return text


def name(text: str, *, protected: Iterable[str] = ()) -> str:
    """The name as it is shown. `protected`: names that it must not resemble."""
    shown = " ".join(text.split())
    if not cannot_compose_to(shown, LONGEST_NAME):
        shown = " ".join(unicodedata.normalize("NFC", shown).split())
    if not 1 <= len(shown) <= LONGEST_NAME:
        raise Unacceptable(f"a name is 1 to {LONGEST_NAME} characters")
    key(shown)
    _require_legible(shown)
    if not skeleton(shown):
        raise Unacceptable("a name has more than dots, dashes and underscores; add a letter")
    if skeleton(shown) in RESERVED | {skeleton(other) for other in protected}:
        raise Unacceptable("this name looks like somebody else's; choose another")
    return shown


def key(text: str) -> str:
    """The form in which names are compared (RFC 8266), without what only styles an emoji."""
    try:
        return str(_nickname.enforce(_without_emoji_style(text)))
    except UnicodeEncodeError:
        raise Unacceptable("the name holds characters that cannot be shown") from None


def skeleton(text: str) -> str:
    """Skeleton of a text: homoglyphs mapped to Latin letters, without case or separators."""
    text = unicodedata.normalize("NFKC", _without_emoji_style(text))
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        latin_lookalike(letter) for letter in plain if not unicodedata.combining(letter)
    )
    alike = SEPARATORS.sub("", letters.casefold().translate(LOOKALIKES))
    # Bullets and quotes part letters, too; a name of nothing else keeps them.
    alike = "".join(c for c in alike if unicodedata.category(c)[0] != "P") or alike
    return alike.replace("rn", "m").replace("vv", "w")


def latin_lookalike(letter: str) -> str:
    if letter.isascii():
        return letter
    for found in confusables.is_confusable(letter, greedy=True, preferred_aliases=[]) or ():
        for alike in found["homoglyphs"]:
            if alike["c"].isascii() and alike["c"].isalnum():
                return str(alike["c"])
    return letter.translate(STROKED_LETTERS).translate(SMALL_CAPITALS)


def _require_legible(text: str) -> None:
    if not (PLACEHOLDERS | BLANKS).isdisjoint(text):
        raise Unacceptable("the name holds characters that cannot be shown")
    if scripts.mixed(text):
        raise Unacceptable("a name keeps to one script, or to Han, kana or hangul with Latin")
    require_few_marks(text, MOST_MARKS, what="name")


def _without_emoji_style(text: str) -> str:
    """The selector, the joiner and tags stay where they style no emoji, and are refused. What tells
    the flag of one region from another's stays too, in letters."""
    return EMOJI_STYLE.sub(r"\1\2", FLAGS.sub(_flag_in_letters, text))


def _flag_in_letters(flag: re.Match[str]) -> str:
    """Tags mirror ASCII."""
    return flag[0][0] + "".join(chr(ord(tag) & 0x7F) for tag in flag[0][1:-1])


RESERVED = frozenset(skeleton(word) for word in RESERVED_WORDS.split())
