"""Hosts and sessions, word for word: every status that is promised, and what it says."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx2
import pytest

from lobby.domain.accounts import Account
from tests.api.test_bad_input import EXTRA
from tests.support.callers import PASSWORD, ApiCallers
from tests.support.checked_clients import PLAIN, recorded
from tests.support.server_thread import serving

UNKNOWN = "00000000-0000-4000-8000-000000000000"
HERE, THERE = "not found this", "not found other"


def bearer(people: ApiCallers, account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {people.token(account)}"}


def told(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the message, which is all that a refusal says."""
    body = answer.json()
    assert list(body) == ["message"]
    return answer.status_code, body["message"]


def join(http: httpx2.Client, people: ApiCallers, host: Account, guest: Account) -> httpx2.Response:
    body = {"host": host.uuid, "guest": guest.uuid}
    return http.post("/sessions/players", json=body, headers=bearer(people, guest))


def test_a_new_host_welcomes_friends_and_has_none(http: httpx2.Client) -> None:
    answer = http.post("/hosts")
    uuid = answer.json()["uuid"]
    assert answer.json() == {
        "uuid": uuid,
        "only_friends": True,
        "allow_nonames": False,
        "friends": [],
        "banlist": [],
    }
    assert re.fullmatch("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", uuid)
    assert re.fullmatch("[0-9a-f]{64}", answer.headers["host-key"])


def test_a_host_logs_in_by_its_uuid_until_it_shows_its_key(http: httpx2.Client) -> None:
    registered = http.post("/hosts")
    url = f"/hosts/{registered.json()['uuid']}/access_token"
    key = {"Authorization": f"Host {registered.headers['host-key']}"}
    wrong = {"Authorization": f"Host {'0' * 64}"}
    assert list(http.get(url).json()) == ["token"]
    assert told(http.get(url, headers=wrong)) == (404, HERE)
    assert http.get(url, headers=key).status_code == 200
    assert told(http.get(url)) == (404, HERE)
    assert told(http.get(url, headers=wrong)) == (404, HERE)
    assert http.get(url, headers=key).status_code == 200


def test_where_the_setting_says_so_every_host_needs_its_key() -> None:
    with serving(host_login="key") as served, recorded(served.url) as http:
        registered = http.post("/hosts")
        url = f"/hosts/{registered.json()['uuid']}/access_token"
        key = {"Authorization": f"Host {registered.headers['host-key']}"}
        assert told(http.get(url)) == (404, HERE)
        assert http.get(url, headers=key).status_code == 200


def test_only_hosts_log_in_by_uuid(http: httpx2.Client, people: ApiCallers) -> None:
    user = people.get("self user").account
    for uuid in (UNKNOWN, user.uuid, people.nameless().uuid):
        assert told(http.get(f"/hosts/{uuid}/access_token")) == (404, HERE)
    assert http.get("/hosts/nobody/access_token").status_code == 422


def test_what_is_wrong_is_said_field_by_field(http: httpx2.Client, people: ApiCallers) -> None:
    host = people.host()
    answer = http.put(
        f"/hosts/{host.uuid}/only_friends",
        json={"only_friends": "yes"},
        headers=bearer(people, host),
    )
    assert answer.status_code == 422
    problems = answer.json()["detail"]
    assert [set(problem) for problem in problems] == [{"loc", "msg", "type"}]
    assert [problem["loc"] for problem in problems] == [["body", "only_friends"]]
    (problem,) = http.get("/hosts/nobody", headers=bearer(people, host)).json()["detail"]
    assert problem["loc"] == ["path", "host"]
    body = {"host": host.uuid, "guest": "noname"}
    answer = http.post("/sessions/players", json=body, headers=bearer(people, host))
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["body", "guest"]]


@pytest.mark.parametrize("name", ["only_friends", "allow_nonames"])
def test_fields_that_a_body_does_not_have_are_ignored(
    name: str, http: httpx2.Client, people: ApiCallers
) -> None:
    host = people.host()
    url, headers = f"/hosts/{host.uuid}", bearer(people, host)
    now = http.get(url, headers=headers).json()
    body = {name: now[name]} | dict.fromkeys(EXTRA, True) | {"banlist": [now["uuid"]]}
    assert http.put(f"{url}/{name}", json=body, headers=headers).status_code == 200
    assert http.get(url, headers=headers).json() == now


