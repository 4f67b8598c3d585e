"""A catalogue as the designer and the operator meet it: checked, served with, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lobby.config import Settings
from lobby.exit_codes import Exit
from lobby.process import listener, server
from tests.support.catalogues import ENVIRONMENT, FILE, changed
from tests.support.commands import lobby
from tests.support.processes import LobbyProcess

FAULTS = (
    "templates[2].players_per_team: should be a valid integer\n",
    'regions[1].region_id: "eu" is there twice, first in regions[0].region_id\n',
)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "wrong.toml"
    text = changed("players_per_team = 24", 'players_per_team = "24"')
    file.write_text(text.replace('region_id = "us"', 'region_id = "eu"'))
    return file


def test_checking_a_sound_file_says_what_is_in_it_and_what_the_start_will_want(
    tmp_path: Path,
) -> None:
    done = lobby(tmp_path, "catalogue", "check", str(FILE))
    assert (done.returncode, done.stderr) == (0, "")
    sound, wanted = done.stdout.splitlines()
    assert sound.startswith("Sound: 7 roles, 2 regions, 4 templates, 1 map list, ")
    assert wanted == f"To be set where it is served: {', '.join(ENVIRONMENT)}."


def test_checking_a_wrong_file_names_every_fault(tmp_path: Path, wrong: Path) -> None:
    done = lobby(tmp_path, "catalogue", "check", "wrong.toml")
    assert done.returncode == 1
    region, seats = done.stdout.splitlines(keepends=True)
    assert seats.startswith("wrong.toml:")
    assert (seats.split(": ", 1)[1], region.split(": ", 1)[1]) == FAULTS


@pytest.mark.parametrize("words", [("serve",), ("serve", "--workers", "2"), ("admin", "list")])
def test_nothing_starts_with_a_wrong_catalogue_and_the_same_is_said(
    tmp_path: Path, wrong: Path, words: tuple[str, ...]
) -> None:
    checked = lobby(tmp_path, "catalogue", "check", str(wrong)).stdout.splitlines()
    started = lobby(tmp_path, *words, catalogue=wrong)
    assert started.returncode == 2
    told = [line for line in started.stderr.splitlines() if line.startswith("lobby: ")]
    # The start also wants the secrets, which this environment does not have.
    assert [f"lobby: {line}" for line in checked] == [t for t in told if "is not set" not in t]
    assert len(told) == len(checked) + len(ENVIRONMENT)


def test_a_process_that_finds_the_file_spoilt_later_ends_for_good(
    tmp_path: Path,
    wrong: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a worker does that replaces another."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(port=0, catalogue=str(wrong), database_url="sqlite::memory:")
    with listener.listening_socket(settings) as sock:
        assert server.run(settings, sock, lambda: None) == Exit.SETTINGS
    assert capsys.readouterr().err.count(f"lobby: {wrong}:") == len(FAULTS) + len(ENVIRONMENT)


def test_the_doctor_names_the_faults_too(
    tmp_path: Path, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    done = lobby(tmp_path, "doctor", catalogue=wrong)
    assert done.returncode == 1
    assert "regions[1].region_id" in done.stdout


def test_a_process_serves_with_the_sample(
    own_lobby: LobbyProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)
    own_lobby.settings["LOBBY_CATALOGUE"] = str(FILE)
    own_lobby.start()
    assert own_lobby.stop() == 0
    assert not any(secret in own_lobby.log for secret in ENVIRONMENT.values())
