"""Providers that leave open, or say in another way, what the common ones say: their players come in
all the same. What names another issuer, client or tenant does not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from lobby import expiring_keys
from lobby.integrations.id_tokens import PRIVATE_ACCOUNTS
from tests.api.player_services.test_login import refused
from tests.support.oauth import CLIENT, WELL_KNOWN
from tests.support.platform_login import PlatformLoginWorld, landed, platform_login_world
from tests.support.upstream import Reply

LOGIN = "/users/v1/login"
ANDROID = "the-same-game-on-android"
TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
NOT_VALID = "google_token_not_valid"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path_factory.mktemp("portals")) as world:
        yield world


@pytest.fixture(autouse=True)
def calm(here: PlatformLoginWorld) -> Iterator[None]:
    yield
    here.reset()


@contextmanager
def google(here: PlatformLoginWorld, **changes: Any) -> Iterator[None]:
    """The catalogue's provider, with these fields changed."""
    lobby = here.callers.served.lobby
    before = lobby.catalogue
    providers = tuple(
        one.model_copy(update=changes) if one.platform == "Google" else one
        for one in before.auth.providers
    )
    auth = before.auth.model_copy(update={"providers": providers})
    vars(lobby)["catalogue"] = before.model_copy(update={"auth": auth})
    try:
        yield
    finally:
        vars(lobby)["catalogue"] = before


def shown(here: PlatformLoginWorld, token: str) -> Any:
    said = {"grant_type": "google", "portal_access_token": token}
    return here.http.post(LOGIN, json=said)


def user(here: PlatformLoginWorld, token: str) -> str:
    answer = shown(here, token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["portal_user_id"])


# Whom a token was issued to


def test_a_token_issued_to_another_client_of_the_project_counts_if_the_catalogue_lists_it(
    here: PlatformLoginWorld,
) -> None:
    token = here.google.token(azp=ANDROID)
    assert refused(shown(here, token)) == NOT_VALID
    with google(here, authorized_parties=(ANDROID, "and-on-a-phone")):
        assert user(here, token) == "user-1"
        assert user(here, here.google.token(azp=CLIENT)) == "user-1"
        assert user(here, here.google.token(aud=[CLIENT, "its-api"], azp=ANDROID)) == "user-1"
        for claims in ({"azp": "another"}, {"aud": ANDROID, "azp": ANDROID}, {"azp": [ANDROID]}):
            assert refused(shown(here, here.google.token(**claims))) == NOT_VALID, claims


@pytest.mark.parametrize(
    "claims",
    [
        {"amr": "pwd"},
        {"amr": {"any": "thing"}},
        {"auth_time": "1700000000"},
        {"acr": 1},
        {"at_hash": 7},
        {"locale": "no language", "email_verified": "true"},
    ],
    ids=str,
)
def test_claims_that_nothing_depends_on_may_have_any_form(
    here: PlatformLoginWorld, claims: dict[str, Any]
) -> None:
    assert user(here, here.google.token(**claims)) == "user-1"


# Keys


def published(here: PlatformLoginWorld, *keys: Any, type: str = "application/json") -> None:
    said = [key.as_dict(private=False) if isinstance(key, Key) else key for key in keys]
    here.google.replies["/keys"] = Reply(body=json.dumps({"keys": said}).encode(), type=type)


def public(here: PlatformLoginWorld, **changes: Any) -> dict[str, Any]:
    said = {**here.google.key.as_dict(private=False), **changes}
    return {name: value for name, value in said.items() if value != "absent"}


@pytest.mark.parametrize(
    "type",
    [
        "application/jwk-set+json",
        "application/jwk-set+json; charset=utf-8",
        "Application/JWK-Set+JSON",
        "application/jrd+json",
        "application/json;charset=UTF-8",
    ],
)
def test_keys_come_under_every_media_type_of_json(here: PlatformLoginWorld, type: str) -> None:
    published(here, here.google.key, type=type)
    assert user(here, here.google.token()) == "user-1"


@pytest.mark.parametrize("type", ["text/html", "application/jsonp", "application/+json", "x+json"])
def test_keys_do_not_come_as_anything_else(here: PlatformLoginWorld, type: str) -> None:
    published(here, here.google.key, type=type)
    assert refused(shown(here, here.google.token())) == "google_keys_not_available"


@pytest.mark.parametrize(
    "changes",
    [
        {"use": None},
        {"use": ""},
        {"use": "absent"},
        {"alg": None, "use": None, "key_ops": None, "x5t": None},
        {"alg": "RS256", "key_ops": ["verify"]},
        {"kid": "absent"},
        {"kid": None},
        {"kid": ""},
    ],
    ids=str,
)
def test_a_key_may_leave_open_what_it_is_for_and_what_it_is_called(
    here: PlatformLoginWorld, changes: dict[str, Any]
) -> None:
    published(here, RSAKey.generate_key(2048, {"kid": "other"}), public(here, **changes))
    assert user(here, here.google.token()) == "user-1"


