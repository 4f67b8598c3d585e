"""A proposal: who is asked, who answers, and what it can become."""

from __future__ import annotations

import pytest

from lobby.domain.matchmaking.errors import NothingOffered, ProposalNotFound
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.ticket_reasons import TicketReason

ANN, AMY, BOB = "ann", "amy", "bob"


def offered(**fields: object) -> Proposal:
    sides = [[Party("one", 1024, [ANN, AMY])], [Party("two", 2048, [BOB])]]
    made = Proposal("match", "duel", 4096, sides, created=0, since=0, stage=Stage.OFFERED)
    vars(made).update({"until": 10.0, "asked": True, **fields})
    return made


def test_all_have_to_be_ready() -> None:
    proposal = offered()
    for player in (ANN, AMY):
        proposal.answer(player, True, now=1)
        assert not proposal.agreed
        with pytest.raises(ProposalNotFound):
            proposal.begin(now=1)
    assert proposal.silent == ["two"]
    proposal.answer(BOB, True, now=9.9)
    assert proposal.agreed
    proposal.begin(now=12)
    assert (proposal.stage, proposal.since) == (Stage.MAKING, 12)
    with pytest.raises(ProposalNotFound):
        proposal.begin(now=13)


def test_who_declines_is_out_with_those_who_wait_with_them() -> None:
    proposal = offered()
    proposal.answer(BOB, True, now=1)
    proposal.answer(AMY, False, now=2)
    assert (proposal.stage, proposal.out) == (Stage.VOID, ["one"])
    with pytest.raises(NothingOffered):
        proposal.answer(ANN, True, now=3)


def test_who_was_ready_may_think_better_of_it() -> None:
    proposal = offered()
    proposal.answer(BOB, True, now=1)
    proposal.answer(BOB, False, now=2)
    assert proposal.out == ["two"]


def test_only_its_players_answer_and_only_in_time() -> None:
    proposal = offered()
    with pytest.raises(NothingOffered):
        proposal.answer("somebody", True, now=1)
    with pytest.raises(NothingOffered):
        proposal.answer(ANN, True, now=10)
    assert proposal.ready == {}


def test_who_was_silent_is_out() -> None:
    proposal = offered(ready={BOB: True, ANN: True})
    proposal.lapse(now=9)
    assert proposal.stage is Stage.OFFERED
    proposal.lapse(now=10)
    assert (proposal.stage, proposal.out) == (Stage.VOID, ["one"])


def test_who_was_never_asked_is_not() -> None:
    proposal = offered(asked=False)
    proposal.lapse(now=10)
    assert (proposal.stage, proposal.out) == (Stage.VOID, [])


def test_what_all_agreed_to_does_not_lapse() -> None:
    proposal = offered(ready=dict.fromkeys((ANN, AMY, BOB), True))
    proposal.lapse(now=11)
    assert proposal.stage is Stage.OFFERED


def test_whoever_comes_second_is_too_late() -> None:
    """The one makes it, the other gives it up."""
    given_up = offered(stage=Stage.MAKING)
    given_up.give_up(TicketReason.TIMEOUT, ["one"], now=5)
    with pytest.raises(ProposalNotFound):
        given_up.make(now=6)
    given_up.give_up(TicketReason.SERVER_FAILED, ["two"], now=7)
    assert (given_up.stage, given_up.since, given_up.out) == (Stage.VOID, 5, ["one"])
    assert given_up.why is TicketReason.TIMEOUT
    made = offered(stage=Stage.MAKING)
    made.make(now=5)
    assert made.stage is Stage.MADE
    with pytest.raises(ProposalNotFound):
        made.make(now=6)


def test_everybody_is_found_by_the_ticket_they_came_with() -> None:
    proposal = offered()
    assert [*proposal.players()] == [ANN, AMY, BOB]
    assert proposal.holder(AMY) == ["one"]
    assert proposal.holder(None) == []
