"""How much each head counts in the loss of a study with several heads."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

HEAD_WEIGHTS = {
    "equal": Entry(
        "maskopt.vision.head_weights:equal",
        help="the mean over heads",
        when="first: heads are about as hard as each other",
    ),
    "learned": Entry(
        "maskopt.vision.head_weights:learned",
        help="weights that training learns: a head counts less the more uncertain it stays",
        source="Kendall et al., Multi-Task Learning Using Uncertainty to Weigh Losses, 2018",
        when="many heads, and no trials to spare for weights",
    ),
    "fixed": Entry(
        "maskopt.vision.head_weights:fixed",
        help="a weight for each head, fixed or searched; only their ratios count",
        named=Parameter(
            "number", 1.0, 0.01, 100.0, help="weight of a head beside 1 of the others"
        ),
        names="heads",
        names_help="how much a head counts; heads that are not named count 1",
        when="one head is the score's weak spot",
    ),
}
