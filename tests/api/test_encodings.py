"""Bytes that are no UTF-8 are refused at every door, in a path, a query, a form and in JSON, in the
door's own words: replaced, two different names would become one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import httpx2
import pytest

from lobby.api.dialect import Row
from tests.api.good_requests import GOOD, NAMES, ROWS
from tests.api.player_services import good_requests as players
from tests.api.server_status import good_requests as status
from tests.support.callers import PASSWORD, ApiCaller, ApiCallers
from tests.support.server_status import access_header, basic
from tests.support.server_thread import Served
from tests.support.store_contents import kept

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ALL = [*ROWS.values(), *status.ROWS.values(), *players.ROWS.values()]
BAD = ("%FF", "%E4", "%C3", "%ED%A0%80", "%C0%AF", "%F8%88%80%80%80", "a%E4b")
"""Percent-encoded bytes: no UTF-8, Latin-1, cut short, a surrogate, overlong, five bytes."""


@pytest.fixture(scope="module")
def caller(people: ApiCallers) -> ApiCaller:
    return people.get("self user")


@pytest.fixture
def unchanged(served: Served, caller: ApiCaller) -> Iterator[None]:
    before = served.do(kept(served.lobby))
    yield
    assert served.do(kept(served.lobby)) == before


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def post(http: httpx2.Client, path: str, body: bytes) -> tuple[int, str]:
    return said(http.post(path, content=body, headers=FORM))


def parts(password: bytes, *, end: bytes = b"--x--\r\n", extra: bytes = b"") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'
    return head % (b"username", b"", b"in.parts") + head % (b"password", extra, password) + end


def post_parts(http: httpx2.Client, body: bytes, *, path: str = "/users") -> tuple[int, str]:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return said(http.post(path, content=body, headers=headers))


@pytest.fixture(scope="module")
def access(http: httpx2.Client, caller: ApiCaller) -> dict[str, str]:
    """The same person's header for server status, whose tokens are its own."""
    answer = http.post("/api/auth", headers=basic("self.user", PASSWORD))
    return access_header(answer.json()["access"]["id"])


def with_gaps(row: Row, bad: str) -> Iterator[str]:
    """The row's path with a bad part in each of its gaps, and good ones in the others."""
    fields = row.path.model_fields if row.path else {}
    template = row.path_template.replace(":path}", "}")
    for field in fields:
        yield template.format(**{name: "1" for name in fields} | {field: bad})


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("row", ALL, ids=[row.name for row in ALL])
def test_no_operation_reads_a_path_or_a_query_that_is_no_utf8(
    row: Row, http: httpx2.Client, caller: ApiCaller, access: dict[str, str]
) -> None:
    headers = access if row.path_template.startswith("/api/") else caller.headers
    urls = [url for bad in BAD for url in with_gaps(row, bad)]
    if row.query:
        path = next(with_gaps(row, "1"), row.path_template)
        fields = [field.alias or name for name, field in row.query.model_fields.items()]
        urls += [f"{path}?{name}={bad}" for name in (*fields, "other") for bad in BAD]
    for url in urls:
        assert 400 <= http.request(row.method, url, headers=headers).status_code < 500, url


def test_each_door_says_so_in_its_own_words(
    http: httpx2.Client, caller: ApiCaller, access: dict[str, str]
) -> None:
    answer = http.get("/hosts/%E4", headers=caller.headers)
    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["path"]]
    answer = http.get("/users?after=%FF", headers=caller.headers)
    assert said(answer) == (400, "query: must be UTF-8")
    answer = http.get("/api/users/%E4/login", headers=access)
    assert answer.status_code == 400
    assert answer.json() == {"error": "path: must be UTF-8", "needRefresh": False}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_utf8_is_read_however_it_is_spelt(name: str, people: ApiCallers) -> None:
    """Percent-encoded where it need not be, and with what else the query carries."""
    with httpx2.Client(base_url=people.served.url, trust_env=False) as http:
        person = people.get("self host" if "host" in name or "session" in name else "self user")
        if name == "GET /hosts/{host}/access_token":
            person = people.get("self host")
        good = GOOD[name](people, person)
        good.query = {**good.query, "utm": "ä€😀"}
        assert good.send(http, name, person.headers).status_code < 300


@pytest.mark.parametrize("path", ["/users", "/users/login"])
def test_two_passwords_of_another_charset_do_not_become_one(path: str, http: httpx2.Client) -> None:
    for password in (b"p%E4ssw%F6rter", b"p%FBssw%FBrter", b"p\xe4ssw\xf6rter", b"%ED%A0%80long!"):
        told = post(http, path, b"username=latin.one&password=" + password)
        assert told == (400, "invalid fields [password]")
    told = post(http, path, b"username=%E4%E4%E4&password=%FF")
    assert told == (400, "invalid fields [username, password]")
    assert post(http, path, b"password=%FF") == (400, "missing fields [username]")
    assert post_parts(http, parts(b"p\xe4ssw\xf6rter"), path=path) == (
        400,
        "invalid fields [password]",
    )


