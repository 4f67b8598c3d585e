"""The catalogue as a whole: its sections, indexes by name, and an entity tag of its content."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from pydantic import Field

from lobby.catalogue.auth import Auth, RoleRow
from lobby.catalogue.fields import (
    Address,
    CatalogueRow,
    DeepLink,
    Name,
    Rows,
    Seconds,
)
from lobby.catalogue.instances import Instances, InstanceTemplate, MapList
from lobby.catalogue.matchmaking import Matchmaking, ProfileRow, Queue, TemplateGroup
from lobby.catalogue.players import (
    CustomEndpoint,
    EntitlementProvider,
    Rank,
    SettingType,
    Sku,
)
from lobby.catalogue.sessions import Region, SessionTemplate
from lobby.domain.sessions.templates import HOSTED, Template


class ServerRow(CatalogueRow):
    public_url: Address | None = None
    """Address for clients of player services; none: the one in the settings."""
    session_ttl_s: Seconds = 300
    invite_ttl_s: Seconds = 300
    deep_link: DeepLink | None = None
    """The game's own address, which links to sessions lead to; `{code}` is the code or the id."""
    strict_contract_errors: bool = False
    """Use documented statuses only: 403 instead of 400 and 409."""


class Catalogue(CatalogueRow):
    """Created by `loader`, which also validates the references between sections."""

    server: ServerRow = ServerRow()
    auth: Auth = Auth()
    roles: dict[Name, RoleRow]
    regions: Rows[Region] = ()
    templates: Rows[SessionTemplate]
    map_lists: Rows[MapList] = ()
    instance_templates: Rows[InstanceTemplate] = ()
    matchmaking: Matchmaking = Matchmaking()
    profiles: Rows[ProfileRow] = ()
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
    def by_profile(self) -> dict[str, ProfileRow]:
        return {one.id: one for one in self.profiles}

    @cached_property
    def by_group(self) -> dict[str, TemplateGroup]:
        return {one.id: one for one in self.template_groups}

    @cached_property
    def by_queue(self) -> dict[str, Queue]:
        return {one.queue_id: one for one in self.queues}

    @cached_property
    def by_sku(self) -> dict[tuple[str, str], Sku]:
        """By the platform and its name there."""
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
        """Whether the leader's own settings decide who may join sessions of this type."""
        template = self.by_session_type.get(session_type)
        return template is None or template.welcome == "host"

    def members_bring_friends(self, session_type: str) -> bool:
        """Whether a member may vouch for their friends, or only the leader."""
        template = self.by_session_type.get(session_type)
        return template is not None and template.friends_of == "members"

    def own_team(self, session_type: str) -> bool:
        """Whether players of sessions of this type may change their own team."""
        template = self.by_session_type.get(session_type)
        return template is None or template.can_change_own_team

    @property
    def hosted(self) -> Template:
        """The template of sessions that hosts launch."""
        return self.by_session_type[HOSTED].as_template()

    @cached_property
    def etag(self) -> str:
        """Entity tag of the content, the same in every process. Secrets are not part of it: no
        response shows them, and a tag would let somebody test guesses of one."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
