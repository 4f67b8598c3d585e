"""Names that look like an administrator's, or like a reserved word: none is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lobby.domain.errors import Unacceptable
from lobby.identity import name_rules

NAMES: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "lookalikes.json").read_text()
)
ADMINISTRATORS = ["the.boss", "Grand Master"]
HONEST = NAMES.pop("honest")
CORPUS = [name for names in NAMES.values() for name in names]


def accepted(name: str) -> bool:
    try:
        name_rules.name(name, protected=ADMINISTRATORS)
    except Unacceptable:
        return False
    return True


@pytest.mark.parametrize("kind", NAMES)
def test_g1_no_lookalike_is_accepted_as_a_name(kind: str) -> None:
    assert len(set(CORPUS)) >= 60
    assert [name for name in NAMES[kind] if accepted(name)] == []


def test_g1_names_of_many_scripts_are_accepted() -> None:
    assert [name for name in HONEST if not accepted(name)] == []


@pytest.mark.parametrize("login", [one for one in CORPUS if one.isascii()])
def test_g1_a_login_that_looks_like_another_is_refused(login: str) -> None:
    with pytest.raises(Unacceptable):
        name_rules.login(login, protected=ADMINISTRATORS)


@pytest.mark.parametrize("text", [".", "..", "...", "-.-", "___"])
def test_g1_a_name_of_separators_alone_is_told_what_it_lacks(text: str) -> None:
    for rule in (name_rules.login, name_rules.name):
        with pytest.raises(Unacceptable) as refused:
            rule(text)
        assert "else's" not in str(refused.value)
        assert "reserved" not in str(refused.value)