def signed(here: PlatformLoginWorld, key: Key, **header: Any) -> str:
    now = int(time.time())
    said = {"iss": here.google.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "sub": "user-1"}
    return jwt.encode(header, said, key)


def test_a_token_without_a_kid_is_tried_with_every_key_that_fits(here: PlatformLoginWorld) -> None:
    alien = RSAKey.generate_key(2048)
    curve = ECKey.generate_key("P-256", {"kid": "curve"})
    others = [RSAKey.generate_key(2048, {"kid": f"older-{n}"}) for n in range(2)]
    for keys in ([here.google.key], [*others, curve, here.google.key]):
        published(here, *keys)
        here.forget()
        assert user(here, signed(here, here.google.key, alg="RS256")) == "user-1"
        assert refused(shown(here, signed(here, alien, alg="RS256"))) == NOT_VALID
    assert user(here, signed(here, curve, alg="ES256")) == "user-1"


def test_a_key_signs_by_its_own_name_and_for_signatures_alone(here: PlatformLoginWorld) -> None:
    for changes in ({"kid": "another"}, {"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["encrypt"]}):
        published(here, public(here, **changes))
        here.forget()
        assert refused(shown(here, here.google.token())) == NOT_VALID, changes


# Issuers


def test_an_issuer_may_be_named_without_its_scheme(here: PlatformLoginWorld) -> None:
    """As in some tokens of Google's."""
    issuer = "https://accounts.example"
    about = {**here.google._about(), "issuer": issuer}
    about["authorization_endpoint"] = f"{issuer}/authorize"
    lobby = here.callers.served.lobby
    with google(here, issuer=issuer):
        # As if it had been fetched: nobody answers at that address.
        note = expiring_keys.openid_document(issuer + WELL_KNOWN)
        here.callers.served.do(lobby.notes.put(note, json.dumps(about), 60))
        for name in (issuer, "accounts.example"):
            assert user(here, here.google.token(iss=name)) == "user-1"
        for name in ("http://accounts.example", "example", "", "accounts.example/"):
            assert refused(shown(here, here.google.token(iss=name))) == NOT_VALID, name


Tokens = Callable[..., str]


@contextmanager
def many_tenants(here: PlatformLoginWorld, alias: str) -> Iterator[Tokens]:
    """As Microsoft Entra: one discovery document for all tenants. Gives tokens of one."""
    base = here.google.issuer
    about = {**here.google._about(), "issuer": f"{base}/{{tenantid}}/v2.0"}
    path = f"/{alias}/v2.0{WELL_KNOWN}"
    here.google.replies[path] = Reply(body=json.dumps(about).encode())

    def token(tenant: str = TENANT, **claims: Any) -> str:
        return here.google.token(**{"iss": f"{base}/{tenant}/v2.0", "tid": tenant, **claims})

    with google(here, issuer=f"{base}/{alias}/v2.0"):
        yield token


@pytest.mark.parametrize("alias", ["common", "organizations"])
def test_a_tenant_is_the_one_that_the_token_names(here: PlatformLoginWorld, alias: str) -> None:
    base = here.google.issuer
    with many_tenants(here, alias) as token:
        assert user(here, token()) == f"{TENANT}/user-1"
        other = TENANT.replace("8eaef023", "00000000")
        assert user(here, token(other)) == f"{other}/user-1"
        for wrong in (
            token(iss=f"{base}/{other}/v2.0"),
            token(iss=f"{base}/{{tenantid}}/v2.0"),
            token(iss=base),
            token(tid=None),
            token(tid="{tenantid}", iss=f"{base}/{{tenantid}}/v2.0"),
            token(tid=alias, iss=f"{base}/{alias}/v2.0"),
            token(tid=[TENANT]),
            token(sub=7),
        ):
            assert refused(shown(here, wrong)) == NOT_VALID


def test_private_accounts_are_no_organizations(here: PlatformLoginWorld) -> None:
    with many_tenants(here, "common") as token:
        assert user(here, token(PRIVATE_ACCOUNTS)) == f"{PRIVATE_ACCOUNTS}/user-1"
    with many_tenants(here, "organizations") as token:
        assert refused(shown(here, token(PRIVATE_ACCOUNTS))) == NOT_VALID


def test_many_tenants_are_believed_under_their_alias_alone(here: PlatformLoginWorld) -> None:
    with many_tenants(here, "somebody") as token:
        assert refused(shown(here, token())) == "google_keys_not_available"


def test_a_browser_comes_back_from_one_of_many_tenants(here: PlatformLoginWorld) -> None:
    base = here.google.issuer
    with many_tenants(here, "common"):
        here.google.claims.update(iss=f"{base}/{TENANT}/v2.0", tid=TENANT)
        for issuer, comes_in in ((f"{base}/{TENANT}/v2.0", True), (f"{base}/x/v2.0", False)):
            address = here.there().partition("&iss=")[0]
            back = landed(here.back(f"{address}&iss={issuer}"))
            assert ("code" in back) is comes_in, back
