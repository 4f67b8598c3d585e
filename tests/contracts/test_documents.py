"""What Documents promises, over every store."""

from __future__ import annotations

import asyncio
import json

import pytest

from persistence.ports import Document, Index, Stale, Store, Taken
from persistence.urls import open_store

AWKWARD = json.dumps({"nul": "\u0000", "lone": "\ud800", "list": [], "big": 2**53 + 1, "f": 1.0})


async def test_a_new_document_is_at_version_1_and_rises_by_one(store: Store) -> None:
    assert await store.put("host", "a", "{}", expected=0) == 1
    assert await store.put("host", "a", '{"n":1}', expected=1) == 2
    assert await store.get("host", "a") == Document("a", 2, '{"n":1}')


async def test_a_body_comes_back_letter_by_letter(store: Store) -> None:
    for key, body in {"awkward": AWKWARD, "spaced": '{ "a" :1.0,\n"é": "漢字🎲" }'}.items():
        await store.put("host", key, body, expected=0)
        assert await store.get("host", key) == Document(key, 1, body)


async def test_what_was_never_saved_is_not_found(store: Store) -> None:
    await store.put("host", "a", "{}", expected=0, index=Index(claims={"name": "x"}))
    assert await store.get("host", "b") is None
    assert await store.get("user", "a") is None
    assert await store.claimed("host", "name", "y") is None
    assert await store.claimed("user", "name", "x") is None


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_a_save_over_another_version_is_stale_and_changes_nothing(
    store: Store, expected: int
) -> None:
    await store.put("host", "a", "1", expected=0, index=Index(labels={"l": ["old"]}))
    await store.put("host", "a", "2", expected=1)
    with pytest.raises(Stale):
        await store.put("host", "a", "3", expected=expected, index=Index(labels={"l": ["new"]}))
    assert await store.find("host", "l", "old") == [Document("a", 2, "2")]
    assert await store.find("host", "l", "new") == []


async def test_a_save_over_a_document_that_is_not_there_is_stale(store: Store) -> None:
    with pytest.raises(Stale):
        await store.put("host", "a", "{}", expected=1)
    assert await store.get("host", "a") is None


async def test_one_of_64_racing_savers_wins_each_round(store: Store) -> None:
    for version in range(5):
        saves = [store.put("host", "a", str(n), expected=version) for n in range(64)]
        outcomes = await asyncio.gather(*saves, return_exceptions=True)
        assert [o for o in outcomes if not isinstance(o, Stale)] == [version + 1]
        winner = next(n for n, o in enumerate(outcomes) if o == version + 1)
        assert await store.get("host", "a") == Document("a", version + 1, str(winner))


async def test_one_of_64_racing_claimants_gets_the_claim(store: Store) -> None:
    index = Index(claims={"name": "ada"})
    saves = [store.put("user", f"u{n}", "{}", expected=0, index=index) for n in range(64)]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["Taken"] * 63 + ["int"]
    winner = f"u{outcomes.index(1)}"
    assert await store.claimed("user", "name", "ada") == Document(winner, 1, "{}")
    assert set(await store.versions("user", [f"u{n}" for n in range(64)])) == {winner}


async def test_savers_who_claim_in_opposite_orders_do_not_block_each_other(store: Store) -> None:
    there, back = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}
    for number in range(10):
        claims = [
            {claim: f"{value}-{number}" for claim, value in order.items()}
            for order in (there, back)
        ]
        saves = [
            store.put("user", f"{number}-{n}", "{}", expected=0, index=Index(claims=claim))
            for n, claim in enumerate(claims)
        ]
        outcomes = await asyncio.gather(*saves, return_exceptions=True)
        assert sorted(type(o).__name__ for o in outcomes) == ["Taken", "int"]


