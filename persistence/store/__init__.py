"""Implementations of the durable ports, Documents and Journal, on SQLite and PostgreSQL."""
