"""Each way to get a catalogue wrong, and what the designer is told."""

from __future__ import annotations

import pytest

from tests.catalogue.game_faults import GAME_FAULTS
from tests.catalogue.session_faults import SESSION_FAULTS
from tests.support.catalogues import SAMPLE, changed, complaints

WRONG: dict[str, tuple[str, ...]] = {
    # Words and types
    "a section": ("[server]", "[sever]", "sever: there is no such word here; is server meant?"),
    "a word": (
        "session_ttl_s = 300",
        "session_ttl = 300",
        "server.session_ttl: there is no such word here; is session_ttl_s meant?",
    ),
    "a word missing": (
        'session_type = "plaza"',
        "",
        "templates[2].session_type: missing",
    ),
    "text for a number": (
        "players_per_team = 24",
        'players_per_team = "24"',
        "templates[2].players_per_team: should be a valid integer",
    ),
    "a number for yes or no": (
        "joinable = true",
        "joinable = 1",
        "templates[2].joinable: should be a valid boolean",
    ),
    "a number without end": (
        "default_rank = 25.0",
        "default_rank = inf",
        "ranks[0].default_rank: should be a number with an end",
    ),
    "a name with a space": (
        'queue_id = "ranked-3v3"',
        'queue_id = "ranked 3v3"',
        "queues[0].queue_id: should be letters, digits, _ . and -, a letter or digit first",
    ),
    "a role's name": (
        "[roles.caster]",
        '[roles."the caster"]',
        "roles.the caster: should be letters, digits, _ . and -, a letter or digit first",
    ),
    "NUL": (
        'description = "Europe"',
        'description = "Eur\\u0000pe"',
        "regions[0].description: must not contain NUL",
    ),
    "no time at all": (
        "session_ttl_s = 300",
        "session_ttl_s = 0",
        "server.session_ttl_s: should be greater than 0",
    ),
    "an address": (
        'url = "http://127.0.0.1:9100/news"',
        'url = "127.0.0.1:9100/news"',
        "custom_endpoints[0].url: should be an address like https://example.com/path",
    ),
    "an address with a password": (
        '\nurl = "http://',
        '\nurl = "http://me:secret@',
        "custom_endpoints[0].url: must have neither user, password nor fragment",
    ),
    # Who comes in
    "a way in": (
        'grants = ["anon", "basic"',
        'grants = ["anonymous", "basic"',
        "auth.grants[0]: should be 'anon', 'basic', 'refresh', 'password', 'google', 'apple', "
        "'epic', 'xboxlive', 'ps4_v1', 'ps4_v3', 'ps5_v3', 'nintendo', 'nintendo_switch' "
        "or 'steam'",
    ),
    "an agreement": (
        "agreements = { eula = 1, tos = 1 }",
        "agreements = { eua = 1 }",
        "auth.agreements.eua: should be 'eula', 'tos' or 'privacy_policy'",
    ),
    "a short secret": (
        '"env:GAME_CLIENT_SECRET"',
        '"kanari"',
        "auth.clients[0].secret: should have 8 characters or more",
    ),
    "a variable that is not set": (
        "env:GAME_SERVER_PASSWORD",
        "env:GAME_PASSWORD",
        "auth.basic_users[0].password: GAME_PASSWORD is not set in the environment",
    ),
    "a variable without a name": (
        "env:GAME_SERVER_PASSWORD",
        "env:",
        "auth.basic_users[0].password: env: is followed by the name of a variable",
    ),
    "a role that nobody defined": (
        'role = "dedicated_server"',
        'role = "server"',
        'auth.basic_users[0].role: there is no role "server"',
    ),
    "a permission": (
        '"session:read:config"]',
        '"session:reed:config"]',
        'roles.caster.permissions[3]: no operation asks for "session:reed:config"; '
        "your own begin with custom:",
    ),
    "a wildcard over nothing": (
        '"session:read:config"]',
        '"sessions:*"]',
        'roles.caster.permissions[3]: no operation asks for "sessions:*"; '
        "your own begin with custom:",
    ),
    "a wildcard where one is asked for": (
        'permission = "custom:news"',
        'permission = "custom:*"',
        'custom_endpoints[0].permission: no operation asks for "custom:*"; '
        "your own begin with custom:",
    ),
    "a built-in role's number": (
        "id = 40",
        "id = 99",
        'roles.caster.id: "99" is there twice, first in roles.admin.id',
    ),
    # Sessions, matches, and what players have
    **GAME_FAULTS,
    **SESSION_FAULTS,
}


@pytest.mark.parametrize(
    ("was", "becomes", "told"), [(w, b, t) for w, b, *t in WRONG.values()], ids=WRONG
)
def test_a_fault_is_told_with_its_place(was: str, becomes: str, told: list[str]) -> None:
    assert complaints(changed(was, becomes)) == told


def test_the_sample_has_no_fault() -> None:
    assert complaints(SAMPLE) == []


