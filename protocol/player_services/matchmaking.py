"""Matchmaking configuration: profiles, rulesets, and what game servers are started with."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.instances import HostType
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    String,
    Uuid,
)

Weight = Annotated[float, Field(ge=0, le=100)]
Items = Annotated[list[Integer], Field(json_schema_extra={"uniqueItems": True})]


class MapConfig(Message):
    """A map, in the older form."""

    map_game_id: Annotated[int, Field(ge=0), described("Number of the map.", 1)] = 0
    map_name: Annotated[String, described("The map to load.", "/Game/Canyon")]
    mode: Annotated[Maybe[String], described("The game mode to load.", "/Game/Duel")] = None
    selection_chance: Annotated[
        Weight, described("Weight of the map in the draw, relative to the others of its list.", 70)
    ] = 0
    custom_data: CustomData = EMPTY_MAP


class MapSelectionList(Message):
    """A list of maps, in the older form."""

    map_selection_list_id: Annotated[String, described("Id of the list.", "arena")]
    maps: Annotated[list[MapConfig], described("The maps of the list.")]


class InstanceLaunchTemplate(Message):
    """What instances are started with, in the older form."""

    instance_launch_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]
    map_selection_list: Annotated[MapSelectionList, described("The maps that one is drawn from.")]
    default_host_type: Annotated[
        HostType, described("Who hosts instances that are started from this template.")
    ]
    custom_data: CustomData = EMPTY_MAP


class MapConfigV2(Message):
    """A map."""

    map_id: Annotated[String, described("Id of the map.", "m1")]
    name: Annotated[String, described("The map to load.", "/Game/Canyon")]
    mode: Annotated[Maybe[String], described("The game mode to load.", "/Game/Duel")] = None
    map_weight: Annotated[
        Weight, described("Weight of the map in the draw, relative to the others of its list.", 70)
    ]
    custom_data: CustomData = EMPTY_MAP


class MapSelectionListV2(Message):
    """A list of maps."""

    map_selection_list_id: Annotated[String, described("Id of the list.", "arena")]
    maps: Annotated[list[MapConfigV2], described("The maps of the list.")]


class InstanceRequestTemplate(Message):
    """What instances are started with."""

    instance_request_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]
    map_selection_list: Annotated[MapSelectionListV2, described("The maps that one is drawn from.")]
    default_host_type: Annotated[
        HostType, described("Who hosts instances that are started from this template.")
    ]
    custom_data: CustomData = EMPTY_MAP


class ProfileJoinMode(StrEnum):
    """Which matches a ticket takes part in: new ones, or those that need more players."""

    NORMAL = "normal"
    BACKFILL = "backfill"
    CREATED_BEFORE = "created_before"


class MMRGroupingMethod(StrEnum):
    """How a party's rating is made from its players' ratings."""

    WORST = "worst"
    BEST = "best"
    AVERAGE_BY_VARIANCE = "avg_weighted_by_sigma"
    AVERAGE = "avg"


class RuleType(StrEnum):
    """What a rule is about: an item's count, or the size of the party."""

    INVENTORY = "Inventory"
    LINKING_SIZE = "LinkingSize"


class Operation(StrEnum):
    """Comparisons."""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    LESS_THAN = "lt"
    LESS_THAN_EQUAL = "le"
    GREATER_THAN = "gt"
    GREATER_THAN_EQUAL = "ge"


class Determiner(StrEnum):
    """How many rules of a ruleset have to hold."""

    ALL = "allOf"
    ANY = "anyOf"
    ONE = "oneOf"
    NONE = "noneOf"


class Rule(Message):
    """A comparison that a party has to pass."""

    rule_type: Annotated[RuleType, described("What the rule is about.")]
    item_id: Annotated[
        Maybe[Integer],
        described("Item whose count is compared, where the rule is about an inventory.", 1001),
    ] = None
    comparison_operation: Annotated[
        Operation, described("How the party's value is compared with `comparison_value`.")
    ]
    comparison_value: Annotated[Integer, described("What the party's value is compared with.", 3)]


class MatchMakingRuleset(Message):
    """Which parties a template is for."""

    rules: Annotated[list[Rule], described("The rules.")]
    determiner: Annotated[Determiner, described("How many of the rules have to hold.")]


