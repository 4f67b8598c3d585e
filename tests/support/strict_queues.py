"""A game with queues that not every party enters."""

from __future__ import annotations

from tests.support.game import uuid
from tests.support.matchmaking import GAME

STRICT = (
    GAME
    + f"""
[[template_groups]]
id = "{uuid(901)}"
[[template_groups.templates]]
id = "{uuid(902)}"
profiles = ["duel"]
ruleset = {{ rules = [
    {{ rule_type = "LinkingSize", comparison_operation = "eq", comparison_value = 1 }},
    {{ rule_type = "Inventory", item_id = 7, comparison_operation = "ge", comparison_value = 1 }},
] }}
[[template_groups.templates]]
id = "{uuid(903)}"
profiles = ["pairs", "duel"]
mmr_grouping_method = "best"
ruleset = {{ rules = [
    {{ rule_type = "LinkingSize", comparison_operation = "le", comparison_value = 2 }},
] }}
[[queues]]
queue_id = "strict"
max_queue_group_size = 2
template_group = "{uuid(901)}"
[[queues]]
queue_id = "closed"
active = false
max_queue_group_size = 2
template_group = "{uuid(901)}"
[[template_groups]]
id = "{uuid(904)}"
[[template_groups.templates]]
id = "{uuid(905)}"
profiles = ["duel"]
ruleset = {{ determiner = "noneOf", rules = [
    {{ rule_type = "LinkingSize", comparison_operation = "ge", comparison_value = 1 }},
] }}
[[queues]]
queue_id = "nobody"
max_queue_group_size = 1
template_group = "{uuid(904)}"
"""
)
"""`strict` takes up to two; `closed` nobody now; `nobody` has no template for anybody."""
