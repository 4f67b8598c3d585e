"""How every kind of document is found: by which labels, and by what it alone may claim."""

from __future__ import annotations

from lobby import names
from lobby.domain.accounts import Account
from lobby.domain.entitlements import Order, Status, Submission
from lobby.domain.instances import Instance, JoinStatus
from lobby.domain.sessions import Session
from lobby.domain.tickets import Ticket, TicketState
from persistence.ports import Index


def of_ticket(ticket: Ticket) -> Index:
    """`waiting` orders those that a match may take by age, `taken` those that one has. A session
    waits once, and nobody waits in two."""
    state = "waiting" if ticket.state is TicketState.WAITING else "taken"
    claims = {"session": str(ticket.session), "player": [one.uuid for one in ticket.players]}
    return Index({state: [place(ticket)]}, claims)


def place(ticket: Ticket) -> str:
    """Where it stands among those that wait; the oldest first, and no two alike."""
    return f"{ticket.created:017.3f}:{ticket.id}"


def of_submission(submission: Submission) -> Index:
    """`open` finds those that somebody has to settle, `unsettled` a player's among them."""
    labels = {"player": [submission.player]}
    if submission.ended:
        return Index(labels | {"settled": ["yes"]})
    return Index(labels | {"open": ["yes"], "unsettled": [submission.player]})


def of_order(order: Order) -> Index:
    """`owns` finds what gave a player an item."""
    owns = [f"{order.player}:{order.item}"] if order.status is Status.FULFILLED else []
    return Index({"player": [order.player], "owns": owns})


def of_account(account: Account) -> Index:
    """`user` orders those with a login by number; `knows` finds whose lists name somebody.

    `number` finds players by their older name, `portal` by who they are on their platform.
    """
    labels = {"knows": sorted({*account.host.friends, *account.host.banlist})}
    claims: dict[str, str | list[str]] = {"number": str(account.number)}
    if account.portal is not None:
        claims["portal"] = account.portal.claim
    if account.login is not None:
        labels["user"] = [f"{account.number:012}"]
        claims["login"] = account.login.lower()
    if account.admin:
        labels["admin"] = ["yes"]
    if account.nicknames:
        claims["nickname"] = sorted({names.key(nickname) for nickname in account.nicknames})
    return Index(labels, claims)


def of_session(session: Session) -> Index:
    """`held` finds sessions with seats that may lapse, `seeking` those that wait for a game server,
    `listed:` and `open:` those of a type in the order they were made. One live session per host."""
    labels = {"live": ["yes"], "type": [session.template], "player": session.holders()}
    if any(seat.until is not None for seat in session.seats.values()):
        labels["held"] = ["yes"]
    order = f"{session.sequence:012}"
    kinds = [session.template]
    if session.region is not None:
        kinds.append(f"{session.template}:{session.region}")
    if session.listing is not None:
        labels |= {"listed": ["yes"]} | {f"listed:{kind}": [order] for kind in kinds}
    if session.joinable and not session.full and not session.hosted:
        labels |= {f"open:{kind}": [order] for kind in kinds}
    claims: dict[str, str | list[str]] = {}
    if session.hosted and session.leader:
        claims["leader"] = session.leader
    if session.platform_sessions:
        claims["platform"] = [one.claim for one in session.platform_sessions]
    labels |= _fillable(session, order)
    if session.instance is not None:
        _with_instance(session.instance, order, labels, claims)
    return Index(labels, claims)


def _fillable(session: Session, order: str) -> dict[str, list[str]]:
    """Where it was made for a match, is played, and lacks players."""
    instance, match = session.instance, session.match
    played = instance is not None and instance.status is JoinStatus.JOINABLE
    made = session.created_by_matchmaking and match is not None and match.profile is not None
    return {"fillable": [order]} if made and played and not session.full else {}


def _with_instance(
    instance: Instance,
    order: str,
    labels: dict[str, list[str]],
    claims: dict[str, str | list[str]],
) -> None:
    claims["instance"] = instance.id
    if instance.allocation is not None:
        claims["allocation"] = instance.allocation
    if instance.live:
        labels["hosting"] = ["yes"]
    if instance.seeking:
        labels["seeking"] = [order]
