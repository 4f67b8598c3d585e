"""How an instance fares, by how regularly its host says so. Who falls silent fares worse than they
said last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.instances import Health

WINDOW = 10
"""How many of the last checks are looked at."""
WORSE = [Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Rules:
    """`cadence` is how many seconds lie between two checks; of the last ten, `unhealthy_percent`
    may be missing, and `unknown_after` in a row; `close_after` seconds later nobody waits."""

    cadence: float
    unhealthy_percent: float
    unknown_after: int
    close_after: float


@dataclass
class Checks:
    """`since` is when the first could have come. Times are Unix seconds."""

    instance: str
    since: float
    said: Health | None = None
    times: list[float] = field(default_factory=list)

    @property
    def last(self) -> float:
        return self.times[-1] if self.times else self.since

    def hear(self, said: Health, *, now: float, rules: Rules) -> None:
        """Two at once count as one."""
        self.said = said
        if self.times and now - self.last < rules.cadence / 2:
            self.times.pop()
        self.times = [*self.times, now][-WINDOW:]

    def status(self, rules: Rules, *, now: float) -> Health | None:
        """None: nobody has said anything yet, and it is not late."""
        found = [self.said] if self.said else []
        if (now - self.last) / rules.cadence >= rules.unknown_after:
            found.append(Health.UNKNOWN)
        elif self._missing(rules, now) * 100 / WINDOW >= rules.unhealthy_percent:
            found.append(Health.UNHEALTHY)
        return max(found, key=WORSE.index, default=None)

    def given_up(self, rules: Rules, *, now: float) -> bool:
        silence = rules.unknown_after * rules.cadence + rules.close_after
        return now - self.last >= silence

    def _missing(self, rules: Rules, now: float) -> int:
        """None are missing from before the watch began."""
        expected = min(WINDOW, int((now - self.since) / rules.cadence))
        heard = sum(time > now - WINDOW * rules.cadence for time in self.times)
        return max(0, expected - heard)