def test_raw_escaped_and_in_parts_a_password_is_the_same(http: httpx2.Client) -> None:
    raw = "pässwörter 😀".encode()
    assert post(http, "/users", b"username=raw.bytes&password=" + raw)[0] == 201
    for spelt in (
        raw,
        b"p%c3%a4ssw%C3%B6rter+%F0%9F%98%80",
        b"p\xc3%A4ssw%C3%B6rter%20%F0%9F%98%80",
    ):
        assert post(http, "/users/login", b"username=raw.bytes&password=" + spelt)[0] == 200
    body = parts(raw).replace(b"in.parts", b"raw.bytes")
    assert post_parts(http, body, path="/users/login")[0] == 200


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "body",
    [
        parts(b"long enough", end=b""),
        parts(b"long enough", end=b"--x\r\n"),
        parts(b"long enough", end=b"--x--\r\n").replace(b"form-data", b"attachment"),
        parts(b"long enough").replace(b'; name="username"', b""),
        parts(b"long enough").replace(b"--x\r\n", b"--y\r\n"),
        parts(b"long enough").replace(b'"password"', b'"password"; filename="p.txt"'),
        parts(b"long enough").replace(b"Content-Disposition: ", b"Content-Disposition "),
        parts(b"long enough", end=b"") * 9 + b"--x--\r\n",
        b"--x--\r\n",
        b"",
        b"username=somebody&password=long+enough",
    ],
)
def test_a_broken_form_is_none(body: bytes, http: httpx2.Client) -> None:
    for path in ("/users", "/users/login"):
        status, text = post_parts(http, body, path=path)
        assert status == 400
        assert text in ("missing form", "missing fields [username, password]")
        assert text == "missing form" or body == b"--x--\r\n"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "type_",
    [
        "",
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/mixed; boundary=x",
        "application/x-www-form-urlencodedx",
    ],
)
def test_a_body_of_another_type_is_no_form(type_: str, http: httpx2.Client) -> None:
    for path in ("/users", "/users/login"):
        for body in (b"username=somebody&password=long+enough", parts(b"long enough")):
            answer = http.post(path, content=body, headers={"Content-Type": type_})
            assert said(answer) == (400, "missing form")


@pytest.mark.usefixtures("unchanged")
def test_a_form_of_too_many_fields_or_with_a_name_that_is_no_text_is_none(
    http: httpx2.Client,
) -> None:
    good = b"username=somebody&password=long+enough"
    for body in (good + b"&a=1" * 7, b"&".join([good] * 5), b"n%E4me=1&" + good):
        assert post(http, "/users", body) == (400, "missing form")


def test_a_form_is_read_whatever_its_header_looks_like(http: httpx2.Client) -> None:
    form = b"username=header.case&password=long+enough&remember=1"
    for type_ in (
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-URLEncoded",
    ):
        answer = http.post("/users", content=form, headers={"Content-Type": type_})
        assert answer.status_code in (201, 409)
    quoted = {"Content-Type": 'multipart/form-data; charset=utf-8; boundary="a b"'}
    body = parts(b"long enough", end=b"--x--").replace(b"--x", b"--a b")
    assert said(http.post("/users", content=body, headers=quoted)) == (201, "OK")


SPELLINGS = ["pässwört Å", unicodedata.normalize("NFD", "pässwört Å"), "pässwört\u00a0\u212b"]


@pytest.mark.parametrize("first", SPELLINGS)
def test_a_password_is_one_however_its_letters_are_composed(
    first: str, http: httpx2.Client
) -> None:
    """macOS and iOS type decomposed letters, Windows composed ones (RFC 8265, OpaqueString)."""
    name = f"composed.{SPELLINGS.index(first)}"
    assert said(http.post("/users", data={"username": name, "password": first})) == (201, "OK")
    for spelt in SPELLINGS:
        form = {"username": name, "password": spelt}
        assert http.post("/users/login", data=form).status_code == 200
    for other in ("passwort A", "PÄSSWÖRT Å", "\uff50ässwört Å"):
        form = {"username": name, "password": other}
        assert said(http.post("/users/login", data=form)) == (401, "bad credentials")


def test_the_length_of_a_password_is_that_of_its_composed_form(http: httpx2.Client) -> None:
    short, long = "äëïö", "äëïöüÿâêîôûáéíóú" * 8
    for n, (password, answered) in enumerate([(short, 400), (long, 201)]):
        spelt = unicodedata.normalize("NFD", password)
        form = {"username": f"length.{n}", "password": spelt}
        assert http.post("/users", data=form).status_code == answered


def test_a_password_that_was_stored_as_it_was_typed_still_opens(
    http: httpx2.Client, served: Served
) -> None:
    """Hashes of before are of the letters as they came; the next login renews them."""
    typed = unicodedata.normalize("NFD", "müllerstraße")
    form = {"username": "of.before", "password": "something else"}
    assert http.post("/users", data=form).status_code == 201
    lobby = served.lobby
    account = served.do(lobby.accounts.claimed("login", "of.before"))
    old = lobby.passwords._hasher.hash(typed)

    def decide(account: object) -> None:
        account.password_hash = old  # type: ignore[attr-defined]

    served.do(lobby.accounts.change(account.uuid, decide))
    wrong = {"username": "of.before", "password": "mullerstrasse"}
    assert http.post("/users/login", data=wrong).status_code == 401
    for _ in range(2):
        for spelt in (typed, "müllerstraße"):
            answer = http.post("/users/login", data={"username": "of.before", "password": spelt})
            assert answer.status_code == 200
    renewed = served.do(lobby.accounts.claimed("login", "of.before")).password_hash
    assert renewed != old
