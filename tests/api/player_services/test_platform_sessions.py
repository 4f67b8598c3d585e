"""Coming into a session through the one that a platform keeps behind it, and going out that way."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import hosts
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM
from tests.support.player_services import Callers, bearer, numbers

STEAM = "/session/v1/platform/Steam/platform-session"
CLIENT = {
    "client_version": "1.4.0",
    "client_settings": {"platform": "Steam", "input": "gamepad"},
}
JOINING = {**CLIENT, "team_id": 0}


@dataclass
class Party:
    """Led by a player, not joinable, with a session of the platform's behind it."""

    http: httpx2.Client
    callers: Callers
    leader: Account
    id: str
    content: bytes
    platform_id: str

    def ask(self, who: Account, method: str, path: str, **sent: Any) -> httpx2.Response:
        headers = bearer(self.callers.token(who)) | sent.pop("headers", {})
        return self.http.request(method, path, headers=headers, **sent)

    def friend(self) -> Account:
        """A new player, who has logged in through Steam."""
        return self.callers.of_platform(self.callers.player())

    def join(self, who: Account, id: str | None = None) -> httpx2.Response:
        return self.ask(who, "POST", f"{STEAM}/{id or self.platform_id}/player/me", json=JOINING)

    def leave(self, who: Account) -> httpx2.Response:
        return self.ask(who, "DELETE", f"{STEAM}/{self.platform_id}/player/me")

    def link(self, who: Account, method: str = "POST", **of: str) -> httpx2.Response:
        id = of.get("id", self.platform_id)
        return self.ask(who, method, f"{STEAM}/{id}/session/{self.id}")

    def read(self, who: Account, **headers: str) -> httpx2.Response:
        return self.ask(who, "GET", f"{STEAM}/{self.platform_id}", headers=headers)

    def session(self, who: Account) -> httpx2.Response:
        return self.ask(who, "GET", f"/session/v1/session/{self.id}")

    def members(self) -> list[str]:
        teams = self.session(self.leader).json()["teams"]
        return [player["player_uuid"] for team in teams for player in team["players"]]


@pytest.fixture
def party(door: tuple[httpx2.Client, Callers]) -> Party:
    http, callers = door
    leader, token = (
        callers.of_platform(callers.player()),
        b"\xfb\xef\xbe\xff\xff\xff:%d" % next(numbers),
    )
    headers = bearer(callers.token(leader))
    made = http.post(
        "/session/v1/session", json={**CLIENT, "session_type": "party"}, headers=headers
    )
    id = urlsafe_b64encode(token).decode()
    party = Party(http, callers, leader, made.json()["session_id"], token, id)
    assert party.link(leader).status_code == 200
    return party


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


def test_the_platform_lets_in_where_the_session_is_not_joinable(party: Party) -> None:
    friend = party.friend()
    plain = party.ask(friend, "POST", f"/session/v1/session/{party.id}/player/me", json=JOINING)
    assert code(plain) == (403, "session_not_joinable")
    joined = party.join(friend)
    assert joined.status_code == 200
    assert friend.uuid in party.members()
    seen = party.session(friend)
    assert (joined.json(), joined.headers["etag"]) == (seen.json(), seen.headers["etag"])


def test_an_id_is_alike_in_either_alphabet_with_padding_or_without(party: Party) -> None:
    plain = b64encode(party.content).decode()
    assert {"+", "/"} <= set(plain)
    plain = plain.replace("/", "%2F")
    assert "-" in party.platform_id
    for id in (party.platform_id, party.platform_id.rstrip("="), plain, plain.rstrip("=")):
        assert party.join(party.friend(), id).status_code in (200, 409)
        assert party.link(party.leader, id=id).status_code == 200
    linked = party.session(party.leader).json()["platform_session"]
    assert [one["platform_session_id_base64"] for one in linked] == [party.platform_id]


def test_whom_the_host_has_banned_stays_out(party: Party) -> None:
    banned, lobby = party.friend(), party.callers.served.lobby
    party.callers.served.do(hosts.ban(lobby, SYSTEM, host=party.leader.uuid, guest=banned.uuid))
    assert code(party.join(banned)) == (404, "platform_session_not_found")
    assert banned.uuid not in party.members()


def test_a_full_session_stays_full(party: Party) -> None:
    for _ in range(3):
        assert party.join(party.friend()).status_code == 200
    assert code(party.join(party.friend())) == (409, "session_full")


def test_who_leaves_has_left_our_session_and_the_link_stays(party: Party) -> None:
    friend = party.friend()
    party.join(friend)
    assert party.leave(friend).status_code == 204
    assert party.members() == [party.leader.uuid]
    assert code(party.leave(friend)) == (404, "platform_player_not_found")
    assert party.read(party.leader).status_code == 200


def test_who_is_only_invited_is_not_in_the_platforms_session(party: Party) -> None:
    friend = party.friend()
    path = f"/session/v1/session/{party.id}/player/{friend.uuid}"
    invited = {"status": "invited", "team_id": 0}
    assert party.ask(party.leader, "POST", path, json=invited).status_code == 200
    assert code(party.leave(friend)) == (404, "platform_player_not_found")
    assert friend.uuid in party.members()


def test_a_game_server_brings_a_player_in_and_takes_them_out(party: Party) -> None:
    server, friend = party.callers.machine("server"), party.friend()
    path = f"{STEAM}/{party.platform_id}/player/{friend.uuid.upper()}"
    joined = party.ask(server, "POST", path, json=JOINING, params={"player_id": friend.number})
    assert joined.status_code == 200
    assert friend.uuid in party.members()
    assert server.uuid not in party.members()
    assert party.ask(server, "DELETE", path).status_code == 204
    assert party.members() == [party.leader.uuid]


def test_a_player_does_so_for_nobody_else(party: Party) -> None:
    friend = party.friend()
    party.join(friend)
    path = f"{STEAM}/{party.platform_id}/player/{friend.uuid}"
    for method, body in (("POST", JOINING), ("DELETE", None)):
        answer = party.ask(party.leader, method, path, json=body)
        assert code(answer) == (403, "insufficient_permissions")
    assert friend.uuid in party.members()


def test_unlinking_leaves_everybody_where_they_are(party: Party) -> None:
    friend = party.friend()
    party.join(friend)
    assert party.link(friend, "DELETE").status_code == 204
    assert set(party.members()) == {party.leader.uuid, friend.uuid}
    for answer in (party.join(friend), party.leave(friend), party.read(friend)):
        assert code(answer) == (404, "platform_session_not_found")


def test_who_links_second_is_told_when_to_come_back(party: Party) -> None:
    again = party.link(party.leader)
    assert again.status_code == 200
    refused = party.link(party.leader, id="QW5vdGhlcg==")
    assert code(refused) == (409, "platform_session_exists")
    assert refused.headers["retry-after"] == "1"


def test_a_link_is_read_again_only_when_it_has_changed(party: Party) -> None:
    first = party.read(party.leader)
    same = party.read(party.leader, **{"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    party.join(party.friend())
    assert party.read(party.leader, **{"If-None-Match": first.headers["etag"]}).status_code == 200


def test_what_is_no_base64_is_no_id(party: Party) -> None:
    answer = party.join(party.leader, "A")
    assert answer.status_code == 422
    (wrong,) = answer.json()["detail"]
    assert wrong["loc"] == ["path", "platform_session_id_base64"]
