"""How long tests wait for what ought to happen. Only a test that fails waits so long."""

from __future__ import annotations

PATIENCE = 30.0
"""Seconds: also where the machine is busy with something else."""

SOON = 5.0
"""What "at once" may take on such a machine; less than what would come later by itself."""
