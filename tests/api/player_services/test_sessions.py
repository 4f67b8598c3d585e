"""Sessions as a whole, over HTTP: made, read, changed, and how much of one each caller sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lobby import expiring_keys
from lobby.domain.sessions.instances import (
    HostType,
    Instance,
    JoinParams,
    JoinStatus,
    StartupParams,
)
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.platform_sessions import PlatformSession
from tests.support.http_players import HttpGame, Player, http_game, of, refusal, seat, seats


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


# Making


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"session_type": "none"}, (404, "session_template_not_found")),
        ({"session_type": "match"}, (403, "session_type_not_creatable")),
        ({"session_type": "hosted"}, (403, "session_type_not_creatable")),
        ({"session_type": "game", "region_id": "moon"}, (400, "region_not_found")),
    ],
)
def test_what_cannot_be_made_is_refused_and_why(
    game: HttpGame, said: dict[str, Any], refused: tuple[int, str]
) -> None:
    player = game.player()
    assert refusal(player.ask_to_create(**said)) == refused
    assert player.sessions() == {}


def test_a_session_is_made_as_its_type_says(game: HttpGame) -> None:
    ann = game.player()
    made = ann.read(ann.create("game", region_id="eu"))
    assert (made["type"], made["region_id"], made["joinable"]) == ("game", "eu", False)
    assert (made["custom_data"], made["created_by_matchmaking"]) == ({}, False)
    assert not {"browser", "instance", "match", "matchmaking"} & made.keys()
    assert seat(made, ann)["status"] == "leader"
    plaza = ann.create("plaza")
    assert ann.read(plaza)["browser"] == {"custom_data": {"kind": "social"}}
    ann.revise(plaza, joinable=False)


def test_a_game_server_makes_what_players_do_not(game: HttpGame) -> None:
    server = game.machine()
    assert seat(server.read(server.create("match")), server)["status"] == "leader"


def test_the_platform_that_vouched_counts_and_the_name_before_the_number(game: HttpGame) -> None:
    vouched = game.from_platform("PSN")
    id = vouched.create()
    settings = {"platform": "PSN", "platform_id": 9, "input": "gamepad"}
    assert seat(vouched.read(id), vouched)["client_settings"] == settings


# Reading


def test_a_read_that_knows_the_tag_already_gets_nothing_again(game: HttpGame) -> None:
    ann, stranger = game.players(2)
    id = ann.create("game")
    full, limited = ann.get(id), stranger.get(id)
    assert full.headers["ETag"][-2:] + limited.headers["ETag"][-2:] == 'f"l"'
    assert ann.get(id, full.headers["ETag"]).status_code == 304
    assert ann.get(id, limited.headers["ETag"]).status_code == 200
    assert stranger.get(id, full.headers["ETag"]).status_code == 200
    changed = ann.revise(id, custom_data={"map": "x"})
    assert changed.headers["ETag"] == ann.get(id).headers["ETag"]
    assert ann.get(id, full.headers["ETag"]).status_code == 200
    same = ann.revise(id, custom_data={"map": "x"})
    assert same.headers["ETag"] == changed.headers["ETag"]


def test_reading_it_is_wanting_it_unless_the_reader_says_not(game: HttpGame) -> None:
    ann, stranger = game.players(2)
    readers: list[tuple[Player, dict[str, str], bool]] = [
        (ann, {"refresh_ttl": "false"}, False),
        (stranger, {}, False),
        (stranger, {"refresh_ttl": "true"}, False),
        (ann, {}, True),
        (ann, {"refresh_ttl": "true"}, True),
        (game.machine(), {}, True),
        (game.machine("support"), {"refresh_ttl": "false"}, False),
    ]
    for reader, query, wanted in readers:
        id = ann.create("game")
        version = game.kept(id).version
        before = terms(game)[expiring_keys.session_ttl(id)]
        assert reader.get(id, **query).status_code == 200
        assert (terms(game)[expiring_keys.session_ttl(id)] > before) is wanted
        assert game.kept(id).version == version


def terms(game: HttpGame) -> dict[str, float]:
    """When each time runs out."""
    lobby: Any = game.callers.served.lobby
    return dict(lobby.timers._due)


SECRET = {"rh.SessionSecurityToken": "sesame"}


def played(game: HttpGame, ann: Player) -> str:
    """A session of which everything is known that can be."""
    id = ann.open("party")
    instance = Instance(
        "there",
        HostType.PLAYER,
        JoinStatus.JOINABLE,
        created=1.0,
        host=ann.uuid,
        host_number=ann.account.number,
        allocation=f"a-{id}",
        process="p",
        server="s",
        startup=StartupParams("/Game/Canyon", "duel", "?secret", dict(SECRET)),
        join=JoinParams("203.0.113.7:7777", "10.0.0.7:7777", dict(SECRET)),
        version="1.0.0",
        custom_data=dict(SECRET),
    )
    instance.id = f"i-{id}"
    game.change(
        id,
        instance=instance,
        match=Match("m", created=1.0),
        listing={"map": "canyon"},
        platform_sessions=[PlatformSession("Steam", f"i{id}", "lobby")],
    )
    return id


def test_a_stranger_sees_who_plays_and_not_how_to_get_there(game: HttpGame) -> None:
    ann, bob, invited, stranger = game.players(4)
    id = played(game, ann)
    bob.join(id, custom_data={"hat": "red"})
    ann.place(id, invited, status="invited", custom_data={"from": "ann"})
    game.machine().place(id, stranger, status="reserved", custom_data={"why": "matched"})
    game.change(id, ticket="t")
    limited = stranger.read(id)
    assert "matchmaking" not in limited
    assert limited["instance"] == {
        "instance_id": f"i-{id}",
        "host_type": "player",
        "join_status": "joinable",
        "version": "1.0.0",
        "created": "1970-01-01T00:00:01.000Z",
        "custom_data": {},
        "instance_startup_params": {
            "map": "/Game/Canyon",
            "mode": "duel",
            "misc_params": "",
            "custom_data": {},
        },
    }
    assert seats(limited) == [{ann.uuid: "leader", bob.uuid: "member", invited.uuid: "invited"}]
    assert seat(limited, bob)["custom_data"] == {}
    assert (limited["browser"], limited["joinable"]) == ({"custom_data": {"map": "canyon"}}, True)
    assert limited["match"]["match_id"] == "m"
    assert seat(invited.read(id), invited)["custom_data"] == {"from": "ann"}
    assert SECRET["rh.SessionSecurityToken"] not in stranger.get(id).text
    assert SECRET["rh.SessionSecurityToken"] not in invited.get(id).text


@pytest.mark.parametrize("who", ["leader", "member", "server", "support"])
def test_whoever_is_in_it_or_may_read_any_sees_it_whole(game: HttpGame, who: str) -> None:
    ann, member, reserved = game.players(3)
    id = played(game, ann)
    member.join(id, custom_data={"hat": "red"})
    game.machine().place(id, reserved, status="reserved")
    game.change(id, ticket="t")
    reader = {"leader": ann, "member": member}.get(who) or game.machine(who)
    whole = reader.read(id)
    instance = whole["instance"]
    assert whole["matchmaking"]["ticket_id"] == "t"
    assert instance["join_params"]["custom_data"] == instance["custom_data"] == SECRET
    assert instance["instance_startup_params"]["misc_params"] == "?secret"
    assert instance["host_player_uuid"] == ann.uuid
    assert instance["host_player_id"] == ann.account.number
    assert instance["allocation_id"] == f"a-{id}"
    assert seat(whole, member)["custom_data"] == {"hat": "red"}
    assert seat(whole, reserved)["status"] == "reserved"


def test_of_a_game_server_no_player_is_said_to_host(game: HttpGame) -> None:
    ann = game.player()
    id = played(game, ann)
    instance = game.kept(id).instance
    assert instance is not None
    instance.host_type = HostType.DEDICATED
    game.change(id, instance=instance)
    whole = ann.read(id)["instance"]
    assert not {"host_player_uuid", "host_player_id"} & whole.keys()
    assert (whole["host_dedicated_process_id"], whole["host_dedicated_server_id"]) == ("p", "s")


def test_who_is_banned_by_the_leader_finds_no_session_unless_they_sit_there(game: HttpGame) -> None:
    ann, bob, banned, stays = game.players(4)
    id = ann.open("game", bob, stays)
    for host, guest in ((ann, banned), (bob, stays)):
        game.ban(host, guest)
    assert refusal(banned.get(id)) == (404, "session_not_found")
    assert refusal(banned.join(id)) == (404, "session_not_found")
    assert refusal(banned.ask(id)) == (404, "session_not_found")
    assert refusal(ann.place(id, banned, status="invited")) == (403, "guest_not_welcome")
    ann.place(id, bob, status="leader")
    assert seat(stays.read(id), stays)["status"] == "member"


# Changing


def test_what_is_not_said_stays_and_custom_data_is_replaced_whole(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create("game", region_id="eu")
    ann.revise(id, custom_data={"rh.MapName": "canyon", "rh.GameModeName": "duel"})
    ann.revise(id, joinable=True)
    changed = ann.revise(id, custom_data={"rh.MapName": "harbour"}).json()
    assert changed["custom_data"] == {"rh.MapName": "harbour"}
    assert (changed["joinable"], changed["region_id"]) == (True, "eu")
    assert ann.revise(id, region_id="us", custom_data={}).json()["custom_data"] == {}
    assert ann.read(id)["region_id"] == "us"
    assert ann.revise(id).status_code == 200


@pytest.mark.parametrize(
    ("custom_data", "status"),
    [
        ({"k" * 256: "v" * 4096}, 200),
        ({"k" * 257: "v"}, 422),
        ({"k": "v" * 4097}, 422),
        ({"k": ""}, 422),
        ({"k": 1}, 422),
    ],
)
def test_custom_data_has_keys_and_values_of_bounded_length(
    game: HttpGame, custom_data: Any, status: int
) -> None:
    ann = game.player()
    id = ann.create("game")
    assert ann.revise(id, custom_data=custom_data).status_code == status
    joined = ann.join(id, custom_data=custom_data)
    assert joined.status_code == status


def test_a_region_that_there_is_not_is_refused_and_one_is_not_left_while_queued(
    game: HttpGame,
) -> None:
    ann = game.player()
    id = ann.create("party", region_id="eu")
    assert refusal(ann.revise(id, region_id="moon")) == (400, "region_not_found")
    game.change(id, ticket="t")
    assert refusal(ann.revise(id, region_id="us")) == (409, "already_in_queue")
    assert ann.revise(id, region_id="eu", custom_data={"map": "x"}).status_code == 200


def test_only_who_leads_serves_or_stands_above_it_changes_a_session(game: HttpGame) -> None:
    ann, member, invited, stranger, host = game.players(5)
    id = ann.open("party", member)
    ann.invite(id, invited)
    for who in (member, invited, stranger, host, game.machine("support")):
        assert refusal(who.revise(id, joinable=True)) == (403, "insufficient_permissions")
    game.change(id, instance=Instance(f"i-{id}", HostType.DEDICATED, JoinStatus.PENDING, 1.0))
    instance = game.kept(id).instance
    assert instance is not None
    instance.host = host.uuid
    game.change(id, instance=instance)
    for who in (ann, host, game.machine(), game.machine("boss")):
        assert who.revise(id, custom_data={"by": who.uuid}).status_code == 200
    assert host.get(id).headers["ETag"].endswith('f"')


def test_what_was_changed_is_in_its_log(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("party", bob)
    ann.revise(id, custom_data={"map": "x"})
    path = f"{of(id)}/event"
    codes = [e["event_code"] for e in ann.call("GET", path).json()["events"]]
    assert codes == [
        *("session_created", "player_joined", "session_updated", "player_joined"),
        "session_updated",
    ]
