"""The order of the writes: processes that make matches, leave, invite and give up are run one write
at a time in any order, and killed at any moment. Nobody is ever in two matches, who was told that
they have left is not invited, and what a kill leaves behind is healed by whoever goes on.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from itertools import chain, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.domain.errors import Conflict, NotFound
from lobby.domain.matchmaking.states import Stage, TicketState
from tests.support.matchmaking_writes import PARTIES, World, Writes


def write(world: World, process: Writes) -> bool:
    """One write. False: the process has ended, or was refused."""
    holders = {id: ticket.match for id, ticket in world.tickets.items()}
    try:
        next(process)
    except (StopIteration, Conflict, NotFound):
        return False
    finally:
        require_one_state(world)
        for id, ticket in world.tickets.items():
            if ticket.match is not None:
                assert holders.get(id) in (None, ticket.match), "from one match to another"
    return True


def require_one_state(world: World) -> None:
    for session in world.sessions:
        assert session.ticket is None or session.matched is None
    for ticket in world.tickets.values():
        assert (ticket.match is None) is (ticket.state is TicketState.WAITING)
    made = [one for one in world.proposals.values() if one.stage in (Stage.MADE, Stage.INVITED)]
    whole = [one for one in made if world.tickets.keys() >= {*one.tickets}]  # else it is given up
    matches = Counter(player for one in whole for player in one.players())
    assert set(matches.values()) <= {1}, "somebody is in two matches"


def require_sound(world: World) -> None:
    """Who waits is seen to wait, alone or in a match that is made; who was invited is not."""
    for ticket in world.tickets.values():
        session = world.sessions[ticket.session]
        assert session.ticket == ticket.id, "forgotten"
        if ticket.match is not None:
            assert ticket.state is TicketState.MATCHED, "offered by nobody"
            assert world.proposals[ticket.match].stage is Stage.MADE
    for session in world.sessions:
        assert session.ticket is None or session.ticket in world.tickets, "shown, and gone"


pairs = st.sampled_from([(0, 1), (1, 2), (0, 2)])
processes = st.one_of(
    st.builds(lambda pair: lambda world: world.propose(pair, asks=False), pairs),
    st.builds(lambda pair: lambda world: world.propose(pair, asks=False), pairs),
    st.builds(lambda pair: lambda world: world.propose(pair, asks=True), pairs),
    st.builds(lambda number: lambda world: world.give_up_one(number), st.integers(0, 2)),
    st.builds(lambda number: lambda world: world.invite_one(number), st.integers(0, 2)),
    st.builds(lambda party: lambda world: world.leave(party), st.sampled_from(PARTIES)),
    st.builds(lambda party: lambda world: world.enter(party), st.sampled_from(PARTIES)),
)
turns = st.permutations([0, 1, 2, 3]).flatmap(
    lambda order: st.tuples(*(st.tuples(st.just(n), st.integers(0, 16)) for n in order))
)
"""In which order they go on, and for how many writes."""


@settings(max_examples=200, deadline=None)
@given(st.lists(processes, min_size=4, max_size=4), st.lists(turns, max_size=3), st.booleans())
def test_in_whatever_order_they_write_nobody_is_in_two_matches(
    begun: list[Callable[[World], Writes]],
    schedule: list[tuple[tuple[int, int], ...]],
    healed: bool,
) -> None:
    """`healed`: in between, so that those that go on are too late. All are killed in the end."""
    world = World()
    for party in PARTIES:
        deque(world.enter(party))
    running = [process(world) for process in begun]
    for round in schedule:
        for number, writes in round:
            any(not write(world, running[number]) for _ in range(writes))
        if healed:
            world.heal()
    world.heal()
    require_one_state(world)
    require_sound(world)


MAKERS: dict[str, Callable[[World], Writes]] = {
    "at once": lambda world: world.propose((0, 1), asks=False),
    "asked": lambda world: world.propose((0, 1), asks=True),
}
OTHERS: dict[str, Callable[[World], Writes]] = {
    "gives it up": lambda world: world.give_up_one(0),
    "leaves": lambda world: world.leave(0),
    "leaves and enters": lambda world: chain(world.leave(0), world.enter(0)),
    "asks one of them": lambda world: world.propose((1, 2), asks=True),
    "invites them": lambda world: world.invite_one(0),
    "matches one of them": lambda world: world.propose((1, 2), asks=False),
}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("other", OTHERS)
def test_wherever_two_stop_a_third_may_match_the_same(maker: str, other: str) -> None:
    """The first stops before each of its writes, the other then before each of its own; the third
    finds what they have left, and when it has ended they go on, too late."""
    made = set[int]()
    for before, then in product(range(15), range(12)):
        world = World()
        for party in PARTIES:
            deque(world.enter(party))
        first, second = MAKERS[maker](world), OTHERS[other](world)
        any(not write(world, first) for _ in range(before))
        any(not write(world, second) for _ in range(then))
        for process in (world.propose((0, 1), asks=False), first, second):
            while write(world, process):
                pass
        world.heal()
        require_sound(world)
        made.add(sum(one.stage is Stage.MADE for one in world.proposals.values()))
        made.add(len(world.invited) // 2)
    assert (1 in made) is (other != "leaves"), "who has left is in no match"
