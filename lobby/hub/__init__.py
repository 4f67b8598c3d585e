"""Who watches what in this process: encodes once, writes the same bytes to everybody.

Knows topics, versions and watchers; knows neither nouns nor sockets.
"""

from lobby.hub.fanout import Watcher
from lobby.hub.hub import Hub
from lobby.hub.sources import Known, Look, Source

__all__ = ["Hub", "Known", "Look", "Source", "Watcher"]