async def test_a_taken_claim_is_named_and_nothing_has_changed(store: Store) -> None:
    await store.put("user", "a", "1", expected=0, index=Index(claims={"name": "ada"}))
    await store.put(
        "user", "b", "2", expected=0, index=Index(labels={"l": ["old"]}, claims={"mail": "b@x"})
    )
    wanted = Index(labels={"l": ["new"]}, claims={"mail": "new@x", "name": "ada"})
    with pytest.raises(Taken) as refusal:
        await store.put("user", "b", "3", expected=1, index=wanted)
    assert refusal.value.claim == "name"
    assert await store.find("user", "l", "old") == [Document("b", 1, "2")]
    assert await store.claimed("user", "mail", "b@x") == Document("b", 1, "2")
    assert await store.claimed("user", "mail", "new@x") is None


async def test_a_refused_save_undoes_only_itself_among_those_saved_with_it(store: Store) -> None:
    await store.put("user", "a", "1", expected=0, index=Index(claims={"name": "ada"}))
    outcomes = await asyncio.gather(
        *(
            store.put(
                "user", f"u{n}", "{}", expected=0,
                index=Index(labels={"l": ["x"]}, claims={"name": "ada" if n % 2 else f"n{n}"}),
            )
            for n in range(20)
        ),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(outcome) for outcome in outcomes] == [int, Taken] * 10
    found = await store.find("user", "l", "x")
    assert {document.key for document in found} == {f"u{n}" for n in range(0, 20, 2)}


async def test_a_claim_moves_once_its_holder_gives_it_up(store: Store) -> None:
    await store.put("user", "a", "1", expected=0, index=Index(claims={"name": "ada"}))
    await store.put("user", "a", "1", expected=1, index=Index(claims={"name": "lovelace"}))
    await store.put("user", "b", "2", expected=0, index=Index(claims={"name": "ada"}))
    assert await store.claimed("user", "name", "ada") == Document("b", 1, "2")
    assert await store.claimed("user", "name", "lovelace") == Document("a", 2, "1")


async def test_a_claim_holds_within_its_kind_only(store: Store) -> None:
    index = Index(claims={"name": "ada"})
    await store.put("user", "a", "1", expected=0, index=index)
    await store.put("host", "b", "2", expected=0, index=index)
    assert await store.claimed("host", "name", "ada") == Document("b", 1, "2")


async def test_without_an_index_labels_and_claims_stay_and_an_empty_one_removes_them(
    store: Store,
) -> None:
    await store.put(
        "user", "a", "1", expected=0, index=Index(labels={"l": ["x", "y"]}, claims={"c": "v"})
    )
    await store.put("user", "a", "2", expected=1)
    assert await store.find("user", "l", "x") == [Document("a", 2, "2")]
    assert await store.claimed("user", "c", "v") == Document("a", 2, "2")
    await store.put("user", "a", "3", expected=2, index=Index())
    assert await store.find("user", "l", "x") == []
    assert await store.find("user", "l", "y") == []
    assert await store.claimed("user", "c", "v") is None


async def test_found_documents_come_by_key_page_by_page(store: Store) -> None:
    keys = ["10", "9", "B", "Z", "a", "b", "é"]
    for key in reversed(keys):
        await store.put("host", key, "{}", expected=0, index=Index(labels={"l": ["x", "z"]}))
    await store.put("host", "other", "{}", expected=0, index=Index(labels={"l": ["y"]}))
    pages, after = [], ""
    while page := await store.find("host", "l", "x", after=after, limit=3):
        pages.append([document.key for document in page])
        after = page[-1].key
    assert pages == [keys[:3], keys[3:6], keys[6:]]


async def test_versions_names_those_that_exist_whatever_their_keys_look_like(store: Store) -> None:
    for key in ('quo"te', "back\\slash", "$1", "漢字"):
        await store.put("host", key, "{}", expected=0)
    await store.put("host", "$1", "{}", expected=1)
    asked = ['quo"te', "back\\slash", "$1", "漢字", "absent"]
    assert await store.versions("host", asked) == {
        'quo"te': 1, "back\\slash": 1, "$1": 2, "漢字": 1,
    }  # fmt: skip
    assert await store.versions("host", []) == {}
    assert await store.versions("user", asked) == {}


