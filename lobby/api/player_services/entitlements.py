"""Endpoints of entitlements: to submit what was bought on a platform, and to poll the outcome."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.economy import entitlements
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import answer, gives
from lobby.domain.entitlements import Item, Submission
from lobby.domain.permissions import needs
from lobby.idempotency import Effect
from protocol.player_services import entitlements as words
from protocol.player_services.platforms import Platform
from protocol.player_services.players import PlayerPath

BUYING = needs("inv:platform_entitlements:any", "inv:*", own="inv:platform_entitlements:self")
PATH = "/inventory/v2/player/{whose}/entitlement"
ORDER = "/inventory/v2/player/{whose}/order/{order_id}"


async def submit_mine(call: Call, body: words.PlatformEntitlementProcessRequest) -> Response:
    """Submit what you have bought on a platform; it is fulfilled in the background."""
    return await _submit(call, call.permit.actor.uuid, body)


async def submit(
    call: Call, path: PlayerPath, body: words.PlatformEntitlementProcessRequest
) -> Response:
    """Submit what a player has bought on a platform; it is fulfilled in the background."""
    return await _submit(call, path.player_uuid, body)


async def submit_again(call: Call, effect: Effect, **said: object) -> Response:
    """The submission, and how far it is by now."""
    id = effect.key
    player = (await call.lobby.submissions.get(id)).player
    found = await entitlements.get(call.lobby, call.permit, player=player, id=id)
    return answer(result(found))


async def read_mine(call: Call, path: words.RequestPath) -> Response:
    """The state of your submission."""
    return await _read(call, call.permit.actor.uuid, path.request_id)


async def read(call: Call, path: words.PlayerRequestPath) -> Response:
    """The state of a player's submission."""
    return await _read(call, path.player_uuid, path.request_id)


async def _submit(
    call: Call, player: str, body: words.PlatformEntitlementProcessRequest
) -> Response:
    submission = await entitlements.submit(
        call.lobby,
        call.permit,
        player=player,
        platform=body.platform_id,
        items=[
            Item(one.platform_sku, one.platform_entitlement_id, one.quantity)
            for one in body.entitlements
        ],
        transaction=body.transaction_id,
        token=body.platform_token,
        region=body.platform_region.value,
        client=body.client_type.value,
    )
    return answer(result(submission))


async def _read(call: Call, player: str, id: str) -> Response:
    return answer(
        result(await entitlements.get(call.lobby, call.permit, player=player, id=id.lower()))
    )


def result(submission: Submission) -> words.PlatformEntitlementProcessResult:
    return words.PlatformEntitlementProcessResult(
        request_id=submission.id,
        client_type=words.ClientType(submission.client),
        transaction_id=submission.transaction,
        platform_region=words.PlatformRegion(submission.region),
        status=submission.status.value,
        client_entitlements=[item(one) for one in submission.claimed],
        server_entitlements=[item(one) for one in submission.found],
        platform_id=Platform(submission.platform),
        platform_user_id=submission.user,
        skipped_server_entitlements=submission.skipped,
    )


def item(one: Item) -> words.PlatformEntitlement:
    return words.PlatformEntitlement(
        platform_sku=one.sku,
        platform_entitlement_id=one.entitlement,
        quantity=one.quantity,
        status=words.EntitlementStatus(one.status.value),
        error_code=words.EntitlementErrorCode(one.error),
        order_id=one.order,
    )


def _rows(whose: str) -> list[Row]:
    path, own = PATH.format(whose=whose), whose == "me"
    return [
        Row(
            "POST",
            path,
            submit_mine if own else submit,
            BUYING,
            gives(words.PlatformEntitlementProcessResult, 404, 413),
            path=None if own else PlayerPath,
            takes=words.PlatformEntitlementProcessRequest,
            again=submit_again,
        ),
        Row(
            "GET",
            f"{path}/request/{{request_id}}",
            read_mine if own else read,
            BUYING,
            gives(words.PlatformEntitlementProcessResult, 404),
            path=words.RequestPath if own else words.PlayerRequestPath,
        ),
    ]


MINE, THEIRS = _rows("me"), _rows("{player_uuid}")
rows = [MINE[0], THEIRS[0], MINE[1], THEIRS[1]]
