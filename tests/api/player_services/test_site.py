"""What clients ask for besides the document."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.player_services import ServerAndCallers, bearer, player_services_server

PRESENCE = "/presence/v1/player/me/presence"


def test_sites_are_the_regions_in_their_order_and_numbered(door: ServerAndCallers) -> None:
    sites = door[0].get("/config/v1/site").json()
    assert [site["region_id"] for site in sites] == ["eu", "us", "lan"]
    assert sites[0] == {
        "site_id": 2,
        "region_id": "eu",
        "sort_order": 0,
        "custom_only": False,
        "message_name": "Europe",
    }
    assert sorted(site["site_id"] for site in sites) == [1, 2, 3]


def test_regions_that_are_called_by_numbers_keep_them(tmp_path: Path) -> None:
    file = tmp_path / "game.toml"
    regions = "".join(f'[[regions]]\nregion_id = "{id}"\n' for id in (7, 30))
    file.write_text(f'templates = [{{ session_type = "game" }}]\n{regions}')
    with player_services_server(catalogue=str(file)) as (http, _):
        sites = http.get("/config/v1/site").json()
    assert [site["site_id"] for site in sites] == [7, 30]


@pytest.mark.parametrize("path", ["/config/v1/site", "/config/v1/app_settings/client"])
def test_what_is_known_is_not_sent_again(path: str, door: ServerAndCallers) -> None:
    first = door[0].get(path)
    again = door[0].get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_the_time_is_that_of_the_lobby(door: ServerAndCallers) -> None:
    before = datetime.now(UTC)
    said = door[0].get("/config/v1/time/utc").json()
    assert said.endswith("Z")
    assert abs((datetime.fromisoformat(said) - before).total_seconds()) < 10


@pytest.mark.parametrize("said", [{}, {"status": "online"}, {"status": "offline"}, {"other": 1}])
def test_a_sign_of_life_is_taken(said: dict[str, object], door: ServerAndCallers) -> None:
    http, callers = door
    headers = bearer(callers.token(callers.player()))
    assert http.patch(PRESENCE, json=said, headers=headers).json() == {}


def test_a_status_that_is_none_is_refused(door: ServerAndCallers) -> None:
    http, callers = door
    headers = bearer(callers.token(callers.player()))
    for status in ("dancing", "", None, 1):
        assert http.patch(PRESENCE, json={"status": status}, headers=headers).status_code == 422


def test_links_name_the_platform_and_not_who_one_is_there(door: ServerAndCallers) -> None:
    http, callers = door
    player = callers.player()
    path = f"/users/v2/player/{player.uuid}/links"
    answer = http.get(path, headers=bearer(callers.token(player)))
    (link,) = answer.json()["links"]
    assert link == {
        "platform": "Anon",
        "platform_id": 2,
        "player_uuid": player.uuid,
        "player_id": player.number,
    }
    assert player.portal is not None
    assert player.portal.user not in answer.text
    host = callers.people.host()
    boss = bearer(callers.token(callers.machine("boss")))
    assert http.get(f"/users/v2/player/{host.uuid}/links", headers=boss).json() == {"links": []}
