"""Operator commands: accounts, tokens, players and status, over the admin socket or in process.

There is no login: access to the socket or to the data is enough. Commands that change something are
written to the audit log.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from lobby.actions import readiness
from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.actions.matchmaking import explain
from lobby.caller import Caller, calling, covered, current
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import Conflict
from lobby.domain.permissions import SYSTEM
from lobby.operator import players, why
from lobby.operator.arguments import UUID, File, Login, Password, Who
from lobby.refusals import refusal
from persistence.ports import NoBackup
from protocol.codec import StrictModel, decode, encode

LARGEST = 64 * 1024
"""Of a command, in bytes."""

Result = dict[str, Any]


class Create(StrictModel):
    command: Literal["admin create"]
    login: Login
    password: Password = Field(repr=False)


class SetPassword(StrictModel):
    command: Literal["admin password"]
    login: Login
    password: Password = Field(repr=False)


class Delete(StrictModel):
    command: Literal["admin delete"]
    login: Login


class SignOut(StrictModel):
    command: Literal["admin sign-out"]
    login: Login


class ListAdmins(StrictModel):
    command: Literal["admin list"]


class IssueToken(StrictModel):
    command: Literal["token issue"]
    account: Who


class ExplainTicket(StrictModel):
    command: Literal["match explain"]
    ticket: Who


class BackUp(StrictModel):
    """`file` is where the server may write."""

    command: Literal["backup"]
    file: File


class StatusCommand(StrictModel):
    command: Literal["status"]


Command = (
    Create
    | SetPassword
    | Delete
    | SignOut
    | ListAdmins
    | IssueToken
    | ExplainTicket
    | players.PlayerCommand
    | BackUp
    | StatusCommand
    | why.Why
)
COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])


async def create(lobby: Lobby, command: Create) -> Result:
    account = await accounts.register_user(lobby, login=command.login, password=command.password)
    await accounts.set_admin(lobby, SYSTEM, account=account.uuid, admin=True)
    return _account_view(account)


async def set_password(lobby: Lobby, command: SetPassword) -> Result:
    account = await accounts.find(lobby, login=command.login)
    await accounts.set_password(lobby, SYSTEM, account=account.uuid, password=command.password)
    return _account_view(account)


async def delete(lobby: Lobby, command: Delete) -> Result:
    account = await accounts.find(lobby, login=command.login)
    await accounts.delete(lobby, SYSTEM, account=account.uuid)
    return _account_view(account)


async def sign_out(lobby: Lobby, command: SignOut) -> Result:
    account = await accounts.find(lobby, login=command.login)
    await accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid)
    return _account_view(account)


async def list_admins(lobby: Lobby, command: ListAdmins) -> Result:
    admins = await lobby.accounts.all("admin", "yes")
    return {"admins": [_account_view(admin) for admin in sorted(admins, key=lambda a: a.number)]}


async def issue_token(lobby: Lobby, command: IssueToken) -> Result:
    if UUID.fullmatch(command.account):
        account = await lobby.accounts.get(command.account)
    else:
        account = await accounts.find(lobby, login=command.account)
    account.require_unrestricted(lobby.clock())
    return {**_account_view(account), "token": await tokens.issue_noted(lobby, account)}


async def explain_ticket(lobby: Lobby, command: ExplainTicket) -> Result:
    """As its players see it, and which matches under way are not filled, which they do not."""
    told = await explain.queue_state(lobby, command.ticket)
    unfilled = await explain.unfilled(lobby, command.ticket)
    return {**told, "unfilled": unfilled} if unfilled else told


async def back_up(lobby: Lobby, command: BackUp) -> Result:
    try:
        await lobby.store.back_up(command.file)
    except NoBackup as why:
        raise Conflict(str(why)) from why
    size = (await asyncio.to_thread(os.stat, command.file)).st_size
    return {"file": command.file, "bytes": size}


async def status(lobby: Lobby, command: StatusCommand) -> Result:
    """The server's process, its URL, whether its stores answer, and how many tasks it runs."""
    answering, tasks = await readiness.reachable(lobby), len(asyncio.all_tasks())
    return {
        "pid": os.getpid(),
        "url": lobby.settings.url,
        "parts": answering,
        "tasks": tasks,
        "trail_dropped": lobby.trails.dropped,
    }


HANDLERS: dict[type[Command], Callable[[Lobby, Any], Awaitable[Result]]] = {
    Create: create,
    SetPassword: set_password,
    Delete: delete,
    SignOut: sign_out,
    ListAdmins: list_admins,
    IssueToken: issue_token,
    ExplainTicket: explain_ticket,
    **players.HANDLERS,
    BackUp: back_up,
    StatusCommand: status,
    why.Why: why.why,
}
READ_ONLY = (ListAdmins, ExplainTicket, players.ShowPlayer, StatusCommand, why.Why)


SUBJECT_FIELDS = ("login", "account", "player", "file")
"""The fields that name the account a command is about, for the audit log."""


async def answer(lobby: Lobby, line: bytes) -> bytes:
    """Run one command: `{"result": …}` or `{"refused": {code, message}}`. Never raises."""
    command: Command | None = None
    with calling(Caller("operator", actor="operator")):
        try:
            command = decode(line, COMMAND, largest=LARGEST)
            with covered():
                result = await HANDLERS[type(command)](lobby, command)
        except Exception as error:
            no = refusal(error)
            _audit(lobby, command, no.code)
            return encode({"refused": {"code": no.code, "message": str(no)}})
        whom = result["uuid"] if isinstance(command, players.PlayerCommand) else ""
        _audit(lobby, command, "done", whom=whom)
        return encode({"result": result})


def _audit(lobby: Lobby, command: Command | None, outcome: str, *, whom: str = "") -> None:
    """One record a command, which stands for all that it did. `whom`: the uuid that was found, if
    the command named somebody in another way."""
    if command is not None and not isinstance(command, READ_ONLY):
        named = next((v for name in SUBJECT_FIELDS if (v := getattr(command, name, None))), "")
        reason = getattr(command, "reason", None) or ""
        lobby.audit.act(
            command.command,
            target=whom or named,
            reason=reason,
            type=getattr(command, "type", None),
            role=getattr(command, "role", None),
            outcome=outcome,
            kept=not current().traced,  # what was done stands there by its own name
        )


def _account_view(account: Account) -> Result:
    return {"login": account.login, "uuid": account.uuid, "registered": account.registered}
