"""What an operator reads: why somebody is gone, in words."""

from __future__ import annotations

from typing import Any

import pytest

from lobby.domain.accounts import Restriction
from lobby.domain.reasons import Reason
from lobby.operator import why_words as words

ANN = "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"


def name(one: str) -> str:
    return {ANN: f"Ann ({ANN})"}.get(one, one)


def entry(what: str, at: float = 3661.0, **more: Any) -> dict[str, Any]:
    return {"at": at, "what": what, **more}


KICK = entry("kicked", session="5178", reason="kicked", by=ANN, said="afk")


def test_every_reason_has_words() -> None:
    assert set(words.IN_WORDS) == set(Reason)


def test_the_first_line_says_when_from_where_why_by_whom_and_what_was_said() -> None:
    assert words.headline([entry("joined"), KICK, entry("socket closed", code="1000")], name) == (
        f'left session 5178 at 1970-01-01 01:01:01: kicked by Ann ({ANN}) ("afk")'
    )


def test_of_several_departures_the_last_counts_and_whom_they_sent_away_is_not_one() -> None:
    own = entry("gone", 5.0, session="7", reason="dropped")
    sent = entry("kicked", 9.0, session="7", reason="kicked", target=ANN)
    assert words.headline([KICK, own, sent], name).startswith("left session 7 at 1970-01-01 00:00")


@pytest.mark.parametrize(
    ("trail", "said"),
    [
        ([], words.NOTHING),
        ([entry("login", way="key")], "1970-01-01 01:01:01  login  way=key"),
        (
            [entry("refused", code="session_full", times=3), entry("socket closed", code="1006")],
            "1970-01-01 01:01:01  refused  3 times  code=session_full",
        ),
    ],
    ids=["nothing", "only came in", "was refused"],
)
def test_who_never_sat_anywhere_was_refused_or_did_something_else(trail: Any, said: str) -> None:
    assert words.headline(trail, name) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "nothing is known of this session"),
        (
            [{"at": 1.0, "code": "player_joined", "source": ANN, "target": ANN}],
            "not over; at last 1970-01-01 00:00:01: player_joined",
        ),
        (
            [{"at": 1.0, "code": "session_deleted", "source": ANN, "reason": "closed"}],
            f"ended at 1970-01-01 00:00:01: the session was closed by Ann ({ANN})",
        ),
    ],
    ids=["unknown", "lives", "ended"],
)
def test_a_session_ended_for_a_reason_or_lives(lines: Any, said: str) -> None:
    assert words.life(lines, name) == said


def test_a_line_of_a_session_says_to_whom_and_by_whom() -> None:
    line = {"at": 1.0, "code": "player_kicked", "source": "host", "target": ANN, "reason": "banned"}
    assert words.event(line, name) == (
        f"1970-01-01 00:00:01  player_kicked  Ann ({ANN})  banned by host"
    )


def test_what_somebody_said_is_never_taken_for_words_of_ours() -> None:
    forged = entry("kicked", session="7", reason="kicked", by=ANN, said='x")\nleft session 8: "y')
    assert words.departure(forged, name).endswith(
        f"""kicked by Ann ({ANN}) ("x') left session 8: 'y")"""
    )


def test_a_restriction_is_nobodys_in_the_session() -> None:
    assert words.why(entry("gone", reason="restricted", by=ANN), name) == "restricted by moderation"


def test_who_is_restricted_reads_the_operators_words_with_the_departure() -> None:
    trail = [
        entry("restricted", 1.0, by="operator", reason="cheating"),
        entry("gone", 2.0, session="7", reason="restricted"),
    ]
    said = 'left session 7 at 1970-01-01 00:00:02: restricted by moderation ("cheating")'
    assert words.headline(trail, name) == said
    assert words.headline(trail[1:], name).endswith(": restricted by moderation")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Restriction("account_ban"), "restricted (account_ban) for good"),
        (
            Restriction("account_lockout", 'two\nlines "so"', 3661.0),
            "restricted (account_lockout) until 1970-01-01 01:01:01: \"two lines 'so'\"",
        ),
    ],
    ids=["for good", "for a time, with words"],
)
def test_a_restriction_is_told_with_its_end_and_its_words(one: Restriction, said: str) -> None:
    assert words.restriction(one) == said


def test_an_invitation_that_was_taken_back_is_no_kick() -> None:
    taken_back = entry(
        "invitation taken back", session="7", code="invite_cancelled", reason="kicked", by=ANN
    )
    assert words.headline([taken_back], name) == (
        "no longer invited to session 7 at 1970-01-01 01:01:01:"
        f" the invitation was taken back by Ann ({ANN})"
    )
    of_the_session = {"at": 1.0, "code": "invite_cancelled", "reason": "kicked", "source": ANN}
    assert "kicked" not in words.event(of_the_session, name)


def test_who_came_back_is_not_gone_from_there() -> None:
    back = entry("joined", 3700.0, session="5178")
    other = entry("gone", 5.0, session="7", reason="left")
    assert words.headline([KICK, back], name) == (
        "came back into session 5178 at 1970-01-01 01:01:40, and is there"
    )
    assert words.headline([other, KICK, back], name).startswith("left session 7 ")
    again = entry("gone", 3800.0, session="5178", reason="dropped")
    assert words.headline([other, KICK, back, again], name).startswith("left session 5178 ")
    assert words.headline([KICK, entry("invited", 3700.0, session="5178")], name).startswith("left")


def test_what_others_wrote_says_nothing_to_the_terminal() -> None:
    evil = "a\x1b[2Jb\u202ec\nd"
    for told in (
        words.event({"at": 1.0, "code": evil}, name),
        words.line(entry("gone", reason=evil, said=evil, door=evil), name),
    ):
        assert told.replace("\ufffd", "").isprintable()
        assert "a\ufffd[2Jb\ufffdc d" in told