class MatchMakingProfile(Message):
    """A kind of match, in the older form."""

    profile_id: Annotated[Id, described("Id of the profile: a kind of match.", "duel3")]
    join_mode: Annotated[
        ProfileJoinMode, described("Which matches sessions of this profile take part in.")
    ] = ProfileJoinMode.NORMAL
    instance_launch_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]
    rank_id: Annotated[Maybe[String], described("Name of the kind of rating.", "1")] = None
    num_sides: Annotated[Maybe[Integer], described("How many sides a match has.", 2)] = None
    max_players_per_side: Annotated[Maybe[Integer], described("Most players of one side.", 3)] = (
        None
    )
    min_players_per_side: Annotated[Maybe[Integer], described("Fewest players of one side.", 1)] = (
        None
    )
    legacy_config: Annotated[
        CustomData, described("The game's own configuration of older clients.", {"mode": "duel"})
    ] = EMPTY_MAP


class MatchMakingTemplate(Message):
    """Kinds of match for some parties, in the older form."""

    match_making_template_id: Annotated[Maybe[Uuid], described("Id of the template.")] = None
    mmr_grouping_method: Annotated[
        MMRGroupingMethod, described("How a party's rating is made from those of its players.")
    ]
    ruleset: Annotated[
        Maybe[MatchMakingRuleset], described("Which parties the template is for; absent: any.")
    ] = None
    profiles: Annotated[
        list[MatchMakingProfile], described("Kinds of match that a ticket takes part in.")
    ]


class MatchMakingTemplateGroup(Message):
    """The templates of a queue, in the older form."""

    template_group_id: Annotated[Uuid, described("Id of the template group.")]
    template_options: Annotated[
        list[MatchMakingTemplate],
        described("The templates; a party gets the first whose ruleset it meets."),
    ]
    required_item_ids: Annotated[
        Items, described("Items that the rules of the templates count.", [1001])
    ] = EMPTY_LIST


class MatchMakingProfileV2(Message):
    """A kind of match: its sides, their sizes, its rating."""

    match_making_profile_id: Annotated[
        Id, described("Id of the profile: a kind of match.", "duel3")
    ]
    join_mode: Annotated[
        ProfileJoinMode, described("Which matches sessions of this profile take part in.")
    ] = ProfileJoinMode.NORMAL
    instance_request_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]
    rank_id: Annotated[Maybe[String], described("Name of the kind of rating.", "1")] = None
    num_sides: Annotated[Maybe[Integer], described("How many sides a match has.", 2)] = None
    max_players_per_side: Annotated[Maybe[Integer], described("Most players of one side.", 3)] = (
        None
    )
    min_players_per_side: Annotated[Maybe[Integer], described("Fewest players of one side.", 1)] = (
        None
    )
    legacy_config: Annotated[
        Maybe[dict[str, Any]],
        described("The game's own configuration of older clients.", {"mode": "duel"}),
    ] = None


class MatchMakingTemplateV2(Message):
    """Kinds of match for some parties."""

    match_making_template_id: Annotated[Maybe[Uuid], described("Id of the template.")] = None
    mmr_grouping_method: Annotated[
        MMRGroupingMethod, described("How a party's rating is made from those of its players.")
    ]
    ruleset: Annotated[
        Maybe[MatchMakingRuleset], described("Which parties the template is for; absent: any.")
    ] = None
    profiles: Annotated[
        list[MatchMakingProfileV2], described("Kinds of match that a ticket takes part in.")
    ]


class MatchMakingTemplateGroupV2(Message):
    """The templates of a queue."""

    match_making_template_group_id: Annotated[
        Uuid, described("Id of the template group that the queue uses.")
    ]
    template_options: Annotated[
        list[MatchMakingTemplateV2],
        described("The templates; a party gets the first whose ruleset it meets."),
    ]
    required_item_ids: Annotated[
        Items, described("Items that the rules of the templates count.", [1001])
    ] = EMPTY_LIST


class LaunchTemplatePath(StrictModel):
    instance_launch_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]


class RequestTemplatePath(StrictModel):
    instance_request_template_id: Annotated[
        Uuid, described("Id of the template that instances are started from.")
    ]


class TemplateGroupPath(StrictModel):
    template_group_id: Annotated[Uuid, described("Id of the template group.")]
