"""In which order test files run, so that no core is idle before the end: files that wait run beside
files that compute, and of either kind the longest begin first.

A test file runs in one worker (`--dist loadfile`), which takes the next one in this order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.repository import ROOT

WAITING = ("chaos", "soak", "stories", "web", "cli", "process", "docs")
"""Folders whose few tests start processes and wait for them."""
USUAL_SECONDS = 0.06
"""Of a test whose file is not in `SECONDS`."""
SECONDS: Mapping[str, int] = {
    "chaos/test_chaos.py": 49,
    "api/player_services/test_bad_input.py": 45,
    "security/test_login_floods.py": 39,
    "actions/accounts/test_unfinished_evictions.py": 29,
    "api/player_services/test_generated.py": 27,
    "stories/test_many_at_once.py": 25,
    "process/test_supervisor_reload.py": 23,
    "stories/test_dedicated_host.py": 20,
    "security/test_stalls.py": 20,
    "api/player_services/test_notifications_processes.py": 20,
    "stories/test_clocks.py": 17,
    "stories/test_behind_nginx.py": 17,
    "security/test_enumeration.py": 17,
    "process/test_supervisor.py": 17,
    "stories/test_herd.py": 16,
    "web/test_connection.py": 15,
    "stories/test_kept_out_at_once.py": 14,
    "stories/test_host_adapter.py": 14,
    "soak/test_soak.py": 14,
    "stories/test_database_failover.py": 13,
    "security/test_long_lists.py": 13,
    "security/test_key_rotation.py": 13,
    "security/test_cookies.py": 13,
    "api/player_services/test_matrix.py": 13,
    "security/test_audit.py": 11,
    "cli/test_serve.py": 11,
    "actions/accounts/test_eviction_at_once.py": 11,
    "stories/test_backup_and_restore.py": 10,
    "security/test_administrators.py": 10,
    "web/test_live.py": 9,
    "stories/test_drops_and_restarts.py": 9,
    "security/test_password_grant.py": 9,
    "api/test_encodings.py": 9,
    "stories/test_matchmaking.py": 8,
    "stories/test_full_disk.py": 8,
    "security/test_icon_bombs.py": 8,
    "cli/test_player.py": 8,
    "api/test_idempotency_key.py": 8,
    "api/test_generated.py": 8,
    "api/server_status/test_tokens.py": 8,
    "api/player_services/test_login_limits.py": 8,
    "web/test_the_channel_document.py": 7,
    "web/test_coming_back.py": 7,
    "stories/test_guest_joins.py": 7,
    "security/test_connection_floods.py": 7,
    "api/server_status/test_bad_input.py": 7,
    "web/test_looks.py": 6,
    "stories/test_bans_do_not_show.py": 6,
    "security/test_listing_floods.py": 6,
    "process/test_server.py": 6,
    "process/test_reload.py": 6,
    "api/test_openapi.py": 6,
    "api/server_status/test_matrix.py": 6,
    "security/test_log_contents.py": 5,
    "cli/test_admin.py": 5,
    "api/server_status/test_names.py": 5,
    "api/server_status/test_icons.py": 5,
    "api/server_status/test_dialect.py": 5,
}
"""Of the longest files, roughly: `--durations=0` says them. One that is missing costs nothing but
some idleness at the end."""


def spread(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests in this order, those of a file together as they were."""
    tests = Counter(item.path for item in items)
    seconds = {path: _seconds(path, number) for path, number in tests.items()}
    waiting = {path: n for path, n in seconds.items() if set(WAITING) & set(path.parts)}
    computing = {path: n for path, n in seconds.items() if path not in waiting}
    when = _begins(waiting) | _begins(computing)
    return sorted(items, key=lambda item: (when[item.path], item.path))


def _seconds(path: Path, tests: int) -> float:
    return SECONDS.get(str(path.relative_to(ROOT / "tests")), tests * USUAL_SECONDS)


def _begins(seconds: Mapping[Path, float]) -> dict[Path, float]:
    """What part of them all has run when each begins: the longest at nought."""
    whole, before = sum(seconds.values()), 0.0
    begins: dict[Path, float] = {}
    for path in sorted(seconds, key=lambda path: (-seconds[path], path)):
        begins[path] = before / whole
        before += seconds[path]
    return begins
