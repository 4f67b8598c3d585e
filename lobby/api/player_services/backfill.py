"""Endpoints of backfill, by which the game server of a running match asks for players. The document
lacks them; later clients use them."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.matchmaking import backfill
from lobby.api.dialect import Call, Row
from lobby.api.player_services import sessions
from lobby.api.player_services.configuration import CONFIG
from lobby.api.player_services.instances import HOSTING
from lobby.api.player_services.responses import DENIED, answer, gives, no_content, session_id
from lobby.idempotency import Effect
from protocol.player_services import backfill as words
from protocol.player_services.sessions import SessionPath

PATH = "/session/v1/backfill/session/{session_id}"


async def get_config(call: Call) -> Response:
    """How often a game server that wants more players should ask again: `timeout` seconds."""
    return answer(words.BackfillConfig(timeout=backfill.TIMEOUT_SECONDS))


async def update_need(call: Call, path: SessionPath, body: words.BackfillNeed) -> Response:
    """Say how many players the match needs from now on."""
    params = body.additional_join_params
    await backfill.ask(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        instance=body.instance_id,
        required={team.team_id: team.players_required for team in body.teams},
        search=params.model_dump(mode="json") if params else {},
    )
    return no_content()


async def acknowledge(
    call: Call, path: SessionPath, body: words.BackfillAcknowledgement
) -> Response:
    """Say that the match still needs players, and hear who was invited since the last time."""
    invited = await backfill.acknowledge(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        instance=body.instance_id,
        free_seats=words.COMPOSITION in body.styles,
        extensions=body.extensions,
    )
    return answer(words.BackfilledPlayers(backfilled_players=invited))


async def acknowledge_again(
    call: Call, effect: Effect, path: SessionPath, body: words.BackfillAcknowledgement
) -> Response:
    """Those who were told of before, as the answer was lost."""
    await sessions.read_now(call, path.session_id)
    invited = effect.noted.get("invited", "")
    return answer(words.BackfilledPlayers(backfilled_players=invited.split(",") if invited else []))


async def end_backfill(call: Call, path: SessionPath, body: words.BackfillEnd) -> Response:
    """Invite no more players to the match."""
    await backfill.end(
        call.lobby, call.permit, id=session_id(path.session_id), instance=body.instance_id
    )
    return no_content()


rows = [
    Row(
        "GET",
        "/session/v1/backfill/config",
        get_config,
        CONFIG,
        {200: words.BackfillConfig, **DENIED},
    ),
    Row(
        "PATCH",
        PATH,
        update_need,
        HOSTING,
        gives(None, 400, 404, 413, status=204),
        path=SessionPath,
        takes=words.BackfillNeed,
    ),
    Row(
        "POST",
        PATH,
        acknowledge,
        HOSTING,
        gives(words.BackfilledPlayers, 404, 413),
        path=SessionPath,
        takes=words.BackfillAcknowledgement,
        again=acknowledge_again,
    ),
    Row(
        "DELETE",
        PATH,
        end_backfill,
        HOSTING,
        gives(None, 404, 413, status=204),
        path=SessionPath,
        takes=words.BackfillEnd,
    ),
]
