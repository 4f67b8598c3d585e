"""Whether a reload would come up again: what is read at the start is read once more, beforehand."""

from __future__ import annotations

import structlog
from pydantic import ValidationError

from lobby import catalogue as catalogues
from lobby.config import Settings, complaints
from lobby.identity import tokens

log = structlog.get_logger(__name__)


def faults(settings: Settings) -> list[str]:
    """Of the settings, the keys and the catalogue; one line each."""
    try:
        Settings.model_validate(settings.model_dump())
        catalogues.load(settings)
        tokens.load_key_ring(settings)
    except ValidationError as error:
        return complaints(error)
    except catalogues.InvalidCatalogue as wrong:
        return wrong.lines
    except tokens.BadKeys as wrong:
        return [str(wrong)]
    return []


def sound(settings: Settings) -> bool:
    """Says what is wrong, where something is; then everything stays as it was."""
    wrong = faults(settings)
    if wrong:
        log.error("reload_refused", faults=wrong)
    return not wrong