async def test_many_are_read_at_once_whatever_their_keys_look_like(store: Store) -> None:
    keys = ["a", "A", "it's", '"', "a,b", "[]", "\u00e9", " "]
    for key in keys:
        await store.put("host", key, f'"{len(key)}"', expected=0)
    found = await store.many("host", [*keys, "missing", "a"])
    assert {one.key: (one.version, one.body) for one in found} == {
        key: (1, f'"{len(key)}"') for key in keys
    }
    assert await store.many("host", []) == []
    assert await store.many("user", keys) == []


async def test_versions_answers_for_thousands_at_once(store: Store) -> None:
    await store.put("host", "k4999", "{}", expected=0)
    assert await store.versions("host", (f"k{n}" for n in range(40_000))) == {"k4999": 1}


async def test_a_deleted_document_is_gone_with_its_labels_and_claims(store: Store) -> None:
    index = Index(labels={"l": ["x"]}, claims={"name": "ada"})
    await store.put("user", "a", "1", expected=0, index=index)
    with pytest.raises(Stale):
        await store.delete("user", "a", expected=2)
    assert await store.claimed("user", "name", "ada")
    await store.delete("user", "a", expected=1)
    assert await store.get("user", "a") is None
    assert await store.find("user", "l", "x") == []
    assert await store.put("user", "b", "2", expected=0, index=index) == 1
    with pytest.raises(Stale):
        await store.delete("user", "a", expected=1)


async def test_numbers_of_a_series_are_never_given_twice(store: Store) -> None:
    numbers = await asyncio.gather(*(store.next_number("account") for _ in range(64)))
    assert len(set(numbers)) == 64
    assert min(numbers) == 1
    assert await store.next_number("account") > max(numbers)
    assert await store.next_number("other") == 1


async def test_a_cancelled_save_loses_nobody_elses_and_wedges_nothing(store: Store) -> None:
    saves = [asyncio.ensure_future(store.put("host", f"k{n}", "{}", expected=0)) for n in range(40)]
    await asyncio.sleep(0)
    for save in saves[::2]:
        save.cancel()
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert outcomes[1::2] == [1] * 20
    there = await store.versions("host", [f"k{n}" for n in range(40)])
    assert {f"k{n}" for n in range(1, 40, 2)} <= set(there)
    assert await store.put("host", "after", "{}", expected=0) == 1


async def test_the_store_answers_a_probe(store: Store) -> None:
    await store.probe()


@pytest.mark.parametrize("store_url", ["sqlite-file", "postgres"], indirect=True)
async def test_what_was_kept_is_there_when_the_store_is_opened_again(store_url: str) -> None:
    first = await open_store(store_url)
    epoch = await first.epoch()
    number = await first.next_number("account")
    await first.put("user", "a", "1", expected=0, index=Index(claims={"name": "ada"}))
    await first.close()
    second = await open_store(store_url)
    assert await second.epoch() == epoch
    assert await second.next_number("account") > number
    assert await second.claimed("user", "name", "ada") == Document("a", 1, "1")
    await second.close()


async def test_two_stores_have_different_epochs(store: Store) -> None:
    other = await open_store("sqlite::memory:")
    assert await other.epoch() != await store.epoch()
    assert len(await store.epoch()) >= 8
    await other.close()


async def test_versions_are_found_by_a_label_page_by_page(store: Store) -> None:
    for key in "abc":
        await store.put("host", key, "{}", expected=0, index=Index(labels={"l": ["yes"]}))
    await store.put("host", "b", "{}", expected=1)
    await store.put("host", "d", "{}", expected=0, index=Index(labels={"l": ["no"]}))
    assert await store.found_versions("host", "l", "yes") == {"a": 1, "b": 2, "c": 1}
    assert await store.found_versions("host", "l", "yes", limit=2) == {"a": 1, "b": 2}
    assert await store.found_versions("host", "l", "yes", after="b") == {"c": 1}
    assert await store.found_versions("user", "l", "yes") == {}
    assert await store.labelled("host", "l", ["yes", "never"]) == {"yes": frozenset("abc")}
    assert await store.labelled("host", "l", []) == {}
