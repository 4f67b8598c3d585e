"""What can be done in a session has one list of words, wherever they are said."""

from __future__ import annotations

from typing import get_args

from lobby.catalogue.fields import powers_of
from lobby.catalogue.matchmaking import Matchmaking
from lobby.catalogue.sessions import SessionTemplate
from lobby.domain.sessions.powers import EVERYTHING, GIVEN, IN_NAME, Power
from protocol.events import PermitName
from protocol.player_services.permits import IntraSessionPermission


def test_what_can_be_given_has_the_same_words_at_every_door() -> None:
    words = [power.value for power in GIVEN]
    assert words == [*get_args(PermitName)] == [word.value for word in IntraSessionPermission]


def test_a_catalogue_can_name_every_power() -> None:
    said = {"session_type": "game", "leader_may": [power.value for power in Power]}
    template = SessionTemplate.model_validate(said).as_template()
    assert template.leader_may == EVERYTHING


def test_unsaid_a_leader_may_everything_and_in_a_made_match_write_data() -> None:
    unsaid = SessionTemplate.model_validate({"session_type": "game"})
    assert unsaid.as_template().leader_may is None
    assert Matchmaking().leading == IN_NAME
    assert powers_of([]) == ()
