"""Scripts by UTS 39: the examples of the standard, and of those who write that way."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

from __future__ import annotations

import pytest

from lobby.identity.scripts import mixed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 + 1 = 2",
        "Circle",
        "Сігсӏе",
        "ねガ",
        "〆切り",
        "ラーメン",
        "山田たろう",
        "東京タワー",
        "Kenji太郎",
        "ㄅㄆ中",
        "大韓민국 K-pop",
        "नमस्ते १२",
        "سلام ١٢",
        "سلام ۱۲",
        "❤️",
        "Ann ❤️",
        "x\u0301",
        "中、日。",
    ],
)
def test_what_is_written_together_is_no_mix(text: str) -> None:
    assert not mixed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Сirсlе",
        "Яна Lee",
        "Γιώργος Lee",
        "たろう한",
        "ㄅ한",
        "山田Яков",
        "Kenji太郎Я",
        "abc\u0663",
        "สวัสดี abc",
        "אבג abc",
        "नमस्ते বাংলা",
    ],
)
def test_what_nobody_writes_together_is_a_mix(text: str) -> None:
    assert mixed(text)
