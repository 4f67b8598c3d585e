"""Platforms that players may come in through: what is wrong with one is told with its place."""

from __future__ import annotations

import pytest

from lobby.catalogue.loader import summary
from tests.support.catalogues import SAMPLE, catalogue, complaints

GOOD = """
[[auth.providers]]
platform = "Google"
issuer = "https://accounts.example.com"
client_id = "game"
client_secret = "env:PLATFORM_SECRET"
"""
PLACE = "auth.providers[0]"


def with_provider(text: str) -> str:
    return f"{SAMPLE}\n{text}"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('"Google"', '"Anon"', f"{PLACE}.platform"),
        ("https://", "ftp://", f"{PLACE}.issuer"),
        (".com", ".com/?a=b", f"{PLACE}.issuer: must not have a query"),
        ("env:PLATFORM_SECRET", "short", f"{PLACE}.client_secret"),
        ('"game"', '""', f"{PLACE}.client_id"),
        ("\nclient_id", '\nscopes = ["profile"]\nclient_id', f"{PLACE}.scopes: openid has to be"),
        ("\nclient_id", '\nscopes = ["openid", "a b"]\nclient_id', f"{PLACE}.scopes[1]"),
        ("\nclient_id", '\ndefault_role = "none"\nclient_id', f"{PLACE}.default_role: there is no"),
        ("", GOOD, 'auth.providers[1].platform: "Google" is there twice'),
    ],
)
def test_what_is_wrong_with_a_provider_is_told(was: str, becomes: str, told: str) -> None:
    text = GOOD.replace(was, becomes, 1) if was else GOOD + becomes
    found = complaints(with_provider(text), environment=None)
    assert any(told in line for line in found), found


def test_a_providers_secret_is_wanted_where_it_is_served() -> None:
    found = catalogue(with_provider(GOOD), environment=None)
    assert "PLATFORM_SECRET" in summary(found)
    provider = found.auth.provider("Google")
    assert provider is not None
    assert (provider.scopes, provider.default_role) == (("openid",), "player")
    assert found.auth.provider("Epic") is None
