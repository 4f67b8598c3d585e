"""Tests of the tree itself: what it stands on, how it is laid out, how it is started."""
