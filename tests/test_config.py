"""What a setting may not be is said in one line that names it, before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lobby.config import Settings, complaints


@pytest.mark.parametrize("prefix", ["", "/", "api", "/api/", "/a b", "//x"])
def test_a_prefix_is_a_path_of_its_own(prefix: str) -> None:
    assert complaint(api_prefix=prefix).startswith("LOBBY_API_PREFIX: ")


@pytest.mark.parametrize("prefix", ["/api", "/lobby/v1"])
def test_a_prefix_may_have_parts(prefix: str) -> None:
    assert Settings(api_prefix=prefix).api_prefix == prefix


def test_a_favicon_is_a_picture_that_is_there(tmp_path: Path) -> None:
    text, picture = tmp_path / "text.png", tmp_path / "picture.png"
    text.write_text("no picture")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    assert complaint(favicon=str(tmp_path / "missing.png")).startswith("LOBBY_FAVICON: ")
    assert complaint(favicon=str(text)).startswith("LOBBY_FAVICON: ")
    assert Settings(favicon=str(picture)).favicon == str(picture)


@pytest.mark.parametrize("text", ["a\u202eb", "a\x1bb", "\u200bhello", "a\rb"])
def test_a_message_of_the_day_is_what_can_be_seen(text: str) -> None:
    assert complaint(motd=text) == "LOBBY_MOTD: holds characters that cannot be shown"
    assert Settings(motd="\u00a7aHello\n\u00a7lworld").motd == "\u00a7aHello\n\u00a7lworld"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("seen_by", "nobody"), ("seen_by", ""), ("roster_limit", 0), ("roster_limit", "many")],
)
def test_who_sees_whom_is_one_of_two_ways_up_to_a_limit(name: str, wrong: object) -> None:
    assert complaint(**{name: wrong}).startswith(f"LOBBY_{name.upper()}: ")


def test_a_complaint_is_in_our_words() -> None:
    told = complaint(allowed_origins=["*"])
    assert told.startswith("LOBBY_ALLOWED_ORIGINS: an origin is https://game.example")


def complaint(**settings: Any) -> str:
    with pytest.raises(ValidationError) as wrong:
        Settings(**settings)
    [line] = complaints(wrong.value)
    return line
