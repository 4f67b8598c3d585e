"""The whole catalogue: every section, what is found in them by name, and a mark of its content."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from pydantic import Field

from lobby.catalogue.access import Auth, Role
from lobby.catalogue.instances import Instances, InstanceTemplate, MapList
from lobby.catalogue.matchmaking import Matchmaking, Profile, Queue, TemplateGroup
from lobby.catalogue.players import (
    CustomEndpoint,
    EntitlementProvider,
    Rank,
    SettingType,
    Sku,
)
from lobby.catalogue.rows import Address, Name, Row, Rows, Seconds
from lobby.catalogue.sessions import Region, SessionTemplate
from lobby.domain.templates import HOSTED, Template


class Server(Row):
    public_url: Address | None = None
    """Where clients of player services find us; none: as in the settings."""
    session_ttl_s: Seconds = 300
    invite_ttl_s: Seconds = 300
    strict_contract_errors: bool = False
    """Refuse with documented statuses alone: 403 instead of 400 and 409."""


class Catalogue(Row):
    """Made by `reading`, which also checks what one section says of another."""

    server: Server = Server()
    auth: Auth = Auth()
    roles: dict[Name, Role]
    regions: Rows[Region] = ()
    templates: Rows[SessionTemplate]
    map_lists: Rows[MapList] = ()
    instance_templates: Rows[InstanceTemplate] = ()
    matchmaking: Matchmaking = Matchmaking()
    profiles: Rows[Profile] = ()
    template_groups: Rows[TemplateGroup] = ()
    queues: Rows[Queue] = ()
    instances: Instances = Instances()
    ranks: Rows[Rank] = ()
    setting_types: dict[Name, SettingType] = Field(default_factory=dict)
    skus: Rows[Sku] = ()
    entitlement_providers: Rows[EntitlementProvider] = ()
    custom_endpoints: Rows[CustomEndpoint] = ()

    @cached_property
    def by_session_type(self) -> dict[str, SessionTemplate]:
        return {one.session_type: one for one in self.templates}

    @cached_property
    def by_instance_template(self) -> dict[str, InstanceTemplate]:
        return {one.id: one for one in self.instance_templates}

    @cached_property
    def by_profile(self) -> dict[str, Profile]:
        return {one.id: one for one in self.profiles}

    @cached_property
    def by_group(self) -> dict[str, TemplateGroup]:
        return {one.id: one for one in self.template_groups}

    @cached_property
    def by_queue(self) -> dict[str, Queue]:
        return {one.queue_id: one for one in self.queues}

    @cached_property
    def by_sku(self) -> dict[tuple[str, str], Sku]:
        """By the platform and what it is called there."""
        return {(one.platform, one.sku): one for one in self.skus}

    @cached_property
    def by_provider(self) -> dict[str, EntitlementProvider]:
        """By the platform."""
        return {one.platform: one for one in self.entitlement_providers}

    @cached_property
    def by_endpoint(self) -> dict[str, CustomEndpoint]:
        return {one.id: one for one in self.custom_endpoints}

    def maps_of(self, template: InstanceTemplate) -> MapList:
        return next(one for one in self.map_lists if one.id == template.map_list)

    def host_decides(self, session_type: str) -> bool:
        """Whether a leader's own wishes say who may come into sessions of this type."""
        template = self.by_session_type.get(session_type)
        return template is None or template.welcome == "host"

    @property
    def hosted(self) -> Template:
        """What a host launches."""
        return self.by_session_type[HOSTED].shape()

    @cached_property
    def etag(self) -> str:
        """Alike wherever the content is. Secrets do not count: no read shows them, and whoever
        knows the rest could try which ones give this mark."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
