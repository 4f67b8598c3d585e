"""What a connection is sent again has a budget; what it is sent for the first time has none."""

from __future__ import annotations

from lobby.channel.replay_budget import (
    MOST_FIRST,
    REPLAYED_BURST,
    REPLAYED_PER_SECOND,
    ReplayBudget,
)


def test_the_first_of_each_topic_costs_nothing_however_long_it_is() -> None:
    budget = ReplayBudget()
    for topic in ("sessions", "presence", "inbox"):
        budget.charge(topic, 100 * REPLAYED_BURST)
    assert budget.wait(0.0) == 0.0


def test_what_is_sent_again_is_paid_for_with_time() -> None:
    budget = ReplayBudget()
    budget.charge("sessions", 1)
    budget.charge("sessions", REPLAYED_BURST)
    assert budget.wait(0.0) == 0.0, "the burst"
    budget.charge("sessions", 2 * REPLAYED_PER_SECOND)
    assert budget.wait(0.0) == 2.0
    assert budget.wait(2.0) == 0.0


def test_no_more_topics_are_new_than_a_connection_watches() -> None:
    budget = ReplayBudget()
    for n in range(MOST_FIRST):
        budget.charge(f"session:{n}", REPLAYED_BURST)
    assert budget.wait(0.0) == 0.0
    budget.charge("session:other", REPLAYED_BURST + 1)
    assert budget.wait(0.0) > 0
