"""Each way to get a catalogue wrong, and what the designer is told."""

from __future__ import annotations

import pytest

from tests.catalogue.samples import SAMPLE, changed, complaints

OTHER = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9cff"
INSTANCE = 'instance_template = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9c01"'
GROUP = 'template_group = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9c02"'
SCHEMA = 'value_jsonschema = { type = "object" }'
AT = "setting_types.controls.versions.1"

WRONG = {
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
        "auth.grants[0]: should be 'anon', 'basic', 'refresh', 'google', 'apple', 'epic', "
        "'xboxlive', 'ps4_v1', 'ps4_v3', 'ps5_v3', 'nintendo', 'nintendo_switch' or 'steam'",
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
    # Sessions
    "a type twice": (
        'session_type = "game"',
        'session_type = "party"',
        'templates[1].session_type: "party" is there twice, first in templates[0].session_type',
        'matchmaking.session_type: there is no template "game"',
    ),
    "more seats than there are": (
        "players_per_team = 24",
        "players_per_team = 24\nnum_teams = 100",
        "templates[2].players_per_team: 100 teams of 24 are more than 1023 seats",
    ),
    "a team of nobody": (
        "players_per_team = 24",
        "players_per_team = 0",
        "templates[2].players_per_team: should be greater than or equal to 1",
    ),
    "a hosted session open to all": (
        'session_type = "hosted"',
        'session_type = "hosted"\nwelcome = "open"',
        'templates[3].welcome: what a host launches is the host\'s to open: "host"',
    ),
    "a platform": (
        "platform_templates.Steam",
        "platform_templates.Stem",
        "templates[0].platform_templates: Stem: should be some of Amazon, Anon, Apple, Basic, "
        "Epic, Google, NintendoNAID, NintendoSwitch, PSN, Steam, Twitch, XboxLive",
    ),
    "a platform's long word": (
        'platform_session_type = "lobby"',
        f'platform_session_type = "{"l" * 129}"',
        "templates[0].platform_templates.Steam.platform_session_type: "
        "should have at most 128 characters",
    ),
    "another platform's number": (
        '{ platform_session_type = "lobby"',
        '{ platform_id = 9, platform_session_type = "lobby"',
        "templates[0].platform_templates: under Steam belong platform Steam and number 5",
    ),
    "a region twice": (
        'region_id = "us"',
        'region_id = "eu"',
        'regions[1].region_id: "eu" is there twice, first in regions[0].region_id',
    ),
    # Matches
    "a map twice": (
        'map_id = "harbour"',
        'map_id = "canyon"',
        'map_lists[0].maps[1].map_id: "canyon" is there twice, '
        "first in map_lists[0].maps[0].map_id",
    ),
    "too much weight": (
        "map_weight = 70",
        "map_weight = 700",
        "map_lists[0].maps[0].map_weight: should be less than or equal to 100",
    ),
    "a map list": (
        'map_list = "arena"',
        'map_list = "arenas"',
        'instance_templates[0].map_list: there is no map list "arenas"',
    ),
    "no UUID": (
        f'[[template_groups]]\nid = "{OTHER[:-2]}02"',
        '[[template_groups]]\nid = "best"',
        "template_groups[0].id: should be a UUID",
        f'queues[0].template_group: there is no group "{OTHER[:-2]}02"',
    ),
    "an instance template": (
        INSTANCE,
        f'instance_template = "{OTHER}"',
        f'profiles[0].instance_template: there is no instance template "{OTHER}"',
    ),
    "a rank": ("rank_id = 1", "rank_id = 7", 'profiles[0].rank_id: there is no rank "7"'),
    "sides of too few": (
        "min_players_per_side = 1",
        "min_players_per_side = 4",
        "profiles[0].max_players_per_side: 3 is less than min_players_per_side, 4",
    ),
    "sides of too many": (
        "num_sides = 2\nmin_players_per_side = 1\nmax_players_per_side = 3",
        "num_sides = 100\nmin_players_per_side = 1\nmax_players_per_side = 11",
        "profiles[0].max_players_per_side: 100 sides of 11 are more than 1023 seats",
    ),
    "a profile": (
        'profiles = ["arena-3v3"]',
        'profiles = ["arena"]',
        'template_groups[0].templates[0].profiles[0]: there is no profile "arena"',
    ),
    "a delay for nobody": (
        'id = "arena-3v3"',
        'id = "arena-3v3"\ndelay_s = 5',
        'profiles[0].delay_s: goes with join_mode "created_before", and that with a delay',
    ),
    "an item nobody counts": (
        'rule_type = "LinkingSize"',
        'item_id = 7, rule_type = "LinkingSize"',
        "template_groups[0].templates[0].ruleset.rules[0].item_id: "
        "only an Inventory rule counts one",
    ),
    "an inventory of nothing": (
        'rule_type = "LinkingSize"',
        'rule_type = "Inventory"',
        "template_groups[0].templates[0].ruleset.rules[0].item_id: "
        "missing: an Inventory rule counts it",
    ),
    "a way that is never reached": (
        "[[template_groups.templates]]",
        '[[template_groups.templates]]\nprofiles = ["arena-3v3"]\n'
        f'id = "{OTHER}"\n[[template_groups.templates]]',
        "template_groups[0].templates: [0] has no ruleset, so those after it are never reached",
    ),
    "a group": (
        GROUP,
        f'template_group = "{OTHER}"',
        f'queues[0].template_group: there is no group "{OTHER}"',
    ),
    "a party too large for its matches": (
        "max_queue_group_size = 3",
        "max_queue_group_size = 4",
        "queues[0].max_queue_group_size: 4 would never be matched: "
        "no profile has more than 3 on a side",
    ),
    "queues to nothing": (
        '[matchmaking]\nsession_type = "game"',
        "[matchmaking]",
        "matchmaking.session_type: missing: says what the matches of queues become",
    ),
    "a window that shrinks": (
        "max = 25.0",
        "max = 1.0",
        "matchmaking.window.max: 1 is less than start, 2",
    ),
    "a command that nothing runs": (
        'provider = "registry"',
        'provider = "registry"\ncommand = ["./server"]',
        'instances.command: only provider "exec" runs one',
    ),
    "nothing to run": (
        'provider = "registry"',
        'provider = "exec"',
        'instances.command: missing: provider "exec" runs it',
    ),
    "more than all checks": (
        "unhealthy_percent = 50.0",
        "unhealthy_percent = 101",
        "instances.health.unhealthy_percent: should be less than or equal to 100",
    ),
    "no maps": (
        "[[instance_templates]]",
        '[[map_lists]]\nid = "none"\nmaps = []\n[[instance_templates]]',
        "map_lists[1].maps: should not be empty",
    ),
    "maps that are never drawn": (
        "[[instance_templates]]",
        '[[map_lists]]\nid = "none"\nmaps = [{ map_id = "m", name = "m", map_weight = 0 }]\n'
        "[[instance_templates]]",
        "map_lists[1].maps: no map has a weight, so none is ever drawn",
    ),
    # What players have
    "a rating out of bounds": (
        "default_rank = 25.0",
        "default_rank = 61",
        "ranks[0].default_rank: 61 is not between 0 and 60, what is allowed",
    ),
    "bounds the wrong way round": (
        "max_rank_allowed = 60.0",
        "max_rank_allowed = -1.0",
        "ranks[0].max_rank_allowed: -1 is not more than min_rank_allowed, 0",
    ),
    "a certain draw": (
        "trueskill_draw_probability = 0.05",
        "trueskill_draw_probability = 1.0",
        "ranks[0].trueskill_draw_probability: should be less than 1",
    ),
    "a pattern": (
        '"^[a-z_]{1,32}$"',
        '"^[a-z"',
        f"{AT}.key_regex: no pattern that can be matched in linear time: unclosed character class",
    ),
    "a pattern that looks ahead": (
        '"^[a-z_]{1,32}$"',
        '"(?=a)a"',
        f"{AT}.key_regex: no pattern that can be matched in linear time: look-around, "
        "including look-ahead and look-behind, is not supported",
    ),
    "a pattern too long": (
        '"^[a-z_]{1,32}$"',
        f'"{"a" * 257}"',
        f"{AT}.key_regex: should have at most 256 characters",
    ),
    "a pattern too large": (
        '"^[a-z_]{1,32}$"',
        '"((a{1000}){1000}){100}"',
        f"{AT}.key_regex: no pattern that can be matched in linear time: "
        "Compiled regex exceeds size limit of 10485760 bytes.",
    ),
    "a schema": (
        SCHEMA,
        'value_jsonschema = { minLength = "1" }',
        f"{AT}.value_jsonschema: no JSON Schema: /minLength: '1' is not of type 'integer'",
    ),
    "a schema that is no JSON": (
        SCHEMA,
        "value_jsonschema = '{'",
        f"{AT}.value_jsonschema: no JSON: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    "a schema that is elsewhere": (
        SCHEMA,
        'value_jsonschema = { items = { "$ref" = "https://example.com/s.json" } }',
        f"{AT}.value_jsonschema: /items/$ref should refer to the schema itself: begin with #",
    ),
    "a schema with a slow pattern": (
        SCHEMA,
        "value_jsonschema = { pattern = '(a)\\1' }",
        f"{AT}.value_jsonschema: /pattern: no pattern that can be matched in linear time: "
        "backreferences are not supported",
    ),
    "a purchase twice": (
        "[[skus]]",
        '[[skus]]\nplatform = "Steam"\nsku = "starter_pack"\nitem_id = 1\n[[skus]]',
        'skus[1]: "Steam starter_pack" is there twice, first in skus[0]',
    ),
    "an endpoint twice": (
        "[[custom_endpoints]]",
        '[[custom_endpoints]]\nid = "daily-news"\nurl = "https://example.com"\n'
        "[[custom_endpoints]]",
        'custom_endpoints[1].id: "daily-news" is there twice, first in custom_endpoints[0].id',
    ),
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
