"""Endpoints that read the game's configuration, and the client's own address."""

from __future__ import annotations

from starlette.responses import Response

from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import (
    CONDITIONAL,
    DENIED,
    answer,
    gives,
    reads,
    tagged,
)
from lobby.catalogue.sessions import SessionTemplate
from lobby.domain.permissions import needs
from lobby.domain.sessions.errors import TemplateNotFound
from protocol.player_services import instances, players, regions, templates

CONFIG = needs("session:read:config", "session:*")


async def list_templates(call: Call) -> Response:
    """The templates of all types of session."""
    catalogue = call.lobby.catalogue
    shown = {one.session_type: template(one) for one in catalogue.templates}
    return tagged(call, templates.SessionTemplates(templates=shown), catalogue.etag)


async def get_template(call: Call, path: templates.TemplatePath) -> Response:
    """The template of one type of session."""
    catalogue = call.lobby.catalogue
    if path.session_type not in catalogue.by_session_type:
        raise TemplateNotFound
    return tagged(call, template(catalogue.by_session_type[path.session_type]), catalogue.etag)


async def list_regions(call: Call, query: regions.RegionsQuery) -> Response:
    """The regions, in the order to show them in."""
    every = sorted(call.lobby.catalogue.regions, key=lambda region: region.sort_order)
    end = query.cursor + query.page_size
    page = [
        regions.Region(
            region_id=region.region_id,
            sort_order=region.sort_order,
            custom_only=region.custom_only,
            description=region.description,
        )
        for region in every[query.cursor : end]
    ]
    more = end if end < len(every) else 0
    return answer(regions.RegionsResponse(regions=page, cursor=more))


async def health_config(call: Call) -> Response:
    """How often a host reports health, and when an instance that does not is unhealthy."""
    health = call.lobby.catalogue.instances.health
    return answer(
        instances.InstanceHealthSettingsResponse(
            cadence_seconds=health.cadence_s,
            unhealthy_health_check_percentage=health.unhealthy_percent,
            missed_checks_before_unknown=health.missed_before_unknown,
        )
    )


async def connection_info(call: Call) -> Response:
    """The caller's address, as the server sees it."""
    return answer(players.ConnectionInfo(ip=call.ip))


def template(one: SessionTemplate) -> templates.SessionTemplate:
    """The public fields of a template; the catalogue has others, which stay private."""
    said = one.model_dump(exclude_none=True, include=SHOWN)
    return templates.SessionTemplate.model_validate(said, strict=False)


SHOWN = set(templates.SessionTemplate.model_fields)

rows = [
    Row(
        "GET",
        "/session/v1/template",
        list_templates,
        CONFIG,
        reads(templates.SessionTemplates),
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "GET",
        "/session/v1/template/{session_type}",
        get_template,
        CONFIG,
        reads(templates.SessionTemplate, 404),
        path=templates.TemplatePath,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "GET",
        "/session/v1/connection-info",
        connection_info,
        CONFIG,
        gives(players.ConnectionInfo),
    ),
    Row(
        "GET",
        "/session/v1/instance/health/config",
        health_config,
        CONFIG,
        {200: instances.InstanceHealthSettingsResponse, **DENIED},
    ),
    Row(
        "GET",
        "/session/v1/regions",
        list_regions,
        CONFIG,
        gives(regions.RegionsResponse),
        query=regions.RegionsQuery,
    ),
]
