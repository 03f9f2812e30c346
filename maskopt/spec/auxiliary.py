"""Heads that only teach: what is learned beside them is what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from maskopt.labels import Head, LabelSpace
from maskopt.spec.nodes import Items, Node, Text
from maskopt.spec.places import Complaint, Notes, unknown
from maskopt.spec.values import read_text

KEY = "auxiliary"


def read_auxiliary(node: Node | None, labels: LabelSpace, notes: Notes) -> LabelSpace:
    """Return what is learned, with the heads that are auxiliary; complaints go to `notes`.

    Args:
        node: What stands under `auxiliary`; none where the file leaves it out.
        labels: All heads; where they could not be read there are none, and nothing is said.
        notes: Takes the complaints.
    """
    heads = {head.name: head for head in labels.heads}
    if node is None or not heads or (isinstance(node, Text) and node.is_none):
        return labels
    if not isinstance(node, Items):
        message = f"`{KEY}` must be a list of heads, got {node}; write `{KEY}: [gender]`"
        notes.complain(node.place, message)
        return labels
    names: list[str] = []
    for item in node.items:
        names += notes.collect(_read_name, item, heads, names)
    if len(names) == len(heads):
        message = f"`{KEY}` leaves no head that is scored; take one out of it"
        notes.complain(node.place, message)
        return labels
    return replace(labels, auxiliary=tuple(name for name in heads if name in names))


def _read_name(node: Node, heads: Mapping[str, Head], names: list[str]) -> str:
    name = read_text(node, KEY, "a list of names of heads, such as mask+gender")
    if name not in heads:
        raise Complaint(node.place, unknown("head", name, heads, KEY))
    if name in names:
        raise Complaint(node.place, f"head {name!r} stands twice in `{KEY}`; keep one of them")
    return name
