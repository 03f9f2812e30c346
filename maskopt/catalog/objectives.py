"""What trials may be compared by: scores, of which more is better, and costs, of which less is."""

from __future__ import annotations

SCORES = {
    "macro_f1": "mean over classes of the F1 score",
    "accuracy": "share of photos whose class is right",
}
COSTS = {
    "latency": "seconds a photo where the trained network only answers, on the trial's device",
    "parameters": "number of the network's weights",
}
WHEN = {
    "macro_f1": "rare classes count as much as common ones",
    "accuracy": "every photo counts the same, and classes are about as frequent as in use",
    "latency": "beside a score: the network has to answer fast",
    "parameters": "beside a score: the network has to be small on disk or in memory",
}
"""When each of them is what to search for."""

DEFAULT_OBJECTIVE = "macro_f1"


def is_cost(objective: str) -> bool:
    """Tell whether less of an objective is better.

    Example:
        >>> is_cost("latency"), is_cost("accuracy")
        (True, False)
    """
    return objective in COSTS
