"""What the documents say of the tree is true of the tree."""

from __future__ import annotations

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

from tests.support.repository import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PATH = re.compile(r"`((?:lobby|protocol|persistence)/[\w/.]*)`")


def test_the_picture_of_the_floors_is_drawn_from_the_import_rules() -> None:
    loader = SourceFileLoader("floors", str(ROOT / "scripts" / "floors"))
    spec = spec_from_loader("floors", loader)
    assert spec
    floors = module_from_spec(spec)
    loader.exec_module(floors)
    assert floors.PICTURE.read_text() == floors.draw(), "run `make floors`"


def test_the_glossary_names_places_that_are_there() -> None:
    named = set(PATH.findall(GLOSSARY))
    assert len(named) > 50
    assert not {path for path in named if not (ROOT / path).exists()}


def test_the_glossary_has_a_place_for_each_term_and_each_term_once() -> None:
    rows = [line.split(" | ") for line in GLOSSARY.splitlines() if line.startswith("| ")]
    terms = [row[0].removeprefix("| ") for row in rows if row[0] != "| term"]
    assert len(terms) == len(set(terms))
    assert all(len(row) == 3 and PATH.search(row[2]) for row in rows if row[0] != "| term")


def test_pages_name_places_that_are_there() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    gone = {
        f"{page.name}: {path}"
        for page in pages
        for path in PATH.findall(page.read_text())
        if not (ROOT / path).exists()
    }
    assert not gone