def test_a_token_is_renewed_while_its_host_lives(http: httpx2.Client, people: ApiCallers) -> None:
    person = people.get("deleted")
    first = http.get("/hosts/access_token/renew", headers=person.headers).json()["token"]
    assert first != person.token
    headers = {"Authorization": f"Bearer {first}"}
    assert http.get(f"/hosts/{person.account.uuid}", headers=headers).status_code == 200
    people.invalidate(person)
    assert told(http.get("/hosts/access_token/renew", headers=headers)) == (404, HERE)
    assert http.get("/hosts/access_token/renew").status_code == 401


def test_a_host_decides_whom_it_lets_in(http: httpx2.Client, people: ApiCallers) -> None:
    host = people.host(open=False)
    url, headers = f"/hosts/{host.uuid}", bearer(people, host)
    for name, value in (("only_friends", False), ("allow_nonames", True), ("only_friends", True)):
        answer = http.put(f"{url}/{name}", json={name: value}, headers=headers)
        assert (answer.status_code, answer.json()) == (200, None)
        assert http.get(url, headers=headers).json()[name] is value


@pytest.mark.parametrize(("listed", "query"), [("friends", "friend"), ("banlist", "banned")])
def test_a_list_holds_each_other_once_and_never_oneself(
    listed: str, query: str, http: httpx2.Client, people: ApiCallers
) -> None:
    host, other = people.host(), people.host()
    url, headers = f"/hosts/{host.uuid}", bearer(people, host)

    def add(uuid: str) -> httpx2.Response:
        return http.post(f"{url}/{listed}", params={query: uuid}, headers=headers)

    for _ in range(2):
        assert (add(other.uuid).status_code, add(other.uuid).json()) == (200, None)
        assert http.get(url, headers=headers).json()[listed] == [other.uuid.upper()]
    assert told(add(host.uuid)) == (400, "This cannot be done to oneself.")
    assert told(add(UNKNOWN)) == (404, THERE)
    assert add("nobody").status_code == 422
    removing = f"{url}/{listed}/{other.uuid.upper()}"
    assert http.delete(removing, headers=headers).status_code == 200
    assert http.get(url, headers=headers).json()[listed] == []
    assert told(http.delete(removing, headers=headers)) == (404, THERE)


def test_a_launched_session_tells_where_and_shows_its_key_once(
    http: httpx2.Client, people: ApiCallers
) -> None:
    host = people.host()
    answer = http.post("/sessions", json={"host": host.uuid}, headers=bearer(people, host))
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"session_id", "source_of_truth_key"}
    assert 0 < body["session_id"] < 2**53
    assert re.fullmatch("[0-9a-f]{64}", body["source_of_truth_key"])
    assert answer.headers["location"].endswith(f"/ws?session={body['session_id']}")
    again = http.post("/sessions", json={"host": host.uuid}, headers=bearer(people, host))
    assert again.status_code == 409
    assert list(again.json()) == ["message"]


def test_the_location_is_the_game_servers_where_there_is_one() -> None:
    with serving(game_server="udp://play.example:7777") as served, recorded(served.url) as http:
        people = ApiCallers(served)
        host = people.host()
        answer = http.post("/sessions", json={"host": host.uuid}, headers=bearer(people, host))
    assert answer.headers["location"] == "udp://play.example:7777"


def test_a_guest_who_joins_is_told_which_session(http: httpx2.Client, people: ApiCallers) -> None:
    host, guest = people.host(), people.host()
    session, _ = people.session_of(host)
    answer = join(http, people, host, guest)
    assert (answer.status_code, answer.json()) == (200, {"session_id": session.id})
    assert answer.headers["location"].endswith(f"/ws?session={session.id}")
    assert told(join(http, people, host, guest))[0] == 400
    assert told(join(http, people, host, host))[0] == 400


def test_whoever_is_not_welcome_sees_a_host_that_is_out(
    http: httpx2.Client, people: ApiCallers
) -> None:
    guest, nameless = people.host(), people.nameless()
    idle, strict, banning = people.host(), people.host(open=False), people.host()
    for host in (strict, banning):
        people.session_of(host)
    people.knows(banning, guest)
    people.knows(banning, nameless)
    for host in (idle, strict, banning):
        assert told(join(http, people, host, guest)) == (404, THERE)
        assert told(join(http, people, host, nameless)) == (404, THERE)
    body = {"host": UNKNOWN, "guest": guest.uuid}
    answer = http.post("/sessions/players", json=body, headers=bearer(people, guest))
    assert told(answer) == (404, HERE)


