"""Two players type what the page for client writers says, and see what it says that they see."""

from __future__ import annotations

import json
import re

from tests.docs.shell_sessions import Evening, Page, Terminal
from tests.support.waiting import until

PAGE = Page("docs/player-services.md")
PARTY = '{"type":"party"'
BOTH = r'^\{"type":"party".+"status":"leader".+"status":"member"'
UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def shown(block: str) -> dict[str, str]:
    """The first that is told, wherever it leads."""
    told: dict[str, str] = json.loads(block.replace(", …", ""))["notifications"][0]
    return told | {"rh_url": re.sub(r"\d{9,}", "…", told["rh_url"])}


async def test_ann_invites_ben_who_was_waiting_and_ben_joins(evening: Evening) -> None:
    serve, both, makes, waits, invites, joins = PAGE.blocks()
    read_ben, read_session = PAGE.said("read ")
    look, leave = PAGE.said("send ")
    await evening.serve(serve)
    ann, ben = evening.terminal(), evening.terminal()
    for terminal in (ann, ben):
        terminal.type(both)
    # 1. Ann is alone in a session of her own.
    ann.type(makes)
    await ann.shows('"status":"leader"')
    # 2. Ben waits.
    ben.type(waits)
    uuid = (await ben.shows(UUID))[0]
    await evening.is_waiting(ben)
    # 3. Ann invites Ben, whose terminal answers; then she waits.
    ann.type(f"{read_ben}\n{uuid}\n{invites}")
    told = json.loads((await ben.shows(r'^\{"notifications":.+$'))[0])["notifications"]
    session = told[0]["rh_url"].removeprefix("/session/v1/session/")
    assert (
        shown(PAGE.blocks("json")[0]).items() <= shown(json.dumps({"notifications": told})).items()
    )
    await evening.is_waiting(ann, unless='"message":"session_updated"')  # her own invitation
    # 4. Ben joins, and Ann's terminal answers. Both see both.
    ben.type(f"{read_session}\n{session}\n{joins}")
    await ann.shows(rf'^\{{"notifications":\[\{{"message":"session_updated",.+/{session}"')
    # What told Ann may have been her own invitation.
    await until(lambda: _has_both(ann, look))
    ben.type(look)
    await ben.shows(BOTH)
    # 5. Ben leaves, and sees a session without themselves.
    ben.type(f"{leave}\n{look}\necho over")
    seen = (await ben.shows(r"^(.+)\n+over$"))[1]
    assert uuid not in seen
    assert json.loads(seen)["teams"][0]["players"][0]["status"] == "leader"


async def _has_both(terminal: Terminal, look: str) -> bool:
    answers = terminal.shown.count(PARTY)
    terminal.type(look)
    await until(lambda: terminal.shown.count(PARTY) > answers)
    return re.search(BOTH, terminal.shown, re.MULTILINE) is not None
