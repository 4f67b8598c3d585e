"""A newcomer types what the README says, and sees what it says."""

from __future__ import annotations

from tests.docs.shell_sessions import Evening, Page

PAGE = Page("README.md")


async def test_the_first_evening_goes_as_the_page_says(evening: Evening) -> None:
    _, log_in, launch, join, ban, live, _ = PAGE.blocks()
    await evening.serve("make run")
    caller = evening.terminal()
    # 1 to 3. A user, a host with a session, and the user in it.
    caller.type(log_in + launch)
    session = (await caller.shows(r'"session_id":(\d+),"source_of_truth_key"'))[1]
    caller.type(join)
    await caller.shows(rf'\{{"session_id":{session}\}}')
    # 4. Banned, and not let in again.
    again = join.replace("curl ", "curl -w ' %{http_code} ' ")
    caller.type(ban + again)
    await caller.shows(r'"message":.+ 404 ')
    # 5. A client whom the host that is there does not welcome joins the next one.
    hosts, joins = live.splitlines()
    host, guest = evening.terminal(), evening.terminal()
    guest.type(joins)
    await guest.shows("refused: guest_not_welcome")
    host.type(hosts)
    for terminal in (host, guest):
        await terminal.shows(r"First light \(2 of 8 seats\)")
