"""Attacks on the lobby, by the rows of the threat table."""
