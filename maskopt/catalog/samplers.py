"""The samplers: which training photos an epoch shows."""

from __future__ import annotations

from maskopt.catalog import Entry

SAMPLERS = {
    "shuffled": Entry("maskopt.vision.samplers:shuffled", help="every photo once an epoch"),
    "class_balanced": Entry(
        "maskopt.vision.samplers:class_balanced",
        help="every combination of classes equally often, drawn with replacement",
    ),
}
