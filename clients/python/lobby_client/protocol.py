"""Commands and topics of the live channel, with their types.

Written by scripts/python-client-types from the models of the server: change those, then
`make clients`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

from lobby_client import models
from lobby_client.channel import Channel
from lobby_client.documents import Live
from lobby_client.journals import Journal
from lobby_client.states import Retry


class Commands(Channel):
    """What a game says and watches."""

    def presence(self) -> Live[dict[str, models.Person]]:
        """Who is online, by uuid."""
        return self.watch("presence")

    def presence_count(self) -> Live[models.PresenceCount]:
        """How many are online, once a second."""
        return self.watch("presence:count")

    def person(self, uuid: str) -> Live[models.OnePerson]:
        """A person; empty where they are not shown."""
        return self.watch(f"presence:{uuid}")

    def friends(self) -> Live[models.Friends]:
        """Your list of friends, and who of them is online."""
        return self.watch("friends")

    @overload
    def sessions(self) -> Live[dict[str, models.ListedSession]]: ...

    @overload
    def sessions(
        self, *, filter: models.SessionFilter, sort: str = ..., limit: int = ...
    ) -> Live[models.SessionsWindow]: ...

    @overload
    def sessions(self, *, sort: str, limit: int = ...) -> Live[models.SessionsWindow]: ...

    @overload
    def sessions(self, *, limit: int) -> Live[models.SessionsWindow]: ...

    def sessions(self, **question: Any) -> Live[Any]:
        """What answers a question to the sessions."""
        return self._asked("sessions", **question)

    def people(
        self,
        *,
        filter: models.PeopleFilter | None = None,
        sort: Literal["name", "-since"] | None = None,
        limit: int | None = None,
    ) -> Live[models.PeopleWindow]:
        """What answers a question to who is online."""
        return self._asked("people", filter=filter, sort=sort, limit=limit)

    def session(self, id: str) -> Live[models.Session | models.ListedSession]:
        """A session; those who do not belong to it see less."""
        return self.watch(f"session:{id}")

    def host(self, uuid: str) -> Live[models.Host]:
        """What guests may see of a host."""
        return self.watch(f"host:{uuid}")

    def queue(self, ticket: str) -> Live[models.Ticket]:
        """A ticket of yours: how it stands, why it waits."""
        return self.watch(f"queue:{ticket}")

    def inbox(self, *, after: int | None = None) -> Journal[models.InboxEntry]:
        """What you should know, also when you were away."""
        return self.journal("inbox", after=after)

    def chat(self, session: str, *, after: int | None = None) -> Journal[models.ChatEntry]:
        """What was said among those who sit in a session."""
        return self.journal(f"chat:{session}", after=after)

    @overload
    async def command(
        self,
        type: Literal["host.set"],
        /,
        *,
        only_friends: bool = ...,
        allow_nonames: bool = ...,
        attributes: Mapping[str, Any] = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Hosting: ...

    @overload
    async def command(
        self,
        type: Literal["host.befriend"],
        /,
        *,
        friend: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.FriendList: ...

    @overload
    async def command(
        self,
        type: Literal["host.unfriend"],
        /,
        *,
        friend: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.FriendList: ...

    @overload
    async def command(
        self,
        type: Literal["host.ban"],
        /,
        *,
        guest: str,
        for_s: int = ...,
        reason: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.BanList: ...

    @overload
    async def command(
        self,
        type: Literal["host.unban"],
        /,
        *,
        guest: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.BanList: ...

    @overload
    async def command(
        self,
        type: Literal["session.launch"],
        /,
        *,
        name: str = ...,
        entry: Literal["open", "friends", "invited", "closed"] = ...,
        joinable: bool = ...,
        password: str = ...,
        attributes: Mapping[str, Any] = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionLaunched: ...

    @overload
    async def command(
        self,
        type: Literal["session.join"],
        /,
        *,
        session: str,
        friend: str = ...,
        password: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.join"],
        /,
        *,
        host: str,
        friend: str = ...,
        password: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.ask"],
        /,
        *,
        sessions: Sequence[str],
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Admissions: ...

    @overload
    async def command(
        self,
        type: Literal["session.leave"],
        /,
        *,
        session: str,
        reason: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionChanged: ...

    @overload
    async def command(
        self,
        type: Literal["session.kick"],
        /,
        *,
        session: str,
        guest: str,
        for_s: int = ...,
        reason: str = ...,
        message: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.PlayerKicked: ...

    @overload
    async def command(
        self,
        type: Literal["session.pardon"],
        /,
        *,
        session: str,
        guest: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionChanged: ...

    @overload
    async def command(
        self,
        type: Literal["session.excluded"],
        /,
        *,
        session: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.ExcludedPlayers: ...

    @overload
    async def command(
        self,
        type: Literal["session.invite"],
        /,
        *,
        session: str,
        guest: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.update"],
        /,
        *,
        session: str,
        name: str = ...,
        entry: Literal["open", "friends", "invited", "closed"] = ...,
        joinable: bool = ...,
        password: str | None = ...,
        location: str = ...,
        attributes: Mapping[str, Any] = ...,
        teams_locked: bool = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.code"],
        /,
        *,
        session: str,
        renew: bool = ...,
        drop: bool = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.CodeShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.move"],
        /,
        *,
        session: str,
        team: int,
        player: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.swap"],
        /,
        *,
        session: str,
        players: Sequence[str],
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.SessionShown: ...

    @overload
    async def command(
        self,
        type: Literal["session.permit"],
        /,
        *,
        session: str,
        player: str,
        permits: Sequence[Literal["invite", "kick", "move"]],
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Permitted: ...

    @overload
    async def command(
        self,
        type: Literal["session.push"],
        /,
        *,
        session: str,
        source_of_truth_key: str,
        state: Mapping[str, Any],
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Pushed: ...

    @overload
    async def command(
        self,
        type: Literal["session.say"],
        /,
        *,
        session: str,
        text: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.LineSaid: ...

    @overload
    async def command(
        self,
        type: Literal["session.signal"],
        /,
        *,
        session: str,
        body: Mapping[str, Any],
        to: str = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Done: ...

    @overload
    async def command(
        self,
        type: Literal["session.close"],
        /,
        *,
        session: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Done: ...

    @overload
    async def command(
        self,
        type: Literal["queue.join"],
        /,
        *,
        queue: str,
        session: str,
        waited: float = ...,
        map_preferences: Sequence[str] = ...,
        backfill: bool = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Queued: ...

    @overload
    async def command(
        self,
        type: Literal["queue.join"],
        /,
        *,
        queues: Sequence[str],
        session: str,
        waited: float = ...,
        map_preferences: Sequence[str] = ...,
        backfill: bool = ...,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Queued: ...

    @overload
    async def command(
        self,
        type: Literal["queue.leave"],
        /,
        *,
        session: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Done: ...

    @overload
    async def command(
        self,
        type: Literal["queue.accept"],
        /,
        *,
        ticket: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Done: ...

    @overload
    async def command(
        self,
        type: Literal["queue.decline"],
        /,
        *,
        ticket: str,
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.Done: ...

    @overload
    async def command(
        self,
        type: Literal["presence.set"],
        /,
        *,
        status: Literal["online", "away", "busy", "playing", "invisible"],
        timeout: float | None = ...,
        id: str | None = ...,
        retry: Retry = ...,
    ) -> models.StatusShown: ...

    async def command(
        self,
        type: str,
        /,
        *,
        timeout: float | None = None,
        id: str | None = None,
        retry: Retry = "safe",
        **fields: Any,
    ) -> Any:
        """Its result; by then a session that is watched shows it. `timeout`: seconds.
        `retry="never"`: not said again after a loss, nor after `too_many`. Cancelled, it gives up
        its answer, and nothing else.

        Raises Refused, TimedOut (it was never sent), UnknownOutcome (it was sent, and its answer is
        lost), QueueFull, Closed.
        """
        return await self._command(type, fields, timeout, id, retry)
