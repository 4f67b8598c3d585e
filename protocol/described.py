"""Description and example of a field, for the documents that are made from the models."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def described(text: str, *examples: Any) -> Any:
    """Metadata of an annotated field: what it means, with its unit and bounds, and valid values.
    Without examples it keeps those of the type."""
    shown: dict[str, Any] = {"examples": [*examples]} if examples else {}
    return Field(description=text, **shown)
