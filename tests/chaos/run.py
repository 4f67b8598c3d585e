"""One chaos run: people live, faults befall, all heals, everybody agrees; then it is judged."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chaos.checkers import CHECKERS, capacity, outages
from tests.chaos.convergence import answered_after, converge, missing, query_watchers
from tests.chaos.expected_answers import read_lists
from tests.chaos.faults import FAULTS
from tests.chaos.hall import match_again
from tests.chaos.history import Event, History
from tests.chaos.onlookers import disagreeing, onlookers
from tests.chaos.people import Channel, Chaos, someone
from tests.chaos.pollers import AWAY, Poller, pollers
from tests.chaos.presence_checker import presence
from tests.chaos.query_watchers import QueryWatcher
from tests.chaos.queue_checker import matches
from tests.chaos.read_back import read_back
from tests.chaos.seekers import Seeker, machines
from tests.chaos.world import World
from tests.stories.random_people import HOSTS
from tests.support.people import new_host
from tests.support.waiting import TIMEOUT, until

SEATS = 8


@dataclass(frozen=True)
class Plan:
    """What a seed is played with; all times in seconds, those of faults multiplied by `pace`.

    `converged_within` and `matched_within` count from the end of the last fault, `outage` is the
    longest of 99 in 100. These and the other bounds on time are for a machine that does nothing
    else: they are multiplied by how slow it is.
    """

    seed: int
    seconds: float = 0.0
    people: int = 8
    pollers: int = 2
    seekers: int = 4
    between_faults: float = 1.5
    pace: float = 1.0
    pause: float = 0.3
    converged_within: float = 30.0
    gone_within: float = 20.0
    settled_after: float = 8.0
    matched_within: float = 30.0
    outage: float = 30.0
    faults: tuple[str, ...] = tuple(FAULTS)


@dataclass
class Outcome:
    plan: Plan
    events: list[Event]
    surprises: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    converged: float = 0.0
    unmatched: list[str] = field(default_factory=list)
    matched: float = 0.0
    slow: float = 1.0

    @property
    def outage(self) -> float:
        found = outages(self.events)
        return found[int(len(found) * 0.99)] if found else 0.0

    def wrong(self) -> list[str]:
        found = [f"{name}: {w}" for name, check in CHECKERS.items() for w in check(self.events)]
        found += [f"capacity: {w}" for w in capacity(self.events, seats=SEATS)]
        plan, slow = self.plan, self.slow
        bounds = {"gone_within": plan.gone_within, "settled_after": plan.settled_after}
        bounds = {name: seconds * slow for name, seconds in bounds.items()}
        found += [f"presence: {w}" for w in presence(self.events, **bounds)]
        if self.converged > plan.converged_within * slow:
            found.append(f"converged after {self.converged:.1f} s")
        within = f"{plan.matched_within * slow:.0f} s"
        found += [f"not matched again within {within}: {one}" for one in self.unmatched]
        if self.outage > plan.outage * slow:
            found.append(f"outage p99 {self.outage:.1f} s")
        return found + self.surprises

    def timeline(self) -> str:
        """When each fault began and was over, by the clock of what went wrong."""
        noted = (event for event in self.events if event.kind in ("fault", "healed"))
        return "\n".join(f"{event.at:.2f} {event.kind} {event.what}" for event in noted)

    def report(self) -> str:
        commands = sum(event.kind == "ok" for event in self.events)
        frames = sum(event.kind == "receive" for event in self.events)
        return (
            f"SEED={self.plan.seed}: {len(self.faults)} faults ({', '.join(self.faults)}); "
            f"{commands} commands acknowledged, {frames} frames, "
            f"{len(matches(self.events))} matches, everybody again after {self.matched:.1f} s; "
            f"converged after {self.converged:.1f} s; outage p99 {self.outage:.2f} s; "
            f"the machine was {self.slow:.1f} times slower than where bounds were set"
        )


async def play(world: World, plan: Plan) -> Outcome:
    dice = random.Random(plan.seed)
    history = world.history = History()
    history.measure()
    world.pace, world.complaints = plan.pace, []
    outcome = Outcome(plan, history.events)
    among = await gathered(world, plan, dice)
    async with AsyncExitStack() as stack:
        shipped = await onlookers(world, stack)
        asking = await everybody_asking(world, plan, dice)
        for poller in asking:
            stack.push_async_callback(poller.http.aclose)
            if isinstance(poller, Seeker):
                stack.push_async_callback(poller.go_home)
        living = [asyncio.create_task(one.stay(among)) for one in world.people]
        living += [asyncio.create_task(poller.stay()) for poller in asking]
        stack.push_async_callback(ended, living)
        await everybody_connected(world, living)
        seekers = [one for one in asking if isinstance(one, Seeker)]
        await first_match(world, plan, seekers, living)
        await befall(world, plan, among, outcome, living, dice=dice)
        await all_heals(world, plan, among, outcome, seekers)
        everybody_lives(living)
        outcome.surprises += await disagreeing(world, shipped, within=plan.converged_within)
        await read_back(world)
        lists = await read_lists(world)
        outcome.surprises += [
            f"not shown to {one.uuid} in the end: {gone}"
            for one in world.people
            if (gone := missing(world, one, lists))
        ]
    for one in world.people:
        await one.client.drop()
        outcome.surprises += one.client.violations
    history.measure()
    outcome.slow = history.slow
    outcome.surprises += world.complaints
    outcome.surprises += [w for one in query_watchers(world) for w in one.misnamed]
    outcome.surprises += among.surprises + [s for each in asking for s in each.surprises]
    return outcome


async def everybody_connected(world: World, living: list[asyncio.Task[None]]) -> None:
    everybody = partial(all_connected, world, living)
    await until(everybody, TIMEOUT * world.history.slow, story=partial(who_is_away, world))


async def all_heals(
    world: World, plan: Plan, among: Chaos, outcome: Outcome, seekers: list[Seeker]
) -> None:
    """Everybody sees the same, and whoever waits is matched."""
    world.history.measure()
    slow = world.history.slow
    outcome.converged, (outcome.matched, outcome.unmatched) = await asyncio.gather(
        converge(world, among, within=plan.converged_within * slow),
        match_again(world, seekers, within=plan.matched_within * slow),
    )


async def gathered(world: World, plan: Plan, dice: random.Random) -> Chaos:
    urls = world.urls
    persons = [await new_host(urls[n % len(urls)]) for n in range(plan.people)]
    strangers = [(await new_host(urls[0])).uuid for _ in range(4)]
    world.people = [
        someone(
            person,
            random.Random(dice.random()),
            world.history,
            addresses=world.linked_urls if n % 4 == 3 else urls,
            shut=world.shut,
            kind=QueryWatcher if n % 3 == 2 else Channel,
        )
        for n, person in enumerate(persons)
    ]
    await befriended(world)
    world.people[-2].lazy = True  # whose connection is their own: the end of it shows at once
    return Chaos(people=[*world.people], onlookers=[], strangers=strangers, pause=plan.pause)


async def befriended(world: World) -> None:
    """Those who watch their friends list hosts, whom they may be banned by, and others."""
    hosts, others = world.people[:HOSTS], world.people[HOSTS:]

    async def befriend(one: QueryWatcher) -> None:
        one.choose([host.uuid for host in hosts])
        friends = {other.uuid for other in [*hosts, *one.dice.sample(others, 2)]} - {one.uuid}
        for friend in sorted(friends):
            await one.person.call("POST", f"/hosts/{one.uuid}/friends", params={"friend": friend})

    await asyncio.gather(*map(befriend, query_watchers(world)))


async def first_match(
    world: World, plan: Plan, seekers: list[Seeker], living: list[asyncio.Task[None]]
) -> None:
    """Before anything breaks. Raises AssertionError with what is known of everybody who waits."""
    events, within = world.history.events, plan.matched_within * world.history.slow
    try:
        await until(lambda: everybody_lives(living) and matches(events), within)
    except AssertionError as none:
        world.history.measure()
        more = plan.matched_within * world.history.slow - within
        _, stories = await match_again(world, seekers, within=max(more, 1.0))
        if not matches(events):
            raise AssertionError("\n".join(["nobody was matched", *stories])) from none


async def everybody_asking(world: World, plan: Plan, dice: random.Random) -> list[Poller]:
    """Those without a socket, and the machines that matches need."""
    told: dict[str, Any] = {"dice": dice, "history": world.history}
    return [
        *await pollers(Poller, plan.pollers, world.urls, **told),
        await machines(world.urls, number=plan.seekers, **told),
        *await pollers(Seeker, plan.seekers, world.urls, **told),
    ]


async def befall(
    world: World,
    plan: Plan,
    among: Chaos,
    outcome: Outcome,
    living: list[asyncio.Task[None]],
    *,
    dice: random.Random,
) -> None:
    """Every fault of the plan in turn, each once and then on until the time is up. After each, what
    is asked by questions is answered as it should be, while people hold still."""
    end = time.monotonic() + plan.seconds
    waiting: list[str] = []
    while len(outcome.faults) < len(plan.faults) or time.monotonic() < end:
        waiting = waiting or dice.sample(plan.faults, len(plan.faults))
        name = waiting.pop()
        outcome.faults.append(name)
        world.history.add("fault", what=name)
        await FAULTS[name](world, dice)
        world.history.add("healed", what=name)
        await asyncio.sleep(dice.uniform(0.3, 1) * plan.between_faults)
        everybody_lives(living)
        world.history.measure()
        within = plan.converged_within * world.history.slow
        outcome.surprises += await answered_after(name, world, among, within=within)


def all_connected(world: World, living: list[asyncio.Task[None]]) -> bool:
    return everybody_lives(living) and all(one.connected for one in world.people)


def who_is_away(world: World) -> list[str]:
    return [f"{one.uuid} at {one.at}" for one in world.people if not one.connected]


def everybody_lives(living: list[asyncio.Task[None]]) -> bool:
    """Raises what ended one of them: that is a fault of the run itself."""
    for task in living:
        if task.done():
            task.result()
    return True


async def ended(living: list[asyncio.Task[None]]) -> None:
    for task in living:
        task.cancel()
    for task in living:
        with suppress(asyncio.CancelledError, *AWAY):
            await task