def test_all_faults_are_told_at_once_inside_rows_and_between_them() -> None:
    text = SAMPLE
    chosen = ["text for a number", "a rank", "a schema", "a region twice", "a short secret"]
    expected = []
    for name in chosen:
        was, becomes, *told = WRONG[name]
        text = text.replace(was, becomes, 1)
        expected += told
    assert sorted(complaints(text)) == sorted(expected)


def test_every_word_about_coming_in_staying_out_and_leading_is_got_wrong_here() -> None:
    words = {"entry", "friends_of", "codes", "code_ttl_s", "passwords", "kick_s", "leader_may"}
    words |= {"can_change_own_team", "deep_link", "uneven", "backfill"}
    places = [line.partition(": ")[0] for _, _, *told in WRONG.values() for line in told]
    assert {word for word in words if not any(word in place for place in places)} == set()


GOOD_LINKS = ["mygame://join/{code}", "mygame:/{code}", "https://game.test/join?code={code}#now"]


@pytest.mark.parametrize("address", [*GOOD_LINKS, "intent://j/{code}#Intent;scheme=mygame;end"])
def test_addresses_of_a_game_may_be_its_own_or_secure_ones(address: str) -> None:
    assert complaints(changed("[server]", f'[server]\ndeep_link = "{address}"')) == []


def test_sessions_that_are_kept_running_need_a_region() -> None:
    text = '[[templates]]\nsession_type = "plaza"\nmin_session_count = 1'
    told = "templates[0].min_session_count: there are no regions to keep them in"
    assert complaints(text) == [told]
    assert complaints(f'{text}\n[[regions]]\nregion_id = "eu"') == []


def test_matches_are_not_played_on_game_servers_that_there_are_not() -> None:
    text = """
[[map_lists]]
id = "arena"
maps = [{ map_id = "m", name = "/M", map_weight = 1 }]
[[instance_templates]]
id = "5d0c6a52-7d1e-4b7c-9c1d-000000000001"
map_list = "arena"
default_host_type = "dedicated"
"""
    told = (
        "instance_templates[0].default_host_type:"
        ' there are no game servers: instances.provider is "none"'
    )
    assert complaints(text + '[instances]\nprovider = "none"') == [told]
    assert complaints(text) == []
    hosted = text.replace("dedicated", "player")
    assert complaints(hosted + '[instances]\nprovider = "none"') == []


def test_no_game_server_asks_for_players_where_there_are_none() -> None:
    text = """
[[map_lists]]
id = "arena"
maps = [{ map_id = "m", name = "/M", map_weight = 1 }]
[[instance_templates]]
id = "5d0c6a52-7d1e-4b7c-9c1d-000000000001"
map_list = "arena"
default_host_type = "player"
[[ranks]]
rank_id = 1
[[profiles]]
id = "duel"
instance_template = "5d0c6a52-7d1e-4b7c-9c1d-000000000001"
rank_id = 1
max_players_per_side = 1
backfill = "server"
"""
    told = (
        "profiles[0].backfill: nobody asks for players;"
        ' there are no game servers: instances.provider is "none"'
    )
    assert complaints(text + '[instances]\nprovider = "none"') == [told]
    assert complaints(text) == []
    open = text.replace('"server"', '"open"')
    assert complaints(open + '[instances]\nprovider = "none"') == []


def test_clients_that_must_say_who_they_are_have_to_exist() -> None:
    told = "auth.clients: missing: require_client_credentials leaves everybody out"
    assert complaints("[auth]\nrequire_client_credentials = true") == [told]


@pytest.mark.parametrize("text", ["templates = 1", "queues = [1]", "roles = []", "[auth.clients]"])
def test_a_section_of_another_shape_is_told_and_stops_nothing(text: str) -> None:
    told = complaints(f"{text}\n[sever]")
    assert len(told) > 1
    assert any("should be" in line for line in told)
    assert "sever: there is no such word here; is server meant?" in told


ODD = ["1", '"x"', "[]", "{}", "[[1]]", "{ a = { b = 1 } }", "[{ id = [] }]", "1979-05-27", "nan"]


def test_whatever_stands_where_something_else_should_is_told_and_never_a_surprise() -> None:
    lines = SAMPLE.splitlines()
    told = 0
    for number, line in enumerate(lines):
        word, equals, value = line.partition(" = ")
        if not equals or line.startswith((" ", "#")) or value == "[":
            continue
        for odd in ODD:
            text = "\n".join([*lines[:number], f"{word} = {odd}", *lines[number + 1 :]])
            told += any(word.split(".")[0] in one for one in complaints(text))
    assert told > 500


def test_no_complaint_shows_a_secret() -> None:
    text = changed('"env:GAME_CLIENT_SECRET"', '"kanari"')
    environment = {"GAME_SERVER_PASSWORD": "kanari"}
    told = complaints(text, environment)
    assert len(told) == 2
    assert "kanari" not in "".join(told)
