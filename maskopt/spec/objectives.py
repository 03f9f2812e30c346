"""What trials are compared by: one score, or several objectives of which a score is the first."""

from __future__ import annotations

from maskopt.catalog.objectives import COSTS, DEFAULT_OBJECTIVE, SCORES
from maskopt.spec.nodes import Items, Node
from maskopt.spec.places import Complaint, Notes, listed
from maskopt.spec.values import read_name


def read_objectives(node: Node | None, notes: Notes) -> tuple[str, ...]:
    """Return the objectives, the one that trials are ranked by first.

    Every complaint about a list goes to `notes`.

    Raises:
        Complaint: A single objective is no score.
    """
    if node is None:
        return (DEFAULT_OBJECTIVE,)
    if not isinstance(node, Items):
        return (_first(node),)
    if not node.items:
        message = "`objective` must be a score, or a list such as [macro_f1, latency]"
        raise Complaint(node.place, f"{message}, got {node}")
    found = notes.collect(_first, node.items[0])
    for item in node.items[1:]:
        for name in notes.collect(read_name, item, "objective", "objective", [*SCORES, *COSTS]):
            if name in found:
                notes.complain(item.place, f"`objective` names {name} twice; name it once")
            else:
                found.append(name)
    return tuple(found) or (DEFAULT_OBJECTIVE,)


def _first(node: Node) -> str:
    """The first one ranks trials and prunes them: a cost alone would be won by a bad network."""
    name = read_name(node, "objective", "objective", [*SCORES, *COSTS])
    if name in COSTS:
        message = f"the first `objective` is what trials are ranked by, one of {listed(SCORES)}"
        raise Complaint(node.place, f"{message}, got {name!r}; write [macro_f1, {name}]")
    return name
