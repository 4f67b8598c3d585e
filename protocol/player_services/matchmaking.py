"""How matches are put together, and how their game servers are started."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from protocol.codec import Words
from protocol.player_services.instances import HostType
from protocol.player_services.terms import (
    EMPTY,
    NONE,
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
    map_game_id: Annotated[int, Field(ge=0)] = 0
    map_name: String
    mode: Maybe[String] = None
    selection_chance: Weight = 0
    custom_data: CustomData = EMPTY


class MapSelectionList(Message):
    map_selection_list_id: String
    maps: list[MapConfig]


class InstanceLaunchTemplate(Message):
    instance_launch_template_id: Uuid
    map_selection_list: MapSelectionList
    default_host_type: HostType
    custom_data: CustomData = EMPTY


class MapConfigV2(Message):
    map_id: String
    name: String
    mode: Maybe[String] = None
    map_weight: Weight
    custom_data: CustomData = EMPTY


class MapSelectionListV2(Message):
    map_selection_list_id: String
    maps: list[MapConfigV2]


class InstanceRequestTemplate(Message):
    instance_request_template_id: Uuid
    map_selection_list: MapSelectionListV2
    default_host_type: HostType
    custom_data: CustomData = EMPTY


class ProfileJoinMode(StrEnum):
    NORMAL = "normal"
    BACKFILL = "backfill"
    CREATED_BEFORE = "created_before"


class MMRGroupingMethod(StrEnum):
    WORST = "worst"
    BEST = "best"
    AVERAGE_BY_VARIANCE = "avg_weighted_by_sigma"
    AVERAGE = "avg"


class RuleType(StrEnum):
    INVENTORY = "Inventory"
    LINKING_SIZE = "LinkingSize"


class Operation(StrEnum):
    EQUAL = "eq"
    NOT_EQUAL = "ne"
    LESS_THAN = "lt"
    LESS_THAN_EQUAL = "le"
    GREATER_THAN = "gt"
    GREATER_THAN_EQUAL = "ge"


class Determiner(StrEnum):
    ALL = "allOf"
    ANY = "anyOf"
    ONE = "oneOf"
    NONE = "noneOf"


class Rule(Message):
    rule_type: RuleType
    item_id: Maybe[Integer] = None
    comparison_operation: Operation
    comparison_value: Integer


class MatchMakingRuleset(Message):
    rules: list[Rule]
    determiner: Determiner


class MatchMakingProfile(Message):
    profile_id: Id
    join_mode: ProfileJoinMode = ProfileJoinMode.NORMAL
    instance_launch_template_id: Uuid
    rank_id: Maybe[String] = None
    num_sides: Maybe[Integer] = None
    max_players_per_side: Maybe[Integer] = None
    min_players_per_side: Maybe[Integer] = None
    legacy_config: CustomData = EMPTY


class MatchMakingTemplate(Message):
    match_making_template_id: Maybe[Uuid] = None
    mmr_grouping_method: MMRGroupingMethod
    ruleset: Maybe[MatchMakingRuleset] = None
    profiles: list[MatchMakingProfile]


class MatchMakingTemplateGroup(Message):
    template_group_id: Uuid
    template_options: list[MatchMakingTemplate]
    required_item_ids: Items = NONE


class MatchMakingProfileV2(Message):
    match_making_profile_id: Id
    join_mode: ProfileJoinMode = ProfileJoinMode.NORMAL
    instance_request_template_id: Uuid
    rank_id: Maybe[String] = None
    num_sides: Maybe[Integer] = None
    max_players_per_side: Maybe[Integer] = None
    min_players_per_side: Maybe[Integer] = None
    legacy_config: Maybe[dict[str, Any]] = None


class MatchMakingTemplateV2(Message):
    match_making_template_id: Maybe[Uuid] = None
    mmr_grouping_method: MMRGroupingMethod
    ruleset: Maybe[MatchMakingRuleset] = None
    profiles: list[MatchMakingProfileV2]


class MatchMakingTemplateGroupV2(Message):
    match_making_template_group_id: Uuid
    template_options: list[MatchMakingTemplateV2]
    required_item_ids: Items = NONE


class LaunchTemplatePath(Words):
    instance_launch_template_id: Uuid


class RequestTemplatePath(Words):
    instance_request_template_id: Uuid


class TemplateGroupPath(Words):
    template_group_id: Uuid
