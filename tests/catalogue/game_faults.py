"""What can be wrong with what a game offers: sessions, matches, and what players have."""

from __future__ import annotations

OTHER = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9cff"
INSTANCE = 'instance_template = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9c01"'
GROUP = 'template_group = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9c02"'
SCHEMA = 'value_jsonschema = { type = "object" }'
AT = "setting_types.controls.versions.1"

GAME_FAULTS: dict[str, tuple[str, ...]] = {
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
    "a power that there is not": (
        "players_per_team = 24",
        'players_per_team = 24\nleader_may = ["kick", "shout"]',
        "templates[2].leader_may[1]: should be 'all', 'invite', 'kick', 'move', 'update', 'entry', "
        "'list', 'close', 'promote', 'queue', 'teams' or 'play'",
    ),
    "all and more": (
        "players_per_team = 24",
        'players_per_team = 24\nleader_may = ["kick", "all"]',
        'templates[2].leader_may: "all" stands alone',
    ),
    "a power twice": (
        "players_per_team = 24",
        'players_per_team = 24\nleader_may = ["kick", "list", "kick"]',
        "templates[2].leader_may: kick: is there twice",
    ),
    "a host who does not lead": (
        'session_type = "hosted"',
        'session_type = "hosted"\nleader_may = ["kick"]',
        'templates[3].leader_may: what a host launches is the host\'s to lead: ["all"]',
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
"""By name: what the sample says, what somebody writes instead, and each line that they are told."""
