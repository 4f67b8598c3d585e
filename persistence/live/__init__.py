"""Bus and Leases: what happens now, and what fades."""
