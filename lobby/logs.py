"""Structured logging and the audit log: one line a record on stderr, also for the libraries'.

Secrets are redacted: values by the name of their field, texts by what looks like a secret.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from lobby.config import Settings

HIDDEN = "[hidden]"
SECRET_NAME = re.compile(
    r"(^|[_-])(authorization|cookie|token|password|secret|key)s?$", re.IGNORECASE
)
SECRET_TEXT = re.compile(
    r"""
    (?P<told>
        \b (?:bearer|basic) \s+                              # what stands behind a scheme,
      | (?:authorization|cookie|token|password|secret|key)   # behind a telling name,
        ["']? \s* [=:] \s* ["']? (?:(?:bearer|basic|host)\s+)?
    ) [^\s"'&,;]+
  | (?<=input_value=) .*? (?=,\ input_type=)                 # what pydantic was given
  | (?<=://) [^\s/@]+ (?=@)                                  # who logs in by a URL
  | \b eyJ[\w-]+ \. [\w-]+ \. [\w-]*                         # one of our tokens
  | \b [0-9a-f]{64} \b                                       # one of our keys
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
UUID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)
"""A host's uuid can be all that a login takes: it is cut, and still tells hosts apart."""
STRUCTLOG_OWN = ("_record", "_from_structlog")
AUDIT = "audit"
"""The name of the audit log."""

audit = structlog.wrap_logger(
    None,
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory_args=(AUDIT,),
)
"""The audit log: who did what, to whom, with which outcome. Written at any `log_level`; no
other log holds whole uuids. What is to be recorded goes through `lobby.audit`."""


class LogStream(structlog.WriteLogger):
    """Writes the lines of one logger, and has its name."""

    def __init__(self, name: str = "lobby", file: TextIO | None = None) -> None:
        super().__init__(file or sys.stderr)
        self.name = name

    def msg(self, message: str) -> None:
        """A line that cannot be written, on a full disk, is lost: it must not fail what it is
        about."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure(settings: Settings) -> None:
    """Set up logging; call it once a process, before anything is logged."""
    last = as_json if settings.log_format == "json" else as_text
    finish: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.add_log_level,
        _named,
        structlog.processors.format_exc_info,
        hide,
        last,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=LogStream,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=finish))
    # No lower level for the libraries: at debug they log what clients sent, with tokens.
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.captureWarnings(True)


def hide(logger: Any, method: str, event: EventDict) -> EventDict:
    """Redact secrets in every field of a record, and uuids outside the audit log."""
    whole = event.get("logger") == AUDIT
    return {
        name: HIDDEN
        if SECRET_NAME.search(name) and value is not None
        else _hidden(value, whole=whole)
        for name, value in event.items()
        if name not in STRUCTLOG_OWN
    }


def as_json(logger: Any, method: str, event: EventDict) -> str:
    """For machines: the record as one JSON object."""
    return json.dumps(event)


def as_text(logger: Any, method: str, event: EventDict) -> str:
    """For people: time, level, logger, event, fields; a traceback follows in lines of its own."""
    trace = event.pop("exception", "")
    head = " ".join(
        _plain(event.pop(name, "-")) for name in ("timestamp", "level", "logger", "event")
    )
    facts = "".join(f" {name}={_quoted(value)}" for name, value in event.items())
    return head + facts + "".join(f"\n    | {_plain(line)}" for line in trace.splitlines())


def _named(logger: Any, method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    event["logger"] = record.name if record else logger.name
    return event


def _hidden(value: Any, depth: int = 0, *, whole: bool = False) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict) and depth < 4:
        return {
            str(name): HIDDEN
            if SECRET_NAME.search(str(name))
            else _hidden(inner, depth + 1, whole=whole)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set) and depth < 4:
        return [_hidden(inner, depth + 1, whole=whole) for inner in value]
    text = SECRET_TEXT.sub(lambda found: f"{found['told'] or ''}{HIDDEN}", str(value))
    return text if whole else UUID.sub(r"\1…", text)


def _plain(text: Any) -> str:
    """Escape what could begin a new line or control a terminal (log injection)."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in str(text))


def _quoted(value: Any) -> str:
    text = _plain(value)
    return json.dumps(text, ensure_ascii=False) if not text or " " in text else text
