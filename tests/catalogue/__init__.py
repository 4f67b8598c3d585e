"""Tests of what a game offers: the file, its faults, and how they are told."""
