"""Messages of the day of Minecraft: from a text with formatting codes, or from components as a
server's status has them, to plain text, formatting codes and HTML.

The library reads and writes them. It raises for what it does not know, passes no colour on to
components within others, and closes HTML tags in the order in which it opened them. Hence it is
given components that it knows, each with its whole style, and writes one tag at a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

from mcstatus.motd import Motd
from mcstatus.motd.components import (
    JavaFormatting,
    JavaMinecraftColor,
    ParsedMotdComponent,
    WebColor,
)
from pydantic import BaseModel

LONGEST_MESSAGE = 4_096
"""Characters of a message of the day; what follows is left out."""
DEEPEST_COMPONENT = 64
"""Levels of components within components."""
STYLES = [each.name.lower() for each in JavaFormatting if each is not JavaFormatting.RESET]
BRITISH = re.compile("grey", re.IGNORECASE)
RESET = re.compile("\u00a7r", re.IGNORECASE)
NO_CODE = re.compile("&|\u00a7(?![0-9a-z])", re.IGNORECASE)
"""Characters that the library takes for the beginning of a code, but the game for text."""
HIDDEN = {"&": "\udc26", "\u00a7": "\udca7"}
"""What stands for them while the library reads: halves of surrogate pairs, which no text has."""
SHOWN = {ord(hidden): shown for shown, hidden in HIDDEN.items()}

Component = dict[str, Any]
Style = tuple[tuple[JavaMinecraftColor | WebColor, ...], tuple[JavaFormatting, ...]]
"""A colour, if any, and formattings."""
Run = tuple[str, Style]
"""Text of one style."""
PLAIN: Style = ((), ())


class MessageOfTheDay(BaseModel):
    """A message of the day: with its formatting codes, without them, and as safe HTML."""

    raw: str
    clean: str
    html: str


def message(raw: str) -> MessageOfTheDay:
    """From a text with formatting codes, which begin with a section sign (not an ampersand)."""
    return of_components([raw]).model_copy(update={"raw": raw})


def of_components(description: Any) -> MessageOfTheDay:
    """From the `description` of a status, a text or components: as much as can be read."""
    if isinstance(description, str):
        return message(readable(description)[:LONGEST_MESSAGE])
    read: list[Any] = list(_bounded(_flat(description, {})))
    found = groupby(_runs(Motd.parse(read).parsed), key=itemgetter(1))
    runs = [("".join(text for text, _ in alike), style) for style, alike in found]
    motd = Motd(list(_written(runs)), "")
    return MessageOfTheDay(
        raw=motd.to_minecraft(),
        clean=motd.to_plain(),
        html=f"<p>{''.join(map(_html, runs))}</p>",
    )


def readable(text: str) -> str:
    """The text, with a replacement character for each half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# Components for the library


def _flat(said: Any, outer: Component, depth: int = 0) -> Iterator[Component]:
    """From a text, a list whose first component is the others' parent, or an object with an
    `extra`: components with none within them. A reset code ends in the style of its component."""
    if depth > DEEPEST_COMPONENT:
        return
    match said:
        case str():
            known = NO_CODE.sub(lambda found: HIDDEN[found[0]], readable(said))
            yield from (outer | {"text": text} for text in RESET.split(known) if text)
        case bool() | int() | float():
            yield outer | {"text": str(said).lower()}
        case [first, *rest]:
            yield from _flat(first, outer, depth + 1)
            style = _style(first, outer) if isinstance(first, dict) else outer
            for each in rest:
                yield from _flat(each, style, depth + 1)
        case dict():
            style, extra = _style(said, outer), said.get("extra")
            own = said.get("text", said.get("fallback"))
            parts = [own] if isinstance(own, str | int | float) else []
            for each in [*parts, *(extra if isinstance(extra, list) else [extra])]:
                yield from _flat(each, style, depth + 1)


def _style(component: Component, outer: Component) -> Component:
    """The outer style, changed by what the component says of its own and the library can read."""
    style = dict(outer)
    for name in STYLES:
        match component.get(name):
            case True | "true":
                style[name] = True
            case False | "false":
                style[name] = False
    if isinstance(said := component.get("color"), str):
        colour = BRITISH.sub("gray", said)
        with suppress(ValueError):
            Motd.parse({"color": colour})
            style["color"] = colour
    return style


def _bounded(components: Iterable[Component]) -> Iterator[Component]:
    left = LONGEST_MESSAGE
    for each in components:
        yield each | {"text": each["text"][:left]}
        left -= len(each["text"])
        if left <= 0:
            return


# From the library


def _runs(parsed: Iterable[ParsedMotdComponent]) -> Iterator[Run]:
    """A colour ends what was before it, a reset all of it."""
    colour, formattings = PLAIN
    for part in parsed:
        match part:
            case str():
                yield part.translate(SHOWN), (colour, formattings)
            case JavaMinecraftColor() | WebColor():
                colour, formattings = (part,), ()
            case JavaFormatting.RESET:
                colour, formattings = PLAIN
            case JavaFormatting():
                known = {part, *formattings}
                formattings = tuple(each for each in JavaFormatting if each in known)


def _written(runs: Iterable[Run]) -> Iterator[ParsedMotdComponent]:
    """Colours that have no code are left out; those that have one reset what was before."""
    before = PLAIN
    for text, style in runs:
        colour = [each for each in style[0] if isinstance(each, JavaMinecraftColor)]
        if before != PLAIN and not colour:
            yield JavaFormatting.RESET
        yield from colour
        yield from style[1]
        yield text
        before = style


def _html(run: Run) -> str:
    """The library does not escape the text, so it is escaped before."""
    text, (colour, formattings) = run
    text = html.escape(text).replace("\n", "<br>")
    for part in (*formattings, *colour):
        text = Motd([part, text], "").to_html().removeprefix("<p>").removesuffix("</p>")
    return text
