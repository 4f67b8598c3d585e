"""What the operator may ask of a lobby, whether through a running server or where none runs.

Nobody logs in here: whoever gets this far is the operator. Whatever changes something is noted in
the audit log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter

from lobby.actions import accounts, explaining, logins, parts, players
from lobby.context import Lobby
from lobby.domain.accounts import Account, Restriction, RestrictionType
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import SYSTEM, Kind
from lobby.logs import audit
from lobby.refusals import refusal
from protocol.codec import Words, decode, encode

LARGEST = 64 * 1024
"""Of a command, in bytes."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,32}$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[^\x00]*$")]
Who = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(str.lower)]
"""A login or a uuid."""
Player = Annotated[str, StringConstraints(pattern=r"^([1-9]\d{0,15}|[0-9a-fA-F-]{36})$")]
"""A uuid, or the older number."""
Type = Annotated[RestrictionType, Field(strict=False)]
Result = dict[str, Any]


class Create(Words):
    command: Literal["admin create"]
    login: Login
    password: Password = Field(repr=False)


class SetPassword(Words):
    command: Literal["admin password"]
    login: Login
    password: Password = Field(repr=False)


class Delete(Words):
    command: Literal["admin delete"]
    login: Login


class SignOut(Words):
    command: Literal["admin sign-out"]
    login: Login


class ListAdmins(Words):
    command: Literal["admin list"]


class IssueToken(Words):
    command: Literal["token issue"]
    account: Who


class ExplainTicket(Words):
    command: Literal["match explain"]
    ticket: Who


class ShowPlayer(Words):
    command: Literal["player show"]
    player: Player


class Restrict(Words):
    """`seconds` from now; without, for good."""

    command: Literal["player restrict"]
    player: Player
    type: Type
    reason: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None
    seconds: Annotated[float, Field(gt=0, le=10**10)] | None = None


class Lift(Words):
    """Without a type, every restriction."""

    command: Literal["player lift"]
    player: Player
    type: Type | None = None


class SetRole(Words):
    command: Literal["player role"]
    player: Player
    role: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Status(Words):
    command: Literal["status"]


Command = (
    Create
    | SetPassword
    | Delete
    | SignOut
    | ListAdmins
    | IssueToken
    | ExplainTicket
    | ShowPlayer
    | Restrict
    | Lift
    | SetRole
    | Status
)
COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])


async def create(lobby: Lobby, said: Create) -> Result:
    account = await accounts.register_user(lobby, login=said.login, password=said.password)
    await accounts.set_admin(lobby, SYSTEM, account=account.uuid, admin=True)
    return _shown(account)


async def set_password(lobby: Lobby, said: SetPassword) -> Result:
    account = await accounts.find(lobby, login=said.login)
    await accounts.set_password(lobby, SYSTEM, account=account.uuid, password=said.password)
    return _shown(account)


async def delete(lobby: Lobby, said: Delete) -> Result:
    account = await accounts.find(lobby, login=said.login)
    await accounts.delete(lobby, SYSTEM, account=account.uuid)
    return _shown(account)


async def sign_out(lobby: Lobby, said: SignOut) -> Result:
    account = await accounts.find(lobby, login=said.login)
    await accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid)
    return _shown(account)


async def list_admins(lobby: Lobby, said: ListAdmins) -> Result:
    admins = await lobby.accounts.all("admin", "yes")
    return {"admins": [_shown(admin) for admin in sorted(admins, key=lambda a: a.number)]}


async def issue_token(lobby: Lobby, said: IssueToken) -> Result:
    if UUID.fullmatch(said.account):
        account = await lobby.accounts.get(said.account)
    else:
        account = await accounts.find(lobby, login=said.account)
    return {**_shown(account), "token": logins.issue(lobby, account)}


async def explain_ticket(lobby: Lobby, said: ExplainTicket) -> Result:
    return await explaining.look(lobby, said.ticket)


async def show_player(lobby: Lobby, said: ShowPlayer) -> Result:
    return _player_shown(await _player(lobby, said.player))


async def restrict(lobby: Lobby, said: Restrict) -> Result:
    player = await _player(lobby, said.player)
    until = None if said.seconds is None else round(lobby.clock() + said.seconds, 3)
    one = Restriction(said.type, said.reason, until)
    return _player_shown(
        await players.restrict(lobby, SYSTEM, account=player.uuid, restriction=one)
    )


async def lift(lobby: Lobby, said: Lift) -> Result:
    player = await _player(lobby, said.player)
    return _player_shown(await players.lift(lobby, SYSTEM, account=player.uuid, type=said.type))


async def set_role(lobby: Lobby, said: SetRole) -> Result:
    player = await _player(lobby, said.player)
    return _player_shown(await players.set_role(lobby, SYSTEM, account=player.uuid, role=said.role))


async def _player(lobby: Lobby, named: str) -> Account:
    if named.isdecimal():
        account = await players.numbered(lobby, int(named))
    else:
        account = await lobby.accounts.get(named.lower())
    if account.kind is not Kind.PLAYER:
        raise AccountNotFound
    return account


async def status(lobby: Lobby, said: Status) -> Result:
    """What the process that has everything open can say of it."""
    answering = await parts.answering(lobby)
    return {"pid": os.getpid(), "url": lobby.settings.url, "parts": answering}


ROWS: dict[type[Command], Callable[[Lobby, Any], Awaitable[Result]]] = {
    Create: create,
    SetPassword: set_password,
    Delete: delete,
    SignOut: sign_out,
    ListAdmins: list_admins,
    IssueToken: issue_token,
    ExplainTicket: explain_ticket,
    ShowPlayer: show_player,
    Restrict: restrict,
    Lift: lift,
    SetRole: set_role,
    Status: status,
}
READING = (ListAdmins, ExplainTicket, ShowPlayer, Status)


NAMING = ("login", "account", "player")
"""The fields that say whom a command is about."""


async def answer(lobby: Lobby, line: bytes) -> bytes:
    """One command, carried out: `{"result": …}` or `{"refused": {code, message}}`."""
    said: Command | None = None
    try:
        said = decode(line, COMMAND, largest=LARGEST)
        result = await ROWS[type(said)](lobby, said)
    except Exception as error:
        no = refusal(error)
        _note(said, no.code)
        return encode({"refused": {"code": no.code, "message": str(no)}})
    _note(said, "done")
    return encode({"result": result})


def _note(said: Command | None, outcome: str) -> None:
    if said is not None and not isinstance(said, READING):
        whom = next((v for name in NAMING if (v := getattr(said, name, None))), None)
        audit.info(said.command, actor="operator", whom=whom, outcome=outcome)


def _shown(account: Account) -> Result:
    return {"login": account.login, "uuid": account.uuid, "registered": account.registered}


def _player_shown(account: Account) -> Result:
    """Times in Unix seconds; a restriction without `until` is for good."""
    return {
        "uuid": account.uuid,
        "number": account.number,
        "name": account.shown_name,
        "platform": account.portal.platform if account.portal else None,
        "role": account.role,
        "registered": account.registered,
        "restrictions": [vars(one) for one in account.restrictions],
    }
