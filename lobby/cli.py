"""The command line."""

import uvicorn

from lobby.channel.handshake import Http
from lobby.channel.limits import Limits
from lobby.channel.wire import wire
from lobby.config import Settings
from lobby.main import create_app


def main() -> None:
    s = Settings()
    uvicorn.run(
        create_app(s),
        host=s.host,
        port=s.port,
        ws=wire(Limits()),
        http=Http,
        log_level="warning",
        proxy_headers=False,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
