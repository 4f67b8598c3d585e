"""URLs of Redis: one server, a cluster, or a primary that sentinels name.

    redis://user:password@host:port/database      rediss:// with TLS, unix:///path
    redis+cluster://user:password@host:port,host:port
    redis+sentinel://user:password@host:port,host:port/NAME/database
                                                  rediss+… with TLS

Behind `?` may stand, for sentinels with a password of their own, `sentinel_password=` and
`sentinel_username=`; with TLS, `ssl_ca_certs=`, `ssl_cert_reqs=` and `ssl_check_hostname=`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = (
    *("redis:", "rediss:", "unix:"),
    *("redis+cluster:", "rediss+cluster:", "redis+sentinel:", "rediss+sentinel:"),
)
PORTS = {"cluster": 6379, "sentinel": 26379}
TLS_OPTIONS = ("ssl_ca_certs", "ssl_cert_reqs", "ssl_check_hostname")
OF_SENTINELS = ("sentinel_username", "sentinel_password")

Kind = Literal["single", "cluster", "sentinel"]
Address = tuple[str, int]


@dataclass(frozen=True)
class RedisUrl:
    """`nodes`: some of a cluster, else the sentinels; `master`: the name by which these know the
    primary. Of a single server only `text` counts."""

    kind: Kind
    text: str = field(repr=False)
    nodes: tuple[Address, ...] = ()
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    master: str = ""
    database: int = 0
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def option(self, name: str) -> str | None:
        return dict(self.options).get(name)

    @property
    def tls_options(self) -> dict[str, str | bool]:
        found: dict[str, str | bool] = {k: v for k, v in self.options if k in TLS_OPTIONS}
        if "ssl_check_hostname" in found:
            found["ssl_check_hostname"] = found["ssl_check_hostname"] in ("true", "True", "1")
        return found


def parse_redis_url(text: str) -> RedisUrl:
    """Raises ValueError, which says what the URL should look like."""
    if not text.startswith(SCHEMES):
        raise ValueError(f"should begin with one of: {', '.join(SCHEMES)}")
    scheme, _, kind = text.partition(":")[0].partition("+")
    if kind not in ("cluster", "sentinel"):
        return RedisUrl("single", text)
    parts = urlsplit(text)
    user, _, hosts = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    path = [part for part in parts.path.split("/") if part]
    options = tuple(parse_qsl(parts.query, keep_blank_values=True))
    allowed = TLS_OPTIONS + (OF_SENTINELS if kind == "sentinel" else ())
    if unknown := sorted({key for key, _ in options} - set(allowed)):
        raise ValueError(f"{unknown[0]} is none of: {', '.join(allowed)}")
    master, database = _path(kind, path)
    return RedisUrl(
        "cluster" if kind == "cluster" else "sentinel",
        text,
        tuple(_address(host, PORTS[kind]) for host in hosts.split(",")),
        unquote(name) or None,
        unquote(password) or None,
        scheme == "rediss",
        master,
        database,
        options,
    )


def _path(kind: str, path: list[str]) -> tuple[str, int]:
    if kind == "cluster":
        if path not in ([], ["0"]):
            raise ValueError("a cluster has one database: nothing follows its nodes")
        return "", 0
    if not 1 <= len(path) <= 2 or (not "".join(path[1:]).isdecimal() and path[1:]):
        raise ValueError(
            "sentinels are followed by the primary's name: //host:port,host:port/NAME/0"
        )
    return unquote(path[0]), int(path[1]) if path[1:] else 0


def _address(text: str, port: int) -> Address:
    try:
        parts = urlsplit(f"//{text}")
        host, given = parts.hostname, parts.port
    except ValueError:
        host, given = None, None
    if not host:
        raise ValueError("names each node as host:port, separated by commas")
    return host, given or port
