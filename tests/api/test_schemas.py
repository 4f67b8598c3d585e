"""Names, descriptions and examples of the document's schemas, where models leave them open."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, create_model

from lobby.api.dialect import Row
from lobby.api.schemas import Schemas
from lobby.domain.permissions import needs
from protocol.described import described


class Colour(BaseModel):
    """A colour."""

    name: Annotated[str, described("In words.", "red")]
    kind: Annotated[Literal["warm", "cold"], described("How it feels.")] = "cold"


class Car(BaseModel):
    """A car."""

    colour: Colour
    other: Colour | None = None
    doors: Annotated[list[Colour], described("One for each door.")]
    marks: Annotated[dict[str, Colour], described("By place.")]
    bare: str = ""


def schemas_of(*models: Any) -> Schemas:
    async def endpoint() -> None: ...

    return Schemas([Row("GET", "/", endpoint, needs(), {200: model}) for model in models])  # type: ignore[arg-type]


def named(name: str, *, of: str, **fields: Any) -> type[BaseModel]:
    return create_model(name, __module__=of, **fields)


def test_a_property_is_described_by_what_it_refers_to() -> None:
    fields = schemas_of(Car).definitions["Car"]["properties"]
    assert fields["colour"]["description"] == fields["other"]["description"] == "A colour."
    assert "description" not in fields["bare"]


def test_an_example_is_put_together_from_those_of_its_parts() -> None:
    red = {"name": "red", "kind": "cold"}
    schemas = schemas_of(Car)
    car = {"colour": red, "other": red, "doors": [red], "marks": {"1": red}, "bare": None}
    assert schemas.example(schemas.given(Car)) == car
    assert "examples" not in schemas.definitions["Car"]["properties"]["bare"]


def test_a_name_that_two_doors_use_is_prefixed_with_the_door() -> None:
    of_hosts = named("User", of="protocol.hosts", host=(str, ""))
    of_players = named("User", of="protocol.player_services.players", player=(str, ""))
    schemas = schemas_of(of_hosts, list[of_players])  # type: ignore[valid-type]
    assert sorted(schemas.definitions) == ["HostsUser", "User"]
    assert [said["title"] for said in schemas.definitions.values()] == [*schemas.definitions]
    assert schemas.given(of_hosts) == {"$ref": "#/components/schemas/HostsUser"}
    assert list(schemas.definitions["User"]["properties"]) == ["player"]


def test_names_that_would_still_be_the_same_stay_long() -> None:
    here = named("User", of="protocol.player_services.here", here=(str, ""))
    there = named("User", of="protocol.player_services.there", there=(str, ""))
    assert len(schemas_of(here, there).definitions) == 2
