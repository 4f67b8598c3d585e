"""The fan-out hub: which watchers of this process watch which topics, and what each is sent.

A frame is encoded once and the same bytes go to all. Knows topics, versions and watchers; knows
neither nouns nor sockets.
"""

from lobby.hub.fanout import Watcher
from lobby.hub.hub import Hub
from lobby.hub.source import Known, News, Snapshot, Source

__all__ = ["Hub", "Known", "News", "Snapshot", "Source", "Watcher"]
