"""The command line: `lobby serve | admin | token | catalogue | match | doctor`.

Words in, lines and exit codes out.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from lobby import catalogue as catalogues
from lobby import listening, logs, tokens
from lobby.config import Settings, complaints, keys_of, unknown
from lobby.exits import Exit, complain
from lobby.listening import CannotListen
from persistence.ports import InUse, Unreachable
from protocol.codec import encode

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A real-time lobby server for games. Settings are LOBBY_ variables: docs/operating.md.",
)
admin = typer.Typer(no_args_is_help=True, help="Administrators and other accounts.")
token = typer.Typer(no_args_is_help=True, help="Signing keys, and tokens for accounts.")
catalogue = typer.Typer(no_args_is_help=True, help="What the game offers: docs/catalogue.md.")
match = typer.Typer(no_args_is_help=True, help="Who waits for a match: docs/matchmaking.md.")
app.add_typer(admin, name="admin")
app.add_typer(token, name="token")
app.add_typer(catalogue, name="catalogue")
app.add_typer(match, name="match")

Login = Annotated[str, typer.Argument(help="3 to 32 letters, digits, _ . -")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


def main() -> None:
    app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen. [LOBBY_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="0: any free one. [LOBBY_PORT, PORT]")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes behind the port.")] = 1,
) -> None:
    """Serve the page, the HTTP operations and the live channel."""
    settings = _settings(host=host, port=port)
    logs.configure(settings)
    for name in unknown(os.environ):
        complain(f"{name} is no setting of this program; ignored", Exit.OK)
    if faults := _faults(settings):
        raise _stop("\nlobby: ".join(faults), Exit.SETTINGS)
    if workers > 1:
        _require_shared_parts(settings, workers)
    try:
        sock = listening.listening_socket(settings)
    except CannotListen as no:
        raise _stop(str(no), Exit.IN_USE if no.taken else Exit.SETTINGS) from None
    bound = settings.model_copy(update={"port": sock.getsockname()[1]})

    def ready() -> None:
        processes = "one process" if workers == 1 else f"{workers} processes"
        typer.echo(f"{bound.url} · {listening.data_shown(bound)} · {processes}")
        sys.stdout.flush()

    if workers == 1:
        from lobby import serving  # the whole program, which no other command needs

        raise typer.Exit(serving.run(bound, sock, ready))
    from lobby.workers import Supervisor

    raise typer.Exit(Supervisor(bound, sock, workers, ready).run())


def _require_shared_parts(settings: Settings, workers: int) -> None:
    """Name all that is missing, so that it is set in one go."""
    missing = []
    if settings.database_url.startswith("sqlite:"):
        missing.append("LOBBY_DATABASE_URL=postgresql://… (a SQLite file serves one process)")
    if settings.embedded:
        missing.append("LOBBY_REDIS_URL=redis://… (a process alone tells no other what happens)")
    if not missing:
        return
    raise _stop(
        f"{workers} workers need PostgreSQL (LOBBY_DATABASE_URL) and Redis (LOBBY_REDIS_URL)"
        f" together. Set {' and '.join(missing)}, or leave --workers out.",
        Exit.SETTINGS,
    )


@app.command(name="doctor")
def examine() -> None:
    """Look at settings, database, Redis, keys and this machine; say what to do."""
    from rich.console import Console

    from lobby import doctor  # brings drivers that a start may not need

    try:
        settings: Settings | None = (given := Settings(**_given()))
        wrong = _faults(given)
    except ValidationError as error:
        settings, wrong = None, complaints(error)
    findings = asyncio.run(doctor.examine(settings, wrong))
    Console().print(doctor.table(findings))
    raise typer.Exit(Exit.FAILED if any(f.mark is doctor.Mark.WRONG for f in findings) else Exit.OK)


@admin.command()
def create(login: Login, password_stdin: FromStdin = False) -> None:
    """Make a new account that is an administrator."""
    said = _do("admin create", login=login, password=_password(password_stdin))
    typer.echo(f"{said['login']} is an administrator.")


@admin.command()
def password(login: Login, password_stdin: FromStdin = False) -> None:
    """Set the password of an account; its tokens end."""
    said = _do("admin password", login=login, password=_password(password_stdin))
    typer.echo(f"{said['login']} has a new password, and is signed out everywhere.")


@admin.command()
def delete(login: Login) -> None:
    """Delete an account, with its tokens, sockets, seats and friendships."""
    typer.echo(f"{_do('admin delete', login=login)['login']} is gone.")


@admin.command(name="sign-out")
def sign_out(login: Login) -> None:
    """End every token and socket of an account."""
    typer.echo(f"{_do('admin sign-out', login=login)['login']} is signed out everywhere.")


@admin.command(name="list")
def list_admins() -> None:
    """Name every administrator, one a line: login and uuid."""
    admins = _do("admin list")["admins"]
    for one in admins:
        typer.echo(f"{one['login']:32}  {one['uuid']}")
    if not admins:
        complain("there are none; make one with: lobby admin create LOGIN", Exit.OK)


@token.command()
def secret() -> None:
    """Print a fresh signing key, for LOBBY_SECRET."""
    typer.echo(tokens.opaque())


@token.command()
def issue(account: Annotated[str, typer.Argument(help="A login or a uuid.")]) -> None:
    """Print a token for an account. Whoever has it is that account: keep it to yourself."""
    typer.echo(_do("token issue", account=account)["token"])


@token.command()
def rotate() -> None:
    """Sign with a new key from the next start on; tokens that were given stay valid."""
    settings = _settings()
    given = keys_of(settings.secret)
    if given:
        typer.echo(f"LOBBY_SECRET={','.join([tokens.opaque(), *given])}")
        return
    path = Path(settings.secret_file)
    try:
        kept = tokens.kept_keys(path) if path.exists() else []
        tokens.keep_keys(path, [tokens.opaque(), *kept])
    except OSError as failure:
        raise _stop(f"LOBBY_SECRET_FILE: {path}: {failure.strerror}", Exit.SETTINGS) from failure
    typer.echo(
        f"{path}: a new key first, {len(kept)} behind it. Restart the server to sign with it."
    )


@catalogue.command()
def check(file: Annotated[Path, typer.Argument(help="A TOML file, as LOBBY_CATALOGUE.")]) -> None:
    """Say everything that is wrong with a catalogue, or what is in it."""
    try:
        typer.echo(catalogues.summary(catalogues.read(file, _settings())))
    except catalogues.WrongCatalogue as wrong:
        typer.echo("\n".join(wrong.lines))
        raise typer.Exit(Exit.FAILED) from None


@match.command()
def explain(ticket: Annotated[str, typer.Argument(help="A ticket's id.")]) -> None:
    """Say how a ticket stands and why it still waits, as JSON."""
    typer.echo(json.dumps(_do("match explain", ticket=ticket), indent=2))


def _do(command: str, **fields: str) -> dict[str, Any]:
    """Through the running server where it has the store for itself, else here."""
    settings = _settings()
    said = {"command": command, **fields}
    try:
        answer = _ask(settings, said)
    except InUse as busy:
        where = f"no server answers at {settings.admin_socket} (LOBBY_ADMIN_SOCKET)"
        raise _stop(f"{busy} Yet {where}: call me where the server runs.", Exit.IN_USE) from None
    except Unreachable as away:
        raise _stop(str(away), Exit.UNREACHABLE) from None
    except tokens.BadKeys as wrong:
        raise _stop(str(wrong), Exit.SETTINGS) from None
    except catalogues.WrongCatalogue as wrong:
        raise _stop("\nlobby: ".join(wrong.lines), Exit.SETTINGS) from None
    if refused := answer.get("refused"):
        raise _stop(refused["message"], Exit.FAILED)
    result: dict[str, Any] = answer["result"]
    return result


def _ask(settings: Settings, said: dict[str, str]) -> dict[str, Any]:
    from lobby import console  # and with it all that can be done

    if settings.alone:
        try:
            return console.ask(Path(settings.admin_socket), said)
        except console.NoServer:
            pass
    logs.configure(settings)
    return asyncio.run(_do_here(settings, said))


async def _do_here(settings: Settings, said: dict[str, str]) -> dict[str, Any]:
    from lobby import console
    from lobby import main as application

    async with application.open_lobby(settings) as lobby:
        answer: dict[str, Any] = json.loads(await console.answer(lobby, encode(said)))
        return answer


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise _stop("there is no terminal to ask for the password: --password-stdin", Exit.SETTINGS)
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _settings(**options: object) -> Settings:
    try:
        return Settings(**_given(**options))
    except ValidationError as error:
        *others, last = complaints(error)
        for line in others:
            complain(line, Exit.SETTINGS)
        raise _stop(last, Exit.SETTINGS) from None


def _given(**options: object) -> dict[str, Any]:
    """Options that were used; and the PORT that platforms set, where LOBBY_PORT is not."""
    given = {name: value for name, value in options.items() if value is not None}
    if "LOBBY_PORT" not in os.environ and os.environ.get("PORT"):
        given.setdefault("port", os.environ["PORT"])
    return given


def _faults(settings: Settings) -> list[str]:
    """Of the catalogue that the settings name."""
    try:
        catalogues.chosen(settings)
    except catalogues.WrongCatalogue as wrong:
        return wrong.lines
    return []


def _stop(line: str, code: Exit) -> typer.Exit:
    return typer.Exit(complain(line, code))
