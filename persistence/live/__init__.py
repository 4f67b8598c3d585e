"""Implementations of the volatile ports: Bus, Locks, Notes, Timers, Presence; lost on a restart."""
