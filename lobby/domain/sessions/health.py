"""Health of an instance, from the heartbeats (health checks) of its host and from missing ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.sessions.instances import Health

WINDOW = 10
"""Number of recent checks that are considered."""
WORSE = [Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN]


@dataclass(frozen=True, slots=True)
class HealthRules:
    """`cadence`: seconds between two checks. UNHEALTHY when `unhealthy_percent` of the last ten are
    missing, UNKNOWN when `unknown_after` in a row are; closed `close_after` seconds after that."""

    cadence: float
    unhealthy_percent: float
    unknown_after: int
    close_after: float


@dataclass
class Checks:
    """Received checks of an instance. `since`: start of the monitoring; `said`: the last reported
    health. Times are Unix seconds."""

    instance: str
    since: float
    said: Health | None = None
    times: list[float] = field(default_factory=list)

    @property
    def last(self) -> float:
        return self.times[-1] if self.times else self.since

    def record(self, health: Health, *, now: float, rules: HealthRules) -> None:
        """Record a check; two within half a cadence count as one."""
        self.said = health
        if self.times and now - self.last < rules.cadence / 2:
            self.times.pop()
        self.times = [*self.times, now][-WINDOW:]

    def status(self, rules: HealthRules, *, now: float) -> Health | None:
        """The worse of the last report and the missing checks; None: no check yet, none is due."""
        found = [self.said] if self.said else []
        if (now - self.last) / rules.cadence >= rules.unknown_after:
            found.append(Health.UNKNOWN)
        elif self._missing(rules, now) * 100 / WINDOW >= rules.unhealthy_percent:
            found.append(Health.UNHEALTHY)
        return max(found, key=WORSE.index, default=None)

    def lost(self, rules: HealthRules, *, now: float) -> bool:
        """Whether the host has been silent for so long that the instance is closed."""
        silence = rules.unknown_after * rules.cadence + rules.close_after
        return now - self.last >= silence

    def _missing(self, rules: HealthRules, now: float) -> int:
        """Missing checks of the last ten that were due since the monitoring began."""
        expected = min(WINDOW, int((now - self.since) / rules.cadence))
        heard = sum(time > now - WINDOW * rules.cadence for time in self.times)
        return max(0, expected - heard)
