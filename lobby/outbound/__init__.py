"""The only HTTP that we send: to services that the operator has named, and to no others.

Knows addresses, limits and signatures; what is said, and why, is the verbs' to say.
"""

from __future__ import annotations

from lobby.outbound.calls import Answer, Outbound

__all__ = ["Answer", "Outbound"]
