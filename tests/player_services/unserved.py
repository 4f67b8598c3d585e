"""The operations of the schema file that no door of ours has yet."""

NOT_SERVED_YET: set[str] = set()
"""To be shortened as they come."""
