"""The operator's door: a Unix socket that its owner alone can open, for as long as a server runs.

One JSON object a line goes in, one comes out. Whoever gets this far is the operator: nobody logs
in here, and everything that changes something is noted in the audit log.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter

from lobby.actions import accounts, explaining, logins, parts
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM
from lobby.logs import audit
from lobby.refusals import refusal
from protocol.codec import Words, decode, encode

log = structlog.get_logger(__name__)

LONGEST_LINE = 64 * 1024
IDLE_SECONDS = 60.0
ANSWER_SECONDS = 30.0
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,32}$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[^\x00]*$")]
Who = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(str.lower)]
"""A login or a uuid."""
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


class Status(Words):
    command: Literal["status"]


Command = Create | SetPassword | Delete | SignOut | ListAdmins | IssueToken | ExplainTicket | Status
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
    Status: status,
}
READING = (ListAdmins, ExplainTicket, Status)


async def answer(lobby: Lobby, line: bytes) -> bytes:
    """One command, carried out: `{"result": …}` or `{"refused": {code, message}}`."""
    said: Command | None = None
    try:
        said = decode(line, COMMAND, largest=LONGEST_LINE)
        result = await ROWS[type(said)](lobby, said)
    except Exception as error:
        no = refusal(error)
        _note(said, no.code)
        return encode({"refused": {"code": no.code, "message": str(no)}})
    _note(said, "done")
    return encode({"result": result})


def _note(said: Command | None, outcome: str) -> None:
    if said is not None and not isinstance(said, READING):
        whom = getattr(said, "login", None) or getattr(said, "account", None)
        audit.info(said.command, actor="operator", whom=whom, outcome=outcome)


def _shown(account: Account) -> Result:
    return {"login": account.login, "uuid": account.uuid, "registered": account.registered}


@asynccontextmanager
async def door(lobby: Lobby) -> AsyncIterator[None]:
    """Open until the block ends. Where it cannot be, the lobby serves all the same and says so."""
    path = Path(lobby.settings.admin_socket)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, ConnectionError, ValueError):
            while line := await asyncio.wait_for(reader.readline(), IDLE_SECONDS):
                writer.write(await answer(lobby, line) + b"\n")
                await writer.drain()
        writer.close()

    try:
        sock = _bound(path)
    except OSError as failure:
        log.error("admin_socket_unusable", path=str(path), why=failure.strerror or str(failure))
        yield
        return
    server = await asyncio.start_unix_server(serve, sock=sock, limit=LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        _remove(path)


def _bound(path: Path) -> socket.socket:
    """In place of one that a killed server left, never of one that is served, nor of a file."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(None, "there is a file of this name")
        if _served(path):
            raise FileExistsError(None, "another server has it")
        path.unlink()
    sock = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(before)
    return sock


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
        except OSError:
            return False
    return True


class NoServer(Exception):
    """Nobody listens on the socket."""


def ask(path: Path, command: dict[str, Any]) -> dict[str, Any]:
    """From outside: send one command to the server behind the socket; raises NoServer."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(ANSWER_SECONDS)
        try:
            sock.connect(str(path))
        except OSError as failure:
            raise NoServer(failure.strerror) from failure
        with sock.makefile("rb") as answers:
            sock.sendall(encode(command) + b"\n")
            said: dict[str, Any] = json.loads(answers.readline())
    return said
