"""Cleaner worker: removes what nobody can come back to, and gives documents that an older program
wrote the labels and the terms of this one, on one process at a time (leader election).

A round is small and others have their turn between any two of its steps, so that neither the event
loop nor the store is held.
"""

from __future__ import annotations

from lobby.actions.accounts.abandoned import Abandoned
from lobby.actions.login import token_families
from lobby.actions.sessions import older_terms
from lobby.actions.sessions.leftovers import Leftovers
from lobby.context import Lobby
from lobby.workers.leader import Leader

ROUND_SECONDS = 2.0
"""Pause between two rounds."""
TERM_SECONDS = 10.0
"""Term of the leader's lock: so long after a crash nothing is removed."""
ACCOUNTS_AT_ONCE = 50
"""Abandoned accounts that one step looks at."""
FAMILIES_AT_ONCE = 100
"""Logins that have ended and are removed in one step."""
STREAMS_AT_ONCE = 20
"""Streams that one round looks at."""
COMMANDS_AT_ONCE = 500
"""Ids of commands that are removed in one transaction."""
MARKED_AT_ONCE = 100
"""Documents of an older program whose labels are written in one step."""
MOST_STEPS = 20
"""Steps of one kind in a round."""


class Cleaner:
    """Runs rounds of removal, while this process leads."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._abandoned, self._leftovers = Abandoned(lobby), Leftovers(lobby)
        self._indexed: dict[str, str | None] = {}
        self._terms_complete = False
        self._leader = Leader(
            lobby, "cleaner", term=TERM_SECONDS, pause=ROUND_SECONDS, round=self.round
        )

    async def run(self) -> None:
        """Endless."""
        await self._leader.run()

    async def round(self) -> None:
        lobby = self._lobby
        if not self._terms_complete:
            await older_terms.complete(lobby)
            self._terms_complete = True
        for _ in range(MOST_STEPS):
            looked_at = await self._abandoned.remove(most=ACCOUNTS_AT_ONCE)
            ended = await token_families.remove_ended(lobby, most=FAMILIES_AT_ONCE)
            forgotten = await lobby.store.forget_commands(now=lobby.clock(), most=COMMANDS_AT_ONCE)
            whole = looked_at == ACCOUNTS_AT_ONCE, ended == FAMILIES_AT_ONCE
            if not any(whole) and forgotten < COMMANDS_AT_ONCE:
                break
        await self._leftovers.forget(most=STREAMS_AT_ONCE)
        await self._reindex()

    async def _reindex(self) -> None:
        """Once through all that are marked, which takes many rounds of a large store."""
        for kind, repository in (
            ("account", self._lobby.accounts),
            ("game host", self._lobby.game_hosts),
        ):
            for _ in range(MOST_STEPS):
                after = self._indexed.get(kind, "")
                if after is None:
                    break
                self._indexed[kind] = await repository.reindex(after=after, limit=MARKED_AT_ONCE)