def test_a_full_session_says_so_to_the_welcome_alone(
    http: httpx2.Client, people: ApiCallers
) -> None:
    host, stranger = people.host(), people.host()
    session, _ = people.session_of(host)
    for _ in range(len(session.seats) - 1):
        assert join(http, people, host, people.host()).status_code == 200
    assert told(join(http, people, host, stranger)) == (404, THERE)
    people.knows(host, stranger)
    assert told(join(http, people, host, stranger)) == (404, THERE)


def test_noname_is_what_somebody_without_a_name_may_call_themselves(
    http: httpx2.Client, people: ApiCallers
) -> None:
    host, nameless = people.host(), people.nameless()
    people.session_of(host)
    body = {"host": host.uuid, "guest": "NONAME"}
    named = http.post("/sessions/players", json=body, headers=bearer(people, people.host()))
    assert named.status_code == 401
    answer = http.post("/sessions/players", json=body, headers=bearer(people, nameless))
    assert answer.status_code == 200


def test_a_ban_removes_its_guest_and_an_unfriending_does_not(
    http: httpx2.Client, people: ApiCallers
) -> None:
    host, guest = people.host(), people.host()
    session, _ = people.session_of(host)
    people.seat(guest, session)
    headers = bearer(people, host)
    for verb in (http.post, http.delete):
        path = "friends" if verb == http.post else f"friends/{guest.uuid}"
        params = {"friend": guest.uuid} if verb == http.post else {}
        assert verb(f"/hosts/{host.uuid}/{path}", params=params, headers=headers).status_code == 200
    lobby = people.served.lobby
    assert people.served.do(lobby.sessions.get(str(session.id))).seats.sits(guest.uuid)
    http.post(f"/hosts/{host.uuid}/banlist", params={"banned": guest.uuid}, headers=headers)
    assert not people.served.do(lobby.sessions.get(str(session.id))).seats.sits(guest.uuid)


async def statuses(url: str, *bodies: tuple[str, dict[str, Any], dict[str, str]]) -> list[int]:
    """Of requests that are sent at once."""
    async with httpx2.AsyncClient(base_url=url, **PLAIN) as http:
        posts = (http.post(path, json=body, headers=headers) for path, body, headers in bodies)
        return sorted(answer.status_code for answer in await asyncio.gather(*posts))


async def test_of_two_launches_at_once_one_wins(people: ApiCallers) -> None:
    host = people.host()
    launch = ("/sessions", {"host": host.uuid}, bearer(people, host))
    assert await statuses(people.served.url, *[launch] * 5) == [201, 409, 409, 409, 409]


async def test_of_all_who_join_at_once_as_many_win_as_there_are_seats(people: ApiCallers) -> None:
    host, guests = people.host(), [people.host() for _ in range(10)]
    session, _ = people.session_of(host)
    joins = [
        ("/sessions/players", {"host": host.uuid, "guest": g.uuid}, bearer(people, g))
        for g in guests
    ]
    free = len(session.seats) - 1
    expected = [200] * free + [404] * (len(guests) - free)
    assert await statuses(people.served.url, *joins) == expected


def test_who_registers_too_often_is_told_when_to_come_back() -> None:
    with serving(registrations_per_hour=1) as served, recorded(served.url) as http:
        assert http.post("/hosts").status_code == 200
        answer = http.post("/hosts")
    why = "from this address come more than 1 registrations an hour; wait, then try again"
    assert told(answer) == (429, why)
    assert 0 < int(answer.headers["retry-after"]) <= 3_601


def test_who_guesses_uuids_too_often_is_told_when_to_come_back() -> None:
    with serving(logins_per_address=2) as served, recorded(served.url) as http:
        answers = [http.get(f"/hosts/{UNKNOWN}/access_token") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert "retry-after" in answers[2].headers


def test_a_user_may_host_too(http: httpx2.Client) -> None:
    form = {"username": "hosting.user", "password": PASSWORD}
    assert http.post("/users", data=form).status_code == 201
    headers = {"Authorization": f"Bearer {http.post('/users/login', data=form).text}"}
    assert http.get("/hosts/access_token/renew", headers=headers).status_code == 200
