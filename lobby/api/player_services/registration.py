"""Endpoints of game hosts: they register, and poll each second whether they are allocated."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.instances import allocations
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import answer, gives
from lobby.domain.errors import LobbyError
from lobby.domain.game_hosts import GameHost, HostState
from lobby.domain.permissions import needs
from lobby.domain.sessions.errors import GameHostBusy
from lobby.idempotency import Effect
from protocol.player_services import registration as words

SERVING = needs("session:read:allocation", "session:*")
PATH = "/instances/sic_registration"


async def register_hosts(call: Call, body: words.RegisterRequest) -> Response:
    """Register game servers, with their addresses."""
    offers = [
        allocations.Offer(one.id, one.public_host, one.public_port, tags(one.group_tags))
        for one in body.items
    ]
    return host_answers(await allocations.register(call.lobby, call.permit, offers=offers))


async def register_again(call: Call, effect: Effect, body: words.RegisterRequest) -> Response:
    ids = [one.id for one in body.items]
    return host_answers(await allocations.poll(call.lobby, call.permit, ids=ids))


async def ask_state(call: Call, body: words.StateRequest) -> Response:
    """Poll whether registered game servers are allocated to a session."""
    ids = [one.id for one in body.items]
    return host_answers(await allocations.poll(call.lobby, call.permit, ids=ids))


async def ask_again(call: Call, effect: Effect, body: words.StateRequest) -> Response:
    return await ask_state(call, body)


def host_answers(found: list[GameHost | LobbyError]) -> Response:
    return answer(words.HostAnswers(items=[host_answer(one) for one in found]))


def host_answer(found: GameHost | LobbyError) -> words.HostAnswer:
    if isinstance(found, LobbyError):
        busy = isinstance(found, GameHostBusy)
        code = words.HostErrorCode.ALLOCATING if busy else words.HostErrorCode.REFUSED
        return words.HostAnswer(success=False, error_code=code, error_message=str(found))
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
        again=register_again,
    ),
    Row(
        "POST",
        f"{PATH}/v1/state",
        ask_state,
        SERVING,
        gives(words.HostAnswers, 413),
        takes=words.StateRequest,
        again=ask_again,
    ),
]
