"""Endpoints that read the configuration of matchmaking: queues, template groups, instances.

Each in two versions: the current one, and the older one of earlier clients.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Endpoint, Row
from lobby.api.player_services.configuration import CONFIG
from lobby.api.player_services.responses import CONDITIONAL, reads, tagged
from lobby.catalogue import Catalogue
from lobby.catalogue.instances import InstanceTemplate, MapList
from lobby.catalogue.matchmaking import GroupTemplate, ProfileRow, Queue, TemplateGroup
from lobby.domain.matchmaking.errors import InstanceTemplateNotFound, TemplateGroupNotFound
from protocol.player_services import matchmaking as words
from protocol.player_services import queues
from protocol.player_services.instances import HostType
from protocol.player_services.types import Message


async def list_queues(call: Call, query: queues.QueuesQuery) -> Response:
    """The queues, also those that nobody can join now."""
    page = [
        queues.QueueConfigV2(
            queue_id=one.queue_id,
            active=one.active,
            max_queue_group_size=one.max_queue_group_size,
            match_making_template_group_id=one.template_group,
            legacy_config=one.legacy_config,
        )
        for one in _page(call.lobby.catalogue, query)
    ]
    return _tagged(call, queues.QueuesResponseV2(queues=page))


async def list_old_queues(call: Call, query: queues.QueuesQuery) -> Response:
    """The queues in the older form: with the sizes of the default template's first profile."""
    catalogue = call.lobby.catalogue
    page = [_old_queue(catalogue, one) for one in _page(catalogue, query)]
    return _tagged(call, queues.QueuesResponse(queues=page))


async def get_request_template(call: Call, path: words.RequestTemplatePath) -> Response:
    """How a game server is started for a match."""
    template, maps = _launched(call.lobby.catalogue, path.instance_request_template_id)
    said = words.InstanceRequestTemplate(
        instance_request_template_id=template.id,
        map_selection_list=words.MapSelectionListV2(
            map_selection_list_id=maps.id,
            maps=[
                words.MapConfigV2(
                    map_id=one.map_id,
                    name=one.name,
                    mode=one.mode,
                    map_weight=one.map_weight,
                    custom_data=one.custom_data,
                )
                for one in maps.maps
            ],
        ),
        default_host_type=HostType(template.default_host_type),
        custom_data=template.custom_data,
    )
    return _tagged(call, said)


async def get_launch_template(call: Call, path: words.LaunchTemplatePath) -> Response:
    """How a game server is started for a match, in the older form."""
    template, maps = _launched(call.lobby.catalogue, path.instance_launch_template_id)
    said = words.InstanceLaunchTemplate(
        instance_launch_template_id=template.id,
        map_selection_list=words.MapSelectionList(
            map_selection_list_id=maps.id,
            maps=[
                words.MapConfig(
                    map_game_id=one.map_game_id,
                    map_name=one.name,
                    mode=one.mode,
                    selection_chance=one.map_weight,
                    custom_data=one.custom_data,
                )
                for one in maps.maps
            ],
        ),
        default_host_type=HostType(template.default_host_type),
        custom_data=template.custom_data,
    )
    return _tagged(call, said)


async def get_template_group(call: Call, path: words.TemplateGroupPath) -> Response:
    """The matchmaking templates of a queue; the first one that suits is used."""
    catalogue = call.lobby.catalogue
    group = _group(catalogue, path.template_group_id)
    options = [
        words.MatchMakingTemplateV2(
            match_making_template_id=one.id,
            mmr_grouping_method=words.MMRGroupingMethod(one.mmr_grouping_method),
            ruleset=_ruleset(one),
            profiles=[_profile(catalogue.by_profile[id]) for id in one.profiles],
        )
        for one in group.templates
    ]
    said = words.MatchMakingTemplateGroupV2(
        match_making_template_group_id=group.id,
        template_options=options,
        required_item_ids=_items(group),
    )
    return _tagged(call, said)


async def get_old_template_group(call: Call, path: words.TemplateGroupPath) -> Response:
    """The matchmaking templates of a queue, in the older form."""
    catalogue = call.lobby.catalogue
    group = _group(catalogue, path.template_group_id)
    options = [
        words.MatchMakingTemplate(
            match_making_template_id=one.id,
            mmr_grouping_method=words.MMRGroupingMethod(one.mmr_grouping_method),
            ruleset=_ruleset(one),
            profiles=[_old_profile(catalogue.by_profile[id]) for id in one.profiles],
        )
        for one in group.templates
    ]
    said = words.MatchMakingTemplateGroup(
        template_group_id=group.id, template_options=options, required_item_ids=_items(group)
    )
    return _tagged(call, said)


