"""Notifications over HTTP: what is posted is read again, from either end, by whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from lobby.actions.notifications import notifications
from lobby.actions.notifications.notifications import KEPT, KEPT_SECONDS
from lobby.domain.accounts import Account
from protocol import topics
from protocol.events import InboxEntry
from tests.api.player_services.rows.notifications import instance_of
from tests.support.player_services import Callers, bearer, player_services_server

N = "/notification/v1"


@dataclass
class Post:
    """A game server that posts, and a player who reads."""

    http: httpx2.Client
    callers: Callers
    player: Account
    server: Account

    def get(self, path: str, *, by: Account | None = None, **query: Any) -> httpx2.Response:
        headers = bearer(self.callers.token(by or self.player))
        return self.http.get(f"{N}{path}", params=query, headers=headers)

    def send(self, *texts: str, to: str | None = None, **more: object) -> httpx2.Response:
        said = {"notifications": [{"message": text, **more} for text in texts]}
        path = f"{N}{to or f'/player/{self.player.uuid}'}/notification"
        return self.http.post(path, json=said, headers=bearer(self.callers.token(self.server)))

    def page(self, **query: Any) -> list[str]:
        return messages(self.get("/player/me/notification", **query))


def messages(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["message"] for one in answer.json()["notifications"]]


@pytest.fixture(scope="module")
def everybody() -> Iterator[tuple[httpx2.Client, Callers]]:
    with player_services_server() as everybody:
        yield everybody


@pytest.fixture
def post(everybody: tuple[httpx2.Client, Callers]) -> Post:
    http, callers = everybody
    return Post(http, callers, callers.player(), callers.machine("server"))


def test_what_is_posted_is_read_as_it_was_said(post: Post) -> None:
    said: dict[str, Any] = {
        "rh_url": "/session/v1/session/77",
        "etag": '"3-f"',
        "custom_data": {"k": "v"},
    }
    id = post.send("Look again.", **said).json()["notification_id"]
    one = post.get(f"/player/me/notification/{id}").json()
    created = one.pop("created")
    assert one == {"notification_id": id, "message": "Look again.", **said}
    assert created.endswith("Z")
    assert len(created) == len("2023-11-01T12:00:00.000Z")


def test_a_player_has_one_stream_under_either_id(post: Post) -> None:
    number = post.player.number
    post.send("one")
    post.send("two", to=f"/playerid/{number}")
    paths = ["/player/me", f"/player/{post.player.uuid}", f"/player/{post.player.uuid.upper()}"]
    for path in [*paths, "/playerid/me", f"/playerid/{number}"]:
        assert messages(post.get(f"{path}/notification")) == ["two", "one"], path
        polled = post.get(f"{path}/stream/notification/lp", offset_reset_strategy="earliest")
        assert messages(polled) == ["one", "two"], path


def test_a_page_is_newest_first_and_a_list_keeps_its_order(post: Post) -> None:
    last = post.send("one", "two", "three").json()["notification_id"]
    page = post.get("/player/me/notification").json()["notifications"]
    assert [one["message"] for one in page] == ["three", "two", "one"]
    assert page[0]["notification_id"] == last


def test_pages_follow_each_other(post: Post) -> None:
    post.send(*(f"n{n}" for n in range(25)))
    ids = [
        one["notification_id"]
        for one in post.get("/player/me/notification", page_size=100).json()["notifications"]
    ]
    assert len(ids) == 25
    assert post.page() == [f"n{n}" for n in range(24, 14, -1)]
    assert post.page(start_at=ids[10]) == [f"n{n}" for n in range(14, 4, -1)]
    assert post.page(start_at=ids[23], page_size=5) == ["n1", "n0"]
    assert post.page(start_at=ids[0], exclude_before=ids[3]) == ["n24", "n23", "n22"]
    assert post.page(exclude_before=ids[0]) == []
    assert post.page(start_at=ids[3], exclude_before=ids[1]) == []


@pytest.mark.parametrize("unknown", ["nothing", "0", "-1", "01", "9" * 15, "9" * 400, "\u0663"])
def test_an_unknown_start_is_an_empty_page_and_an_unknown_end_is_none(
    post: Post, unknown: str
) -> None:
    post.send("one", "two")
    assert post.page(start_at=unknown) == []
    assert post.page(exclude_before=unknown) == ["two", "one"]


def test_an_empty_id_is_as_good_as_none(post: Post) -> None:
    post.send("one")
    assert post.page(start_at="", exclude_before="") == ["one"]


def test_a_page_that_has_not_changed_is_not_sent_again(post: Post) -> None:
    post.send("one")
    first = post.get("/player/me/notification")
    headers = bearer(post.callers.token(post.player)) | {"If-None-Match": first.headers["ETag"]}
    again = post.http.get(f"{N}/player/me/notification", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    post.send("two")
    changed = post.http.get(f"{N}/player/me/notification", headers=headers)
    assert messages(changed) == ["two", "one"]


@pytest.mark.parametrize("unknown", ["nothing", "0", "2", "1 ", "9" * 400])
def test_a_notification_that_is_not_there_is_said_to_be_missing(post: Post, unknown: str) -> None:
    post.send("one")
    missing = post.get(f"/player/me/notification/{unknown}")
    assert missing.status_code == 404
    assert missing.json()["error_code"] == "resource_not_found"
    assert missing.json()["auth_success"] is True


@pytest.mark.parametrize(
    "nobody",
    [
        "/player/00000000-0000-4000-8000-000000000000",
        "/playerid/999999999",
        "/playerid/-1",
        "/instance/none",
    ],
)
def test_a_stream_of_nobody_is_a_bad_id(post: Post, nobody: str) -> None:
    for answer in (
        post.send("hello", to=nobody),
        post.get(f"{nobody}/notification", by=post.server),
        post.get(f"{nobody}/stream/notification/lp", by=post.server, deadline=0),
        post.get(f"{nobody}/notification/1", by=post.server),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_id")


def test_whoever_may_not_ask_is_told_that_their_role_does_not_suffice(post: Post) -> None:
    other = post.callers.player()
    for answer in (
        post.get(f"/player/{other.uuid}/notification"),
        post.get(f"/playerid/{other.number}/stream/notification/lp"),
        post.get(f"/instance/{instance_of(post.callers, other)}/notification"),
    ):
        assert answer.status_code == 403
        assert answer.json()["error_code"] == "insufficient_role"
        assert answer.json()["auth_success"] is True


def test_whoever_hosts_an_instance_hears_what_is_said_to_it(post: Post) -> None:
    id = instance_of(post.callers, post.player)
    assert post.send("match over", to=f"/instance/{id}").status_code == 200
    assert messages(post.get(f"/instance/{id.upper()}/notification")) == ["match over"]
    assert post.page() == []


def test_an_empty_list_is_refused(post: Post) -> None:
    assert post.send().status_code == 422


def test_a_hundred_of_the_longest_are_taken_at_once(post: Post) -> None:
    texts = [f"{n}".ljust(4_096, "x") for n in range(100)]
    assert post.send(*texts).status_code == 200
    assert post.page(page_size=100) == texts[::-1]


def test_a_poll_with_a_place_gets_what_follows_it_oldest_first(post: Post) -> None:
    first = post.send("one").json()["notification_id"]
    post.send("two", "three", "four")

    def polled(**query: Any) -> list[str]:
        return messages(post.get("/player/me/stream/notification/lp", deadline=0, **query))

    assert polled(exclude_before=first) == ["two", "three", "four"]
    assert polled(exclude_before=first, max_page_size=2) == ["two", "three"]
    assert polled(exclude_before="4") == []


@pytest.mark.parametrize("unknown", ["", "nothing", "77", "0"])
def test_a_poll_without_a_known_place_begins_where_it_says(post: Post, unknown: str) -> None:
    post.send("one", "two")

    def polled(**query: Any) -> list[str]:
        path = "/player/me/stream/notification/lp"
        return messages(post.get(path, exclude_before=unknown, **query))

    assert polled(deadline=0) == polled(deadline=0, offset_reset_strategy="latest") == []
    assert polled(offset_reset_strategy="earliest") == ["one", "two"]


def test_only_the_newest_are_kept(post: Post) -> None:
    for _ in range(6):
        post.send(*(f"n{n}" for n in range(100)))
    assert post.page(start_at="100") == []
    assert post.get("/player/me/notification/100").status_code == 404
    assert len(post.page(start_at="101")) == 1
    polled = post.get("/player/me/stream/notification/lp", exclude_before="1", max_page_size=1)
    assert [one["notification_id"] for one in polled.json()["notifications"]] == [
        f"{600 - KEPT + 1}"
    ]


def test_what_is_older_than_a_day_is_read_by_nobody(post: Post) -> None:
    lobby, topic = post.callers.served.lobby, topics.inbox(post.player.uuid)
    old = InboxEntry(kind="message", message="old", at=lobby.clock() - KEPT_SECONDS - 1)
    post.callers.served.do(lobby.inbox.put(topic, *[old] * 12))
    assert post.page() == []
    assert post.get("/player/me/notification/1").status_code == 404
    post.send("new")
    assert post.page() == ["new"]
    polled = post.get("/player/me/stream/notification/lp", offset_reset_strategy="earliest")
    assert messages(polled) == ["new"]


def test_what_the_server_says_itself_is_named_by_its_kind(post: Post) -> None:
    lobby = post.callers.served.lobby
    entry = InboxEntry(
        kind="session_invited",
        session="77",
        host="h",
        message="Ann invites you.",
        version=1,
        view="outside",
        at=lobby.clock(),
    )
    post.callers.served.do(lobby.inbox.put(topics.inbox(post.player.uuid), entry))
    [told] = post.get("/player/me/notification").json()["notifications"]
    assert (told["message"], told["rh_url"], told["etag"]) == (
        "session_invited",
        "/session/v1/session/77",
        '"1-l"',
    )


def test_an_id_is_a_number_of_ours_or_nothing() -> None:
    assert [notifications.cursor(id) for id in ("1", "70", None, "", "007", "٣", "1e3")] == [
        1,
        70,
        None,
        None,
        None,
        None,
        None,
    ]
