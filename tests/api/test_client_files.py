"""What the lobby serves of its clients: to every origin, each time the current one."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator

import httpx2
import pytest

from lobby.api.client_files import FILES
from tests.support.repository import ROOT
from tests.support.server_thread import Served, serving

KINDS = {
    "lobby.js": "text/javascript; charset=utf-8",
    "lobby.d.ts": "text/plain; charset=utf-8",
    "http.js": "text/javascript; charset=utf-8",
    "http.d.ts": "text/plain; charset=utf-8",
    "operations.d.ts": "text/plain; charset=utf-8",
    "lobby-client.tgz": "application/gzip",
    "lobby_client-1.0.0-py3-none-any.whl": "application/zip",
}
ORIGIN = {"Origin": "https://game.example"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


def got(served: Served, name: str, **headers: str) -> httpx2.Response:
    return httpx2.get(f"{served.url}/client/v1/{name}", headers=ORIGIN | headers)


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_file_is_open_to_every_origin(served: Served, name: str, kind: str) -> None:
    answer = got(served, name)
    assert answer.status_code == 200
    said = {each: answer.headers[each] for each in ("content-type", "access-control-allow-origin")}
    assert said == {"content-type": kind, "access-control-allow-origin": "*"}
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.content == FILES[name]
    again = got(served, name, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"


def test_nothing_else_is_served_there(served: Served) -> None:
    assert set(FILES) == set(KINDS)
    for name in ("none.js", "..%2Fmain.py", "%2E%2E/main.py", "lobby.ts"):
        assert got(served, name).status_code == 404
    assert httpx2.post(f"{served.url}/client/v1/lobby.js").status_code == 405


def test_the_index_links_to_each(served: Served) -> None:
    """As `pip install --find-links` reads it."""
    page = got(served, "").text
    assert all(f'href="{name}"' in page for name in KINDS)


def test_the_packages_hold_what_is_served_beside_them() -> None:
    package = gzip.decompress(FILES["lobby-client.tgz"])
    with tarfile.open(fileobj=io.BytesIO(package)) as packed:
        names = packed.getnames()
        module = packed.extractfile("package/dist/lobby.js")
        about = packed.extractfile("package/package.json")
        assert module is not None
        assert about is not None
        assert module.read() == FILES["lobby.js"]
        said = json.loads(about.read())
    exported = [each for ways in said["exports"].values() for each in ways.values()]
    paths = [path.removeprefix("./") for way in exported for path in way.values()]
    assert {f"package/{path}" for path in paths} <= set(names)
    assert not said.get("dependencies")
    assert not {"preinstall", "install", "postinstall", "prepare"} & set(said.get("scripts", {}))
    with zipfile.ZipFile(io.BytesIO(FILES["lobby_client-1.0.0-py3-none-any.whl"])) as wheel:
        assert "lobby_client/py.typed" in wheel.namelist()
        source = ROOT / "clients" / "python"
        written = [name for name in wheel.namelist() if name.startswith("lobby_client/")]
        assert written
        assert all(wheel.read(name) == (source / name).read_bytes() for name in written)
