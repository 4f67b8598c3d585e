"""Rules for texts that others are shown, and that are not names: titles of sessions, messages.
Any script, any emoji; nothing that cannot be seen or that turns what is around it.
"""

from __future__ import annotations

import re
import unicodedata

from lobby.domain.errors import Unacceptable

MOST_MARKS_IN_TEXT = 4
"""Combining marks on one letter of a text; Hebrew and Tibetan need more than names do."""
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
FLAGS = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""Flags of regions (Scotland): a black flag and a tag sequence."""
JOINERS = frozenset("\u200c\u200d")
"""Zero width (non-)joiner: Persian, Indic scripts and families of emoji need them."""
PLACEHOLDERS = frozenset("\ufffc\ufffd")
"""Replacement characters."""
UNSHOWN = "\ufffd"
"""Stands for a character that cannot be shown, where a text is shown all the same."""
BLANKS = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters of other categories that show nothing."""
FORBIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Categories: controls, format characters (the bidirectional ones too), private use, surrogates."""
UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me", "Cn"})


def title(text: str) -> str:
    """One line, with single spaces; raises Unacceptable."""
    shown = " ".join(unicodedata.normalize("NFC", text).split())
    _require_seen(shown)
    return shown


def message(text: str) -> str:
    """Lines, without space around them; raises Unacceptable. Tabs become spaces."""
    lines = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    shown = lines.strip()
    _require_seen(shown)
    return shown


def _require_seen(text: str) -> None:
    plain = FLAGS.sub("\U0001f3f4", text).replace("\n", " ")
    if any(forbidden(letter) for letter in plain):
        raise Unacceptable("the text holds characters that cannot be shown")
    if all(unicodedata.category(c) in UNSEEN or c in BLANKS for c in plain):
        raise Unacceptable("the text shows nothing")
    require_few_marks(plain, MOST_MARKS_IN_TEXT, what="text")


def forbidden(letter: str) -> bool:
    """Whether it shows nothing, or turns what is around it."""
    if letter in JOINERS:
        return False
    unassigned = (ord(letter) & 0xFFFE) == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"
    return unassigned or letter in PLACEHOLDERS or unicodedata.category(letter) in FORBIDDEN


def require_few_marks(text: str, most: int, *, what: str) -> None:
    """Raises Unacceptable where more combining marks are stacked on one letter."""
    marks = 0
    for letter in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > most:
            raise Unacceptable(f"the {what} stacks too many marks on one letter")
