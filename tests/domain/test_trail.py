"""In whose trail a record stands, and how."""

from __future__ import annotations

import pytest

from lobby.domain.trail import Record

ANN, BOB = "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e", "5f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"


@pytest.mark.parametrize(
    ("what", "actor", "target", "whose"),
    [
        ("kicked", ANN, BOB, {ANN, BOB}),
        ("gone", BOB, BOB, {BOB}),
        ("gone", "system", BOB, {BOB}),
        ("gone", ANN, BOB, {BOB}),
        ("restricted", "operator", BOB, {BOB}),
        ("refused", ANN, BOB, {ANN}),
        ("login refused", "", BOB, {BOB}),
        ("login refused", ANN, BOB, {BOB}),
        ("instance closed", "system", "17", set()),
    ],
)
def test_it_stands_with_whom_it_concerns_and_a_refusal_with_who_was_refused(
    what: str, actor: str, target: str, whose: set[str]
) -> None:
    assert Record(1.0, what, actor=actor, target=target).accounts() == whose


def test_an_entry_names_others_and_not_whose_it_is() -> None:
    record = Record(1.0, "kicked", actor=ANN, target=BOB, reason="kicked", session="7")
    assert record.entry(BOB) == {
        "at": 1.0,
        "what": "kicked",
        "session": "7",
        "reason": "kicked",
        "by": ANN,
    }
    assert record.entry(ANN)["target"] == BOB
    assert "by" not in record.entry(ANN)
