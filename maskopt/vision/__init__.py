"""Training in a worker: the one door to torch, timm and albumentations."""

import os
import sys
from importlib import import_module

# Before torch loads OpenMP: its threads wait for each other by spinning, and where another
# program has one of the cores they spin for whole time slices. Measured on two busy cores with
# two threads: 28 photos a second by spinning, 264 by sleeping.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would ask the network for its version

# timm loads wandb wherever it is installed, to log what we never ask it to: half a second or more
# a worker, and temporary folders that stay where a worker is killed.
if "wandb" not in sys.modules:
    sys.modules["wandb"] = None  # type: ignore[assignment]
    try:
        import_module("timm.utils")
    finally:
        del sys.modules["wandb"]
