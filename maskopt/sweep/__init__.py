"""The main story: a search-space file becomes a finished study."""

from maskopt.sweep.options import SweepOptions, SweepOutcome
from maskopt.sweep.story import run_sweep

__all__ = ["SweepOptions", "SweepOutcome", "run_sweep"]