def _tagged(call: Call, said: Message) -> Response:
    return tagged(call, said, call.lobby.catalogue.etag)


def _page(catalogue: Catalogue, query: queues.QueuesQuery) -> tuple[Queue, ...]:
    return catalogue.queues[query.cursor : query.cursor + query.page_size]


def _old_queue(catalogue: Catalogue, queue: Queue) -> queues.QueueConfig:
    default = catalogue.by_group[queue.template_group].templates[-1]
    profile = catalogue.by_profile[default.profiles[0]]
    return queues.QueueConfig(
        queue_id=queue.queue_id,
        active=queue.active,
        ranking_type=profile.rank_id,
        num_sides=profile.num_sides,
        max_players_per_side=profile.max_players_per_side,
        min_players_per_side=profile.min_players_per_side,
        max_queue_group_size=queue.max_queue_group_size,
        match_making_template_group_id=queue.template_group,
    )


def _launched(catalogue: Catalogue, id: str) -> tuple[InstanceTemplate, MapList]:
    if id not in catalogue.by_instance_template:
        raise InstanceTemplateNotFound
    template = catalogue.by_instance_template[id]
    return template, catalogue.maps_of(template)


def _group(catalogue: Catalogue, id: str) -> TemplateGroup:
    if id not in catalogue.by_group:
        raise TemplateGroupNotFound
    return catalogue.by_group[id]


def _ruleset(template: GroupTemplate) -> words.MatchMakingRuleset | None:
    if template.ruleset is None:
        return None
    said = template.ruleset.model_dump(mode="json", exclude_none=True)
    return words.MatchMakingRuleset.model_validate(said, strict=False)


def _items(group: TemplateGroup) -> list[int]:
    """The items that any of the rules counts."""
    rules = [rule for one in group.templates if one.ruleset for rule in one.ruleset.rules]
    return sorted({rule.item_id for rule in rules if rule.item_id is not None})


def _profile(profile: ProfileRow) -> words.MatchMakingProfileV2:
    return words.MatchMakingProfileV2(
        match_making_profile_id=profile.id,
        join_mode=words.ProfileJoinMode(profile.join_mode),
        instance_request_template_id=profile.instance_template,
        rank_id=str(profile.rank_id),
        num_sides=profile.num_sides,
        max_players_per_side=profile.max_players_per_side,
        min_players_per_side=profile.min_players_per_side,
        legacy_config=dict(profile.legacy_config),
    )


def _old_profile(profile: ProfileRow) -> words.MatchMakingProfile:
    return words.MatchMakingProfile(
        profile_id=profile.id,
        join_mode=words.ProfileJoinMode(profile.join_mode),
        instance_launch_template_id=profile.instance_template,
        rank_id=str(profile.rank_id),
        num_sides=profile.num_sides,
        max_players_per_side=profile.max_players_per_side,
        min_players_per_side=profile.min_players_per_side,
        legacy_config=profile.legacy_config,
    )


def _row(path_template: str, endpoint: Endpoint, model: type[BaseModel], **takes: Any) -> Row:
    return Row(
        "GET",
        path_template,
        endpoint,
        CONFIG,
        reads(model, 404) if "path" in takes else reads(model),
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
        **takes,
    )


rows = [
    _row(
        "/session/v1/queues",
        list_old_queues,
        queues.QueuesResponse,
        query=queues.QueuesQuery,
        deprecated=True,
    ),
    _row(
        "/session/v2/queues",
        list_queues,
        queues.QueuesResponseV2,
        query=queues.QueuesQuery,
    ),
    _row(
        "/session/v1/instance-launch-templates/{instance_launch_template_id}",
        get_launch_template,
        words.InstanceLaunchTemplate,
        path=words.LaunchTemplatePath,
        deprecated=True,
    ),
    _row(
        "/session/v1/instance-request-template/{instance_request_template_id}",
        get_request_template,
        words.InstanceRequestTemplate,
        path=words.RequestTemplatePath,
    ),
    _row(
        "/session/v1/match-making-templates/{template_group_id}",
        get_old_template_group,
        words.MatchMakingTemplateGroup,
        path=words.TemplateGroupPath,
        deprecated=True,
    ),
    _row(
        "/session/v2/match-making-templates/{template_group_id}",
        get_template_group,
        words.MatchMakingTemplateGroupV2,
        path=words.TemplateGroupPath,
    ),
]
