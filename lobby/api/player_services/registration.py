"""Game servers that wait for work: they register, and ask each second whether there is some."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions import allocations
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import answer, gives
from lobby.domain.allocations import GameHost, HostState
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import needs
from protocol.player_services import registration as words

SERVING = needs("session:read:allocation", "session:*")
PATH = "/instances/sic_registration"


async def register_hosts(call: Call, body: words.RegisterRequest) -> Response:
    """Game servers that are there, and where they are found."""
    offers = [
        allocations.Offer(one.id, one.public_host, one.public_port, tags(one.group_tags))
        for one in body.items
    ]
    return answered(await allocations.register(call.lobby, call.permit, offers=offers))


async def ask_state(call: Call, body: words.StateRequest) -> Response:
    """Whether game servers that have registered are given a session now."""
    ids = [one.id for one in body.items]
    return answered(await allocations.poll(call.lobby, call.permit, ids=ids))


def answered(found: list[GameHost | LobbyError]) -> Response:
    return answer(words.HostAnswers(items=[said(one) for one in found]))


def said(found: GameHost | LobbyError) -> words.HostAnswer:
    if isinstance(found, LobbyError):
        return words.HostAnswer(success=False, error_code=found.code, error_message=str(found))
    state = words.AllocationState(found.state.value)
    if found.state is not HostState.ALLOCATED:
        return words.HostAnswer(success=True, state=state)
    return words.HostAnswer(
        success=True,
        state=state,
        allocation_id=str(found.allocation),
        session_id=str(found.session),
    )


def tags(text: list[str] | str) -> list[str]:
    every = text.split(",") if isinstance(text, str) else text
    return [tag.strip() for tag in every if tag.strip()]


rows = [
    Row(
        "POST",
        f"{PATH}/v3/register",
        register_hosts,
        SERVING,
        gives(words.HostAnswers, 413),
        takes=words.RegisterRequest,
    ),
    Row(
        "POST",
        f"{PATH}/v1/state",
        ask_state,
        SERVING,
        gives(words.HostAnswers, 413),
        takes=words.StateRequest,
    ),
]
