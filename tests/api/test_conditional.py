"""If-None-Match, for the page's files and for what the doors' tables hold."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.support.server_thread import Served

PATHS = ["/", "/web/page.js", "/client/v1/lobby.js", "/openapi.json", "/asyncapi.json"]
SAME = [
    ["{tag}"],
    ["W/{tag}"],
    ["*"],
    ['"other", {tag}'],
    ['"other",W/{tag} , "another"'],
    ['"other"', "{tag}"],
    ['W/"other"', '"another", W/{tag}'],
    ['"other"', '"another" , *'],
]
OTHER = [[], [""], ['"other"'], ["{bare}"], ["w/{tag}"], ['"other"', ""], ['"*"']]


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[httpx2.Client]:
    """A client that holds no answer to a document: the page's files are in none."""
    with httpx2.Client(base_url=served.url) as client:
        yield client


def ask(browser: httpx2.Client, path: str, lines: list[str]) -> httpx2.Response:
    tag = browser.get(path).headers["etag"]
    said = [line.format(tag=tag, bare=tag.strip('"')) for line in lines]
    return browser.get(path, headers=[("If-None-Match", line) for line in said])


@pytest.mark.parametrize("lines", SAME, ids=" | ".join)
@pytest.mark.parametrize("path", PATHS)
def test_who_names_the_tag_is_spared_the_body(
    path: str, lines: list[str], browser: httpx2.Client
) -> None:
    again = ask(browser, path, lines)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == browser.get(path).headers["etag"]


@pytest.mark.parametrize("lines", OTHER, ids=" | ".join)
@pytest.mark.parametrize("path", PATHS)
def test_who_names_another_tag_gets_the_body(
    path: str, lines: list[str], browser: httpx2.Client
) -> None:
    answer = ask(browser, path, lines)
    assert answer.status_code == 200
    assert answer.content == browser.get(path).content
