"""Keys of a space that go by heads: each head's own loss, and heads' weights in short."""

from __future__ import annotations

from collections.abc import Iterator

from maskopt.catalog.parts import HEAD_LOSSES, PARTS
from maskopt.space import Domain
from maskopt.spec.domains import Names, read_options
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Notes, Place

WEIGHTS = "head_weights"
FIXED = "fixed"
"""The option of `head_weights` that a mapping of heads stands for."""


def read_head_losses(node: Node | None, names: Names, notes: Notes) -> dict[str, Domain]:
    """Return the losses of heads that have their own, by `head_losses.<head>`.

    Whether there are such heads is asked later, when they are known.

    Args:
        node: What stands under `head_losses`; none where nothing does.
        names: Of losses.
        notes: Takes whatever is wrong.
    """
    path = f"space.{HEAD_LOSSES}"
    if node is None or (isinstance(node, Text) and node.is_none):
        return {}
    if not isinstance(node, Fields):
        message = f"`{path}` must be a mapping of heads, got {node}"
        notes.complain(node.place, f"{message}; write `{HEAD_LOSSES}: {{age: focal}}`")
        return {}
    found = {
        head: notes.collect(read_options, value, f"{path}.{head}", names, notes)
        for head, value in node.fields.items()
    }
    return {f"{HEAD_LOSSES}.{head}": domain for head, read in found.items() for domain in read}


def whole_weights(node: Node) -> Node:
    """Return `{age: 2}` under `head_weights` as the option that it stands for.

    Anything else, a list's options apart, stays as it is.
    """
    if isinstance(node, Items):
        return Items(node.place, tuple(map(whole_weights, node.items)))
    if isinstance(node, Fields) and node.fields and all(map(_is_weight, *_pairs(node))):
        return Fields(node.place, {FIXED: node}, {FIXED: node.place})
    return node


def _pairs(node: Fields) -> tuple[list[str], list[Node]]:
    return list(node.fields), list(node.fields.values())


def _is_weight(key: str, value: Node) -> bool:
    """Tell whether this is a head with its weight, and no option with its parameters."""
    if key in PARTS[WEIGHTS] or key in ("low", "high"):
        return False
    return not isinstance(value, Fields) or bool({"low", "high"} & set(value.fields))


def spread(node: Fields) -> Iterator[tuple[str, Node, Place]]:
    """Give what a point says, by paths: `head_losses: {age: focal}` is `head_losses.age`."""
    for key, value in node.fields.items():
        if key == HEAD_LOSSES and isinstance(value, Fields):
            for head, inner in value.fields.items():
                yield f"{key}.{head}", inner, value.keys[head]
        else:
            yield key, whole_weights(value) if key == WEIGHTS else value, node.keys[key]
