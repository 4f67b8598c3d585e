"""Texts that others are shown: everything that people write, and nothing that cannot be seen."""

# ruff: noqa: RUF001 - letters of many scripts are what this is about

from __future__ import annotations

import pytest

from lobby.domain.errors import Unacceptable
from lobby.identity.free_text import message, title

HONEST = [
    "gg",
    "Привет, Lee! 你好",
    "سلام می\u200cخواهم",
    "שלום",
    "שָׁלוֹם",
    "हिन्दी क्\u200dष",
    "👨\u200d👩\u200d👧 ❤️ 1️⃣",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "🫩 is younger than some Pythons",
    "(╯°□°)╯︵ ┻━┻",
    "a" * 500,
]
HOSTILE = [
    "",
    " ",
    " \t\n ",
    "\u00a0\u2003\u3000",
    "\u200d",
    "\u200c \u200c",
    "\u2800",
    "\u3164",
    "\u115f\u1160",
    "\u0301",
    "\ufe0f",
    "ding\a",
    "\x1b[31mred",
    "back\b\b\b\bspace",
    "nul\0",
    "\x7f",
    "\x9b31m",
    *(f"turned{chr(control)}around" for control in (0x202A, 0x202B, 0x202C, 0x202D, 0x202E)),
    *(f"turned{chr(control)}around" for control in (0x2066, 0x2067, 0x2068, 0x2069)),
    *(f"turned{chr(control)}around" for control in (0x061C, 0x200E, 0x200F)),
    *(f"zero{chr(control)}width" for control in (0x200B, 0x2060, 0xFEFF, 0x00AD, 0xFFF9)),
    "hidden" + "".join(chr(0xE0000 + ord(letter)) for letter in "words"),
    "\ue000",
    "\ufffd",
    "\ufffc",
    "\uffff",
    "\ufdd0",
    "Z\u0301\u0302\u0303\u0304\u0305algo",
]


@pytest.mark.parametrize("text", HONEST)
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert title(text) == message(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_cannot_be_seen_or_turns_what_is_around_it_is_refused(text: str) -> None:
    for rule in (title, message):
        with pytest.raises(Unacceptable):
            rule(text)


def test_a_title_is_one_line_and_a_message_keeps_its_lines() -> None:
    text = "  two\r\nlines\tand  a\u2028third\rone \n"
    assert title(text) == "two lines and a third one"
    assert message(text) == "two\nlines and  a\nthird\none"
    assert title("A\u030a") == message("A\u030a") == "\u00c5"
