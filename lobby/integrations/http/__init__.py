"""Outgoing HTTP, with SSRF guard, circuit breaker, timeouts and signatures.

The only HTTP client of the program; it calls only services that the operator has named.
"""

from __future__ import annotations

from lobby.integrations.http.calls import HttpClient, HttpResponse

__all__ = ["HttpClient", "HttpResponse"]
