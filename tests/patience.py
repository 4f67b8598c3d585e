"""How long tests wait for what ought to happen. Only a test that fails waits so long."""

from __future__ import annotations

PATIENCE = 20.0
"""Seconds: also where the machine is busy with something else."""
