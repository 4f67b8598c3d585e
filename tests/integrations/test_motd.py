"""Messages of the day of Minecraft: whatever is in them, they are read, and their HTML nests."""

from __future__ import annotations

import random
from html.parser import HTMLParser
from typing import Any

import pytest

from lobby.integrations.motd import LONGEST_MESSAGE, MessageOfTheDay, message, of_components

GREY = "rgb(170, 170, 170)"
GOLD = "rgb(255, 170, 0)"


class Nesting(HTMLParser):
    """What a browser shows: each text with the tags around it. Fails where these do not nest."""

    def __init__(self, message: MessageOfTheDay) -> None:
        super().__init__()
        self.open: list[str] = []
        self.shown: list[tuple[str, str]] = []
        self.feed(message.html)
        self.close()
        assert not self.open, message.html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.shown.append(("\n", ""))
            return
        style = "".join(f" {name}={value}" for name, value in attrs)
        self.open.append(tag + style.partition(";")[0])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().partition(" ")[0] == tag

    def handle_data(self, data: str) -> None:
        self.shown.append((data, " ".join(self.open[1:])))


def gold(text: str, tags: str = "") -> tuple[str, str]:
    return text, f"span style=color:{GOLD}{tags}"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Hello", [("Hello", "")]),
        ("§6Gold §lbold§r plain", [gold("Gold "), gold("bold", " b"), (" plain", "")]),
        ("§lbold §6gold", [("bold ", "b"), gold("gold")]),
        ("§l§o§n§mall§6gold", [("all", "s u i b"), gold("gold")]),
        ("§khidden", [("hidden", "span class=obfuscated")]),
        ("§6§l§6§lx", [gold("x", " b")]),
        ("§zx§", [("x§", "")]),
        ("§Lx §Ry", [("x ", "b"), ("y", "")]),
        ("a\nb", [("a", ""), ("\n", ""), ("b", "")]),
        ("R&B <b>&amp;</b>", [("R&B <b>&amp;</b>", "")]),
        ("&6a |6b", [("&6a |6b", "")]),
        ("§ a§§6b", [("§ a§", ""), gold("b")]),
        ("", []),
    ],
)
def test_codes_are_shown_as_they_are_in_the_game(raw: str, shown: list[tuple[str, str]]) -> None:
    for read in (message(raw), of_components(raw), of_components({"text": raw})):
        assert Nesting(read).shown == shown
        assert read.clean == "".join(text for text, _ in shown)
    assert message(raw).raw == raw


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ({"text": "x", "color": "gold"}, [gold("x")]),
        ({"text": "x", "color": "grey"}, [("x", f"span style=color:{GREY}")]),
        ({"text": "x", "color": "Dark_Grey"}, [("x", "span style=color:rgb(85, 85, 85)")]),
        ({"text": "x", "color": "#ff00AA"}, [("x", "span style=color:rgb(255, 0, 170)")]),
        ({"text": "x", "color": "<b>"}, [("x", "")]),
        ({"text": "x", "color": "#12"}, [("x", "")]),
        ({"text": "x", "color": ["gold"]}, [("x", "")]),
        ({"text": "x", "color": "mauve", "bold": True}, [("x", "b")]),
        ({"text": "x", "bold": "yes", "italic": None, "underlined": 1}, [("x", "")]),
        ({"color": "gold", "extra": ["a", {"text": "b"}]}, [gold("ab")]),
        (
            {"color": "gold", "bold": True, "extra": [{"text": "a", "bold": False}, "b"]},
            [gold("a"), gold("b", " b")],
        ),
        (
            {"extra": [{"extra": [{"extra": [{"text": "deep", "italic": True}]}]}, "b"]},
            [("deep", "i"), ("b", "")],
        ),
        (
            {"text": "a", "color": "gold", "extra": [{"text": "b", "color": "reset"}]},
            [gold("a"), ("b", "")],
        ),
        ({"extra": [["a", "b"], ["c"]]}, [("abc", "")]),
        ({"extra": {"text": "not in a list"}}, [("not in a list", "")]),
        ({"extra": "text"}, [("text", "")]),
        ([{"text": "a", "color": "gold"}, {"text": "b"}], [gold("ab")]),
        (["a", 1, True, None, 2.5, {"text": 7}], [("a1true2.57", "")]),
        ({"translate": "multiplayer.status.ping", "fallback": "Ping"}, [("Ping", "")]),
        ({"translate": "key", "with": [{"text": "x"}]}, []),
        ({"text": {"text": "x"}, "extra": ["y"]}, [("y", "")]),
        ({"text": "§6a", "bold": True, "extra": ["b§rc"]}, [gold("a"), ("bc", "b")]),
        ({"text": "cut \ud83d"}, [("cut \ufffd", "")]),
        (None, []),
        (7, [("7", "")]),
        ([], []),
        ({}, []),
    ],
)
def test_components_are_read_whatever_is_odd_in_them(
    description: Any, shown: list[tuple[str, str]]
) -> None:
    read = of_components(description)
    assert Nesting(read).shown == shown
    assert read.clean == "".join(text for text, _ in shown)
    read.model_dump_json().encode()


def test_codes_say_the_same_as_the_components_that_they_were_made_of() -> None:
    description = {
        "text": "a",
        "color": "gold",
        "extra": [
            {"text": "b", "bold": True},
            {"text": "c", "color": "reset", "italic": True},
            "d",
        ],
    }
    read = of_components(description)
    assert read.raw == "§6a§6§lb§r§oc§6d"
    assert Nesting(message(read.raw)).shown == Nesting(read).shown


def nested(depth: int) -> Any:
    description: Any = "core"
    for _ in range(depth):
        description = {"text": "x", "extra": [description]}
    return description


def test_what_is_too_deep_or_too_long_is_left_out() -> None:
    assert of_components(nested(30)).clean == "x" * 30 + "core"
    assert set(of_components(nested(300)).clean) == {"x"}
    assert len(of_components(["ab"] * 100_000).clean) == LONGEST_MESSAGE
    assert len(of_components("x" * 100_000).raw) == LONGEST_MESSAGE
    assert Nesting(of_components([{"text": "§ax§by", "bold": True}] * 10_000)).shown


def test_html_nests_for_codes_in_any_order() -> None:
    draw = random.Random(1)
    for _ in range(2_000):
        raw = "".join(
            draw.choice(["a", "<", "\n", *(f"§{c}" for c in "06afklmnorz")]) for _ in range(12)
        )
        assert "".join(text for text, _ in Nesting(message(raw)).shown) == message(raw).clean
