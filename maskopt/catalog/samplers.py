"""The samplers: which training photos an epoch shows."""

from __future__ import annotations

from maskopt.catalog import Entry

SAMPLERS = {
    "shuffled": Entry(
        "maskopt.vision.samplers:shuffled",
        help="every photo once an epoch",
        when="classes are about as frequent as where the network will be used",
    ),
    "class_balanced": Entry(
        "maskopt.vision.samplers:class_balanced",
        help="every combination of classes equally often, drawn with replacement",
        when="rare classes count as much as common ones: macro F1, or other proportions in use",
    ),
}
