"""Types that public tools make of the document of the channel: all of them are there, each with a
name of its own, and a client that uses them compiles.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from lobby.channel.asyncapi import document
from tests.support.generators import HERE, TOOLS, need, run

EXPORT = re.compile(r"^export (?:interface|type) (\w+)", re.MULTILINE)
ROOT_TYPE = "Channel"
"""What the generator calls the union of all."""


def test_types_of_the_channel_are_generated_and_hold(tmp_path: Path) -> None:
    need("typescript", "@asyncapi/parser", "json-schema-to-typescript")
    written, types = tmp_path / "asyncapi.json", tmp_path / "types.ts"
    said = document(version="1")
    written.write_text(json.dumps(said))
    found = run("node", HERE / "asyncapi_types.mjs", written, types, cwd=tmp_path)
    assert found == f"{len(said['operations'])} operations\n"
    exported = EXPORT.findall(types.read_text())
    assert sorted(exported) == sorted([*said["components"]["schemas"], ROOT_TYPE])
    assert not [name for name in exported if name[-1].isdigit()]
    for name in ("usage_channel.ts", "tsconfig.json", "tsconfig.channel.json"):
        shutil.copy(HERE / name, tmp_path)
    assert run(TOOLS / "tsc", "--project", "tsconfig.channel.json", cwd=tmp_path) == ""
