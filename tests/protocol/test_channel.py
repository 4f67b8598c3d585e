"""Commands of the channel, as they are parsed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from protocol.channel import COMMAND


@pytest.mark.parametrize(
    "location",
    ["a b", "x:\r\nSet-Cookie: a=b", "play.example", "udp://pläy", "udp://a\x00", "1a:b", "a:%zz"],
)
def test_where_a_session_is_played_is_a_uri(location: str) -> None:
    """It goes into a header of who joins."""
    command = {"type": "session.update", "id": "1", "session": "1024", "location": location}
    with pytest.raises(ValidationError):
        COMMAND.validate_python(command)
    good = COMMAND.validate_python(command | {"location": "udp://[::1]:7777/a%20b?x=1#y"})
    assert good.type == "session.update"
