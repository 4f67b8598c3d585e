"""What is read of the queues, and how a session enters one and leaves it, over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from tests.api.player_services.rows.queues import GROUP, LAUNCHED

V1, V2 = "/session/v1", "/session/v2"
CLIENT = {"client_version": "1.0.0", "client_settings": {"platform": "Steam", "input": "gamepad"}}
READS = [
    f"{V1}/queues",
    f"{V2}/queues",
    f"{V1}/instance-launch-templates/{LAUNCHED}",
    f"{V1}/instance-request-template/{LAUNCHED}",
    f"{V1}/match-making-templates/{GROUP}",
    f"{V2}/match-making-templates/{GROUP}",
]


@pytest.fixture
def party(http: httpx2.Client) -> str:
    said = http.post(f"{V1}/session", json={**CLIENT, "session_type": "party"}).json()
    return f"{V1}/session/{said['session_id']}"


# What there is to read


def test_the_queues_are_shown_also_those_that_are_closed(http: httpx2.Client) -> None:
    crowd, closed = http.get(f"{V2}/queues").json()["queues"]
    assert crowd == {
        "queue_id": "crowd",
        "active": True,
        "max_queue_group_size": 4,
        "match_making_template_group_id": GROUP,
        "legacy_config": {"old": "yes"},
    }
    assert (closed["queue_id"], closed["active"]) == ("closed", False)


def test_old_clients_see_the_sizes_of_what_is_taken_by_default(http: httpx2.Client) -> None:
    crowd, _ = http.get(f"{V1}/queues").json()["queues"]
    assert crowd == {
        "queue_id": "crowd",
        "active": True,
        "ranking_type": 1,
        "num_sides": 3,
        "max_players_per_side": 64,
        "min_players_per_side": 60,
        "max_queue_group_size": 4,
        "match_making_template_group_id": GROUP,
    }


@pytest.mark.parametrize("version", [V1, V2])
def test_queues_come_in_pages(http: httpx2.Client, version: str) -> None:
    def names(**query: int) -> list[str]:
        queues = http.get(f"{version}/queues", params=query).json()["queues"]
        return [queue["queue_id"] for queue in queues]

    assert names(page_size=1) == ["crowd"]
    assert names(page_size=1, cursor=1) == ["closed"]
    assert names(cursor=2) == []


def test_a_group_has_its_templates_in_order(http: httpx2.Client) -> None:
    group = http.get(f"{V2}/match-making-templates/{GROUP.upper()}").json()
    assert group["match_making_template_group_id"] == GROUP
    assert group["required_item_ids"] == [1001]
    first, default = group["template_options"]
    assert first["ruleset"]["determiner"] == "oneOf"
    assert first["ruleset"]["rules"][1] == {
        "rule_type": "Inventory",
        "item_id": 1001,
        "comparison_operation": "ge",
        "comparison_value": 1,
    }
    assert "item_id" not in first["ruleset"]["rules"][0]
    assert "ruleset" not in default
    crowd, late = default["profiles"]
    assert crowd["match_making_profile_id"] == "crowd"
    assert (crowd["rank_id"], crowd["legacy_config"]) == ("1", {"old": "yes"})
    assert (late["join_mode"], late["instance_request_template_id"]) == ("created_before", LAUNCHED)


def test_old_clients_see_the_same_under_other_names(http: httpx2.Client) -> None:
    group = http.get(f"{V1}/match-making-templates/{GROUP}").json()
    assert group["template_group_id"] == GROUP
    profile = group["template_options"][1]["profiles"][0]
    assert (profile["profile_id"], profile["instance_launch_template_id"]) == ("crowd", LAUNCHED)
    launched = http.get(f"{V1}/instance-launch-templates/{LAUNCHED}").json()
    assert launched["map_selection_list"]["maps"][0] == {
        "map_game_id": 7,
        "map_name": "/Game/Canyon",
        "mode": "/Game/Duel",
        "selection_chance": 70,
        "custom_data": {},
    }
    requested = http.get(f"{V1}/instance-request-template/{LAUNCHED}").json()
    assert requested["map_selection_list"]["maps"][1] == {
        "map_id": "harbour",
        "name": "/Game/Harbour",
        "map_weight": 30,
        "custom_data": {"light": "dim"},
    }
    assert (requested["default_host_type"], requested["custom_data"]) == (
        "dedicated",
        {"rules": "strict"},
    )


@pytest.mark.parametrize("path", READS)
def test_what_is_known_is_not_sent_again(http: httpx2.Client, path: str) -> None:
    etag = http.get(path).headers["etag"]
    again = http.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{V1}/instance-launch-templates/{GROUP}", "instance_template_not_found"),
        (f"{V1}/instance-request-template/{GROUP}", "instance_template_not_found"),
        (f"{V1}/match-making-templates/{LAUNCHED}", "template_group_not_found"),
        (f"{V2}/match-making-templates/{LAUNCHED}", "template_group_not_found"),
    ],
)
def test_what_there_is_not_is_404(http: httpx2.Client, path: str, code: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["error_code"]) == (404, code)


# Waiting


def test_a_session_waits_as_it_shows(http: httpx2.Client, party: str) -> None:
    before = http.get(party).headers["etag"]
    ticket = http.post(f"{party}/queue", json={"queue_id": "crowd"}).json()["ticket_id"]
    shown = http.get(party)
    assert shown.json()["matchmaking"] == {
        "ticket_id": ticket,
        "queue_id": "crowd",
        "queue_ids": ["crowd"],
        "profile_ids": ["crowd", "late"],
        "passed_queue_time_seconds": 0,
        "custom_data": {},
    }
    assert shown.headers["etag"] != before
    left = http.delete(f"{party}/queue")
    assert (left.status_code, left.content) == (204, b"")
    assert "matchmaking" not in http.get(party).json()
    codes = [event["event_code"] for event in http.get(f"{party}/event").json()["events"]]
    assert codes[-2:] == ["queue_joined", "queue_left"]


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.json()["auth_success"] is True
    return answer.status_code, answer.json()["error_code"]


def test_refusals_have_the_contracts_words(http: httpx2.Client, party: str) -> None:
    def join(queue: str, path: str = party) -> tuple[int, str]:
        return refusal(http.post(f"{path}/queue", json={"queue_id": queue}))

    assert join("nowhere") == (404, "queue_not_found")
    assert join("closed") == (409, "queue_inactive")
    assert join("crowd", f"{V1}/session/1024") == (404, "session_not_found")
    assert refusal(http.delete(f"{party}/queue")) == (404, "not_in_queue")
    assert http.post(f"{party}/queue", json={"queue_id": "crowd"}).status_code == 200
    assert join("crowd") == (409, "already_in_queue")
    moved = http.patch(party, json={"region_id": "us"})
    assert refusal(moved) == (409, "already_in_queue")


def test_a_session_of_another_type_does_not_wait(http: httpx2.Client) -> None:
    said = http.post(f"{V1}/session", json={**CLIENT, "session_type": "game"}).json()
    path = f"{V1}/session/{said['session_id']}/queue"
    answer = http.post(path, json={"queue_id": "crowd"})
    assert refusal(answer) == (403, "matchmaking_not_allowed")


def test_who_is_asked_nothing_answers_nothing(http: httpx2.Client, party: str) -> None:
    ticket = http.post(f"{party}/queue", json={"queue_id": "crowd"}).json()["ticket_id"]
    for word in ("accept", "decline"):
        answer = http.post(f"{V1}/queue/ticket/{ticket}/{word}")
        assert refusal(answer) == (409, "no_match_offered")
        answer = http.post(f"{V1}/queue/ticket/{GROUP}/{word}")
        assert refusal(answer) == (404, "ticket_not_found")


def test_a_party_waits_in_several_queues_and_is_told_which_take_it(
    http: httpx2.Client, party: str
) -> None:
    said = {"queue_ids": ["closed", "crowd"], "passed_queue_time_seconds": 60}
    answer = http.post(f"{party}/queue", json=said)
    ticket = answer.json()["ticket_id"]
    told = {"queue_ids": ["crowd"], "profile_ids": ["crowd", "late"]}
    assert answer.json() == {"ticket_id": ticket, **told, "passed_queue_time_seconds": 0}
    shown = http.get(party).json()["matchmaking"]
    assert shown == {**answer.json(), "queue_id": "crowd", "custom_data": {}}


def test_a_queue_has_to_be_named(http: httpx2.Client, party: str) -> None:
    wrong: list[dict[str, list[str]]] = [{}, {"queue_ids": []}, {"queue_ids": ["crowd"] * 11}]
    for said in wrong:
        assert http.post(f"{party}/queue", json=said).status_code == 422
    answer = http.post(f"{party}/queue", json={"queue_ids": ["crowd", "nowhere"]})
    assert refusal(answer) == (404, "queue_not_found")
