"""Training in a worker: the one door to torch, timm and albumentations."""

import os

# Before torch loads OpenMP: its threads wait for each other by spinning, and where another
# program has one of the cores they spin for whole time slices. Measured on two busy cores with
# two threads: 28 photos a second by spinning, 264 by sleeping.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
