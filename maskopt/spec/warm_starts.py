"""Former studies that a search may start from."""

from __future__ import annotations

from maskopt.spec.nodes import Items, Node, Text
from maskopt.spec.places import Complaint, Notes
from maskopt.spec.sections import read_study
from maskopt.spec.values import shown

DEFAULT_WARM_START = "auto"
WARM_STARTS = {
    "auto": "similar studies in the same storage",
    "none": "none",
}


def read_warm_start(node: Node | None, notes: Notes) -> str | tuple[str, ...]:
    """Return `auto`, `none`, or the names of former studies.

    Every complaint about a list goes to `notes`.

    Raises:
        Complaint: It is neither a known word nor a list.
    """
    if node is None:
        return DEFAULT_WARM_START
    if isinstance(node, Text) and node.text:
        word = "none" if node.is_none else node.text
        if word in WARM_STARTS:
            return word
    if not isinstance(node, Items) or not node.items:
        message = f"`warm_start` must be auto, none or a list of studies, got {shown(node)}"
        hint = f"; write [{node.text}]" if isinstance(node, Text) and node.text else ""
        raise Complaint(node.place, message + hint)
    names: list[str] = []
    for item in node.items:
        for name in notes.collect(read_study, item, "warm_start"):
            if name in names:
                notes.complain(item.place, f"`warm_start` names {name!r} twice; name it once")
            else:
                names.append(name)
    return tuple(names) or DEFAULT_WARM_START
