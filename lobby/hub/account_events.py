"""News of accounts on the bus: what each of them means for those who are served here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import events

if TYPE_CHECKING:
    from lobby.hub.hub import Hub


def receive(hub: Hub, payload: str | None) -> None:
    """One event; None where some may have been missed."""
    if payload is None:
        hub.recheck.set()
        hub.on_changed(None)
        hub.roster.accounts_missed()
        hub.queries.recheck(everybody=True)
        return
    match events.BUS_EVENT.validate_json(payload):
        case events.TokensRevoked() as revoked:
            hub.revoke(revoked.account, revoked.token_version, ended=revoked.ended)
        case events.ProfileChanged() as changed:
            hub.forget_account(changed.account)
            hub.on_changed(changed)
            hub.roster.renamed(changed)
        case events.StatusChanged() as changed:
            hub.on_changed(changed)
        case events.WatchRevoked() as excluded:
            _exclude(hub, excluded)
        case events.BansChanged() as bans:
            hub.hiding.changed(bans.accounts)
            hub.roster.ties_changed(bans.accounts)
            hub.queries.lists_changed(bans.accounts)
        case events.FriendsChanged() as friends:
            hub.roster.ties_changed(friends.accounts)
            hub.queries.lists_changed(friends.accounts)


def _exclude(hub: Hub, excluded: events.WatchRevoked) -> None:
    for watcher in [w for account in excluded.accounts for w in hub.of(account)]:
        for topic in hub.watching(watcher) & set(excluded.topics):
            hub.exclude(watcher, topic, excluded.code)
