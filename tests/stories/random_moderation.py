"""What people do at random to keep order in sessions, and to come in all the same: teams, permits,
codes, passwords, kicks and bans for a time."""

from __future__ import annotations

from tests.stories.random_people import Crowd, Deed, Frame, One, other, own, some

PASSWORD = "sesame street"
"""The only one, so that whoever says it is right, or it is not asked for."""
TEAMS = 2
KEPT_OUT_SECONDS = (1, 2, 600)
PERMITS = ("invite", "kick", "move")
ANSWERS = {"join", "password", "no"}


async def kick_for_a_time(one: One, among: Crowd) -> None:
    seconds = one.dice.choice(KEPT_OUT_SECONDS)
    guest = other(one, among)
    fields: Frame = {"session": own(one), "guest": guest, "for_s": seconds, "reason": "at random"}
    await one.client.command("session.kick", **fields)


async def pardon(one: One, among: Crowd) -> None:
    await one.client.command("session.pardon", session=own(one), guest=other(one, among))


async def ban_for_a_time(one: One, among: Crowd) -> None:
    seconds = one.dice.choice(KEPT_OUT_SECONDS)
    await one.client.command("host.ban", guest=other(one, among), for_s=seconds)


async def permit(one: One, among: Crowd) -> None:
    permits = one.dice.sample(PERMITS, one.dice.randrange(len(PERMITS) + 1))
    fields: Frame = {"session": own(one), "player": other(one, among), "permits": permits}
    await one.client.command("session.permit", **fields)


async def swap(one: One, among: Crowd) -> None:
    players = [o.person.uuid for o in among.people if o is not one]
    await one.client.command("session.swap", session=own(one), players=one.dice.sample(players, 2))


async def move(one: One, among: Crowd) -> None:
    """Themselves."""
    team = one.dice.randrange(TEAMS)
    await one.client.command("session.move", session=one.session or some(one, among), team=team)


async def move_another(one: One, among: Crowd) -> None:
    """As their leader, or by a permit."""
    session, team = one.session or some(one, among), one.dice.randrange(TEAMS)
    player = other(one, among)
    await one.client.command("session.move", session=session, team=team, player=player)


async def kick_by_permit(one: One, among: Crowd) -> None:
    seconds = one.dice.choice(KEPT_OUT_SECONDS)
    fields: Frame = {"session": some(one, among), "guest": other(one, among), "for_s": seconds}
    await one.client.command("session.kick", **fields)


async def lock(one: One, among: Crowd) -> None:
    """Set or clear the password; lock the teams or let them go."""
    if one.dice.random() < 0.5:
        locked = one.dice.random() < 0.3
        await one.client.command("session.update", session=own(one), teams_locked=locked)
    else:
        password = one.dice.choice((PASSWORD, None, None))
        await one.client.command("session.update", session=own(one), password=password)


async def narrow(one: One, among: Crowd) -> None:
    entry = one.dice.choice(("open", "open", "open", "friends", "invited", "closed"))
    await one.client.command("session.update", session=own(one), entry=entry)


async def code(one: One, among: Crowd) -> None:
    session = one.session or some(one, among)
    how: Frame = one.dice.choice(({}, {}, {"renew": True}, {"drop": True}))
    said = await one.client.command("session.code", session=session, **how)
    if "code" in said:
        among.codes[session] = said["code"]


async def join_by_code(one: One, among: Crowd) -> None:
    if code := among.codes.get(some(one, among)):
        await one.client.command("session.join", session=code, password=PASSWORD)


async def join_with_password(one: One, among: Crowd) -> None:
    session = some(one, among)
    await one.client.command("session.join", session=session, password=PASSWORD)


async def ask(one: One, among: Crowd) -> None:
    asked = sorted({*among.sessions[-50:]} or {"1024"})
    answers = (await one.client.command("session.ask", sessions=asked))["sessions"]
    if odd := [said for said in answers.values() if said["may"] not in ANSWERS]:
        among.surprises.append(f"asked, and told {odd}")


AS_HOST: list[Deed] = [
    kick_for_a_time, pardon, ban_for_a_time, permit, permit, swap, move, move_another, lock,
    narrow, code,
]  # fmt: skip
AS_GUEST: list[Deed] = [
    join_by_code, join_with_password, join_with_password, move, move_another, kick_by_permit,
    code, ask,
]  # fmt: skip
