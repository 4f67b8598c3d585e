"""Merge patches (RFC 7396): what has changed is copied along its path, all else is shared with the
state before, which stays as it was."""

from __future__ import annotations

from typing import Any

Path = tuple[str, ...]


def without_nulls(value: Any) -> Any:
    """A copy; null within objects is left out, as it is the same as absent."""
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


def merged(patch: Any, target: Any, paths: list[Path], at: Path = ()) -> Any:
    """`patch` over `target`; where something changes is added to `paths`."""
    if not isinstance(patch, dict) or not isinstance(target, dict):
        if type(patch) is type(target) and patch == target:
            return target
        paths.append(at)
        return without_nulls(patch)
    before, whole = len(paths), dict(target)
    for key, value in patch.items():
        if value is not None:
            whole[key] = merged(value, whole.get(key), paths, (*at, key))
        elif key in whole:
            del whole[key]
            paths.append((*at, key))
    return whole if len(paths) > before else target


def value_at(state: Any, path: Path) -> Any:
    """None where there is nothing."""
    for key in path:
        state = state.get(key) if isinstance(state, dict) else None
    return state
