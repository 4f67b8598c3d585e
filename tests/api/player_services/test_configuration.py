"""What is read of the game's configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.player_services import GAME, ServerAndCallers, bearer, player_services_server

TEMPLATES = "/session/v1/template"
WRITTEN = tomllib.loads(GAME.read_text())


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server(trusted_proxies=["127.0.0.0/8"]) as door:
        yield door


@pytest.fixture(scope="module")
def http(door: ServerAndCallers) -> httpx2.Client:
    http, callers = door
    http.headers.update(bearer(callers.token(callers.player())))
    return http


# Templates


def test_every_template_is_shown_by_its_type_and_one_as_it_is_among_all(
    http: httpx2.Client,
) -> None:
    every = http.get(TEMPLATES).json()["templates"]
    assert {each["session_type"] for each in WRITTEN["templates"]} <= set(every)
    for type, shown in every.items():
        assert http.get(f"{TEMPLATES}/{type}").json() == shown


def test_a_template_says_what_the_catalogue_says_and_nothing_that_is_not_there(
    http: httpx2.Client,
) -> None:
    party = http.get(f"{TEMPLATES}/party").json()
    assert party["engine_session_type"] == "Party"
    assert (party["num_teams"], party["players_per_team"]) == (1, 4)
    assert party["platform_templates"]["Steam"] == {
        "platform_id": 5,
        "platform": "Steam",
        "platform_session_type": "lobby",
        "max_players": 4,
        "custom_data": {},
    }
    assert "auto_startup_params" not in party
    assert "welcome" not in party
    plaza = http.get(f"{TEMPLATES}/plaza").json()
    assert plaza["auto_startup_params"]["map"] == "/Game/Plaza"
    assert plaza["auto_browser_params"] == {"kind": "social"}


def test_a_type_that_there_is_not_is_404(http: httpx2.Client) -> None:
    answer = http.get(f"{TEMPLATES}/Party")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "session_template_not_found")


@pytest.mark.parametrize("path", [TEMPLATES, f"{TEMPLATES}/party"])
def test_what_is_known_is_not_sent_again(path: str, http: httpx2.Client) -> None:
    tag = http.get(path).headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    for known in (tag, f'"other", W/{tag}', "*"):
        answer = http.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    for other in ('"other"', tag.strip('"'), ""):
        assert http.get(path, headers={"If-None-Match": other}).status_code == 200


def test_two_lines_of_tags_are_one_list(http: httpx2.Client) -> None:
    tag = http.get(TEMPLATES).headers["etag"]
    headers = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert http.get(TEMPLATES, headers=headers).status_code == 304


# The rest


def test_regions_come_in_their_order_page_by_page(http: httpx2.Client) -> None:
    whole = http.get("/session/v1/regions").json()
    assert [region["region_id"] for region in whole["regions"]] == ["eu", "us", "lan"]
    assert whole["regions"][0]["description"] == "Europe"
    assert "description" not in whole["regions"][1]
    assert whole["cursor"] == 0
    found, cursor = [], 0
    while True:
        params = {"cursor": cursor, "page_size": 2}
        page = http.get("/session/v1/regions", params=params).json()
        found.append(page["regions"])
        if not (cursor := page["cursor"]):
            break
    first, second = found
    assert (len(first), [*first, *second]) == (2, whole["regions"])
    beyond = http.get("/session/v1/regions", params={"cursor": 2**53}).json()
    assert beyond == {"regions": [], "cursor": 0}


def test_how_often_a_host_reports_is_the_catalogues(http: httpx2.Client) -> None:
    assert http.get("/session/v1/instance/health/config").json() == {
        "cadence_seconds": 600,
        "unhealthy_health_check_percentage": 50.0,
        "missed_checks_before_unknown": 6,
    }


@pytest.mark.parametrize(
    ("forwarded", "ip"),
    [
        (None, "127.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:3::4"),
        ("nonsense", "127.0.0.1"),
    ],
)
def test_a_caller_is_seen_where_a_proxy_that_is_ours_says(
    forwarded: str | None, ip: str, http: httpx2.Client
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert http.get("/session/v1/connection-info", headers=headers).json() == {"ip": ip}


def test_nobody_elses_word_counts_for_where_a_caller_is() -> None:
    with player_services_server() as (http, callers):
        headers = bearer(callers.token(callers.player())) | {"X-Forwarded-For": "203.0.113.9"}
        said = http.get("/session/v1/connection-info", headers=headers).json()
    assert said == {"ip": "127.0.0.1"}
