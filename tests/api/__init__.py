"""Tests of the HTTP doors, against the real program over real sockets."""
