"""Frames are described and built in one place, and every one that is built is as described."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import from_json

import lobby
from protocol import frames, framing
from protocol.codec import encode_member

MODELS: dict[str, type[BaseModel]] = {
    str(get_args(model.model_fields["type"].annotation)[0]): model
    for model in get_args(frames.Frames)
}
TEXT = 'Ann says "hi" — 1 < 2, ünïcode\n'
NESTED = {"a": {"b": [1, 2.5, None, True, TEXT]}, "gone": None}
INBOX = "inbox:0b0e7b3c-4a55-4f1e-8d5f-0a1b2c3d4e5f"
DOCUMENT = {"topic": "session:1", "version": 7}
BUILT: dict[str, list[tuple[bytes, dict[str, Any]]]] = {
    "reply": [(frames.reply("1", NESTED), {"re": "1", "result": NESTED})],
    "refusal": [
        (
            frames.refusal("1", code="too_many", message=TEXT, retry_after=0.5),
            {"re": "1", "code": "too_many", "message": TEXT, "retry_after": 0.5},
        ),
        (
            frames.refusal(None, code="malformed", message=""),
            {"re": None, "code": "malformed", "message": ""},
        ),
    ],
    "state": [
        (
            frames.state(
                "session:1",
                epoch="e",
                version=7,
                parts=[encode_member(key, NESTED[key]) for key in NESTED],
            ),
            {**DOCUMENT, "epoch": "e", "state": NESTED},
        ),
        (
            frames.state("session:1", epoch="e", version=7, parts=[], view="inside"),
            {**DOCUMENT, "epoch": "e", "view": "inside", "state": {}},
        ),
    ],
    "unchanged": [
        (frames.unchanged("session:1", epoch="e", version=7), {**DOCUMENT, "epoch": "e"})
    ],
    "patch": [
        (
            frames.patch("session:1", since=5, version=7, patch=NESTED),
            {**DOCUMENT, "since": 5, "patch": NESTED},
        )
    ],
    "ended": [(frames.ended(INBOX, "gone"), {"topic": "inbox", "code": "gone"})],
    "entry": [
        (
            frames.entry(INBOX, 3, b'{"text": "as it was written"}'),
            {"topic": "inbox", "cursor": 3, "entry": {"text": "as it was written"}},
        )
    ],
    "trimmed": [(frames.trimmed(INBOX), {"topic": "inbox"})],
    "signal": [
        (
            frames.signal("session:1", author="a", body=NESTED),
            {"topic": "session:1", "author": "a", "body": NESTED},
        )
    ],
    "degraded": [(frames.degraded(["redis"]), {"parts": ["redis"]})],
    "drain": [(frames.drain(return_after_ms=250), {"return_after_ms": 250})],
}
"""What each builder makes, and what that says."""
EVERY = [(type, *built) for type, several in BUILT.items() for built in several]


def test_every_frame_that_is_described_has_a_builder_and_no_other() -> None:
    """A builder has the name of the frame's type."""
    defined = inspect.getmembers(frames, inspect.isfunction)
    builders = {name for name, made in defined if made.__module__ == frames.__name__}
    assert {name for name in builders if not name.startswith("_")} == set(MODELS) == set(BUILT)


@pytest.mark.parametrize(("type", "frame", "said"), EVERY)
def test_what_is_built_is_one_text_frame_as_its_model_describes_it(
    type: str, frame: bytes, said: dict[str, Any]
) -> None:
    assert frame[0] == framing.TEXT
    assert framing.payload_span(frame, 0)[1] == len(frame)
    found = from_json(framing.payload(frame))
    assert found == {"type": type, **said}
    assert set(found) <= set(MODELS[type].model_fields)
    assert isinstance(frames.FRAME.validate_json(framing.payload(frame), strict=True), MODELS[type])


NAMES = {model.__name__ for model in MODELS.values()}


def builds_frames(tree: ast.AST) -> list[int]:
    """Lines where something with the type of a frame is made: `{"type": "patch"}`,
    `frame(type="patch")`, `frames.Patch(...)`."""
    nodes = list(ast.walk(tree))
    return [node.lineno for node in nodes if isinstance(node, ast.expr) and makes_frame(node)] + [
        node.lineno
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == frames.__name__
        if NAMES & {alias.name for alias in node.names}
    ]


def makes_frame(node: ast.expr) -> bool:
    match node:
        case ast.Dict():
            pairs = [
                (constant(key), constant(value))
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="frames"), attr=name)) if name in NAMES:
            return True
        case ast.Call():
            pairs = [(keyword.arg, constant(keyword.value)) for keyword in node.keywords]
        case _:
            return False
    return any(key == "type" and value in MODELS for key, value in pairs)


def constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


@pytest.mark.parametrize(
    "text",
    [
        'out.write(encode({"type": "patch", "topic": topic}))',
        'frame(type="ended", topic=topic)',
        "frames.Drain(return_after_ms=1)",
        "from protocol.frames import Drain",
    ],
)
def test_a_frame_that_is_built_elsewhere_would_be_found(text: str) -> None:
    assert builds_frames(ast.parse(text)) == [1]


def test_nothing_in_the_lobby_builds_a_frame_by_itself() -> None:
    root = Path(lobby.__file__).parent
    files = sorted(root.rglob("*.py"))
    assert len(files) > 100
    found = [
        f"{file.relative_to(root)}:{line}"
        for file in files
        for line in builds_frames(ast.parse(file.read_text()))
    ]
    assert found == []
