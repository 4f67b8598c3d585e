"""What becomes of a sound catalogue: what is added to it, and the mark of its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from lobby.catalogue import Catalogue, InvalidCatalogue, load, read
from lobby.catalogue.auth import PERMISSIONS, ROLES
from lobby.catalogue.loader import LARGEST_FILE
from lobby.catalogue.regex import matcher
from lobby.config import Settings
from lobby.domain.permissions import Actor
from lobby.domain.sessions.seats import SPAN
from lobby.domain.sessions.templates import Template
from tests.support.catalogues import ENVIRONMENT, FILE, SAMPLE, SETTINGS, catalogue, changed


def test_without_a_file_there_is_a_catalogue_that_lets_no_machine_in() -> None:
    built_in = load(Settings())
    assert {"party", "game", "hosted"} == set(built_in.by_session_type)
    assert (built_in.auth.clients, built_in.auth.basic_users) == ((), ())
    assert built_in.hosted == Template("hosted", 2, 4)


def test_the_region_of_a_process_is_one_of_the_catalogue() -> None:
    assert load(Settings(region="default")).regions[0].region_id == "default"
    with pytest.raises(InvalidCatalogue) as no:
        load(Settings(region="elsewhere"))
    assert no.value.lines == ["LOBBY_REGION: should be a region of the catalogue, one of: default"]


def test_what_a_host_launches_is_as_the_settings_say_unless_the_catalogue_does() -> None:
    assert catalogue("").hosted == Template("hosted", 3, 5)
    assert catalogue(SAMPLE).hosted == Template("hosted", 2, 4)
    assert [c.by_session_type["hosted"].welcome for c in (catalogue(""), catalogue(SAMPLE))] == [
        "host",
        "host",
    ]


def test_every_template_has_fewer_seats_than_a_session_has_numbers_for() -> None:
    most = catalogue('[[templates]]\nsession_type = "all"\nnum_teams = 33\nplayers_per_team = 31')
    assert len(most.by_session_type["all"].as_template().seats()) == SPAN - 1


def test_other_templates_are_open_unless_they_say_otherwise() -> None:
    assert catalogue(SAMPLE).by_session_type["party"].welcome == "open"
    text = '[[templates]]\nsession_type = "den"\nwelcome = "host"'
    assert catalogue(text).by_session_type["den"].welcome == "host"


def test_built_in_roles_are_there_and_give_way_in_what_the_catalogue_says_of_them() -> None:
    roles = catalogue('[roles.guest]\npermissions = ["session:create"]').roles
    assert set(roles) == set(ROLES)
    assert (roles["guest"].id, roles["guest"].permissions) == (2, ("session:create",))
    assert roles["player"].permissions == tuple(ROLES["player"]["permissions"])


def test_the_administrator_may_do_all_and_a_guest_nothing_that_a_player_may_not() -> None:
    grants = {name: frozenset(role.permissions) for name, role in catalogue("").roles.items()}
    everything = Actor("a", grants=grants["admin"])
    assert all(everything.holds(permission) for permission in PERMISSIONS)
    assert grants["guest"] < grants["player"]


def test_secrets_come_from_the_environment_and_are_never_shown() -> None:
    sound = catalogue(SAMPLE)
    (client,), (user,) = sound.auth.clients, sound.auth.basic_users
    assert client.secret.get_secret_value() == ENVIRONMENT["GAME_CLIENT_SECRET"]
    assert user.password.get_secret_value() == ENVIRONMENT["GAME_SERVER_PASSWORD"]
    assert not any(secret in repr(sound) for secret in ENVIRONMENT.values())


def test_a_rank_may_be_named_as_a_number_or_as_text() -> None:
    (profile,) = catalogue(changed("rank_id = 1", 'rank_id = "1"')).profiles
    assert profile.rank_id == 1


def test_a_uuid_may_be_written_in_either_case() -> None:
    text = changed('map_list = "arena"', 'map_list = "arena"\n').replace(
        'id = "0b7be1a6-52f5-4d0c-8f57-6d1e3f0a9c01"', 'id = "0B7BE1A6-52F5-4D0C-8F57-6D1E3F0A9C01"'
    )
    sound = catalogue(text)
    assert sound.instance_templates[0].id == sound.profiles[0].instance_template


def test_a_schema_may_be_written_as_text() -> None:
    text = changed('{ type = "object" }', """'{"type": "object"}'""")
    assert catalogue(text) == catalogue(SAMPLE)


def etag(text: str) -> str:
    return catalogue(text).etag


def test_the_mark_is_the_contents_alone() -> None:
    mark = etag(SAMPLE)
    assert mark[0] == mark[-1] == '"'
    assert "W/" not in mark
    assert etag("# a remark\n" + SAMPLE) == mark
    swapped = changed("tick_ms = 1000\nticket_timeout_s = 900", "ticket_timeout_s = 900\n")
    assert etag(swapped) == mark, "a default that is written out changes nothing"
    different = [
        changed("players_per_team = 24", "players_per_team = 25"),
        changed('"/Game/Maps/Canyon"', '"/Game/Maps/Cave"'),
        changed('kind = "social"', 'sort = "social"'),
        changed('region_id = "us"', 'region_id = "as"'),
    ]
    assert len({mark, *map(etag, different)}) == len(different) + 1


def test_the_mark_tells_nothing_of_secrets() -> None:
    other = {name: "something else" for name in ENVIRONMENT}
    assert catalogue(SAMPLE, other).etag == etag(SAMPLE)


def test_nothing_in_a_catalogue_can_be_replaced() -> None:
    sound = catalogue(SAMPLE)
    with pytest.raises(ValueError, match="frozen"):
        sound.templates[0].num_teams = 5
    assert isinstance(sound.templates, tuple)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[server\n", "not TOML: Expected ']' at the end of a table declaration (at line 1"),
        (b'a = "\xff"', "not UTF-8, at byte 5"),
        (b"#" * (LARGEST_FILE + 1), f"larger than {LARGEST_FILE} bytes"),
        (b"a = " + b"[" * 5000, "not TOML: "),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_is_no_catalogue_is_one_line(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "it.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidCatalogue) as wrong:
        read(file, SETTINGS)
    (line,) = wrong.value.lines
    assert line.startswith(f"{file}: {told}")


def test_the_sample_is_sound_where_its_secrets_are_not_known() -> None:
    assert isinstance(read(FILE, SETTINGS), Catalogue)


def test_no_text_that_a_player_chooses_takes_a_pattern_long() -> None:
    slow_elsewhere = matcher("^(a+)+$")
    assert slow_elsewhere("a" * 1000)
    assert not slow_elsewhere("a" * 5000 + "b")


def test_a_pattern_ends_where_the_text_does() -> None:
    assert [matcher("^a$")(text) for text in ("a", "a\n", "b", "")] == [True, False, False, False]
