"""Whether losses and weights of heads agree with the heads that there are."""

from __future__ import annotations

from collections.abc import Iterator

from maskopt.catalog.parts import HEAD_LOSSES
from maskopt.labels import Head, LabelSpace
from maskopt.space import Choice, SearchSpace
from maskopt.spec.head_keys import FIXED, WEIGHTS
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Notes, Place, listed, unknown

_OF_TWO = "bce"


def check_heads(node: Fields, space: SearchSpace, labels: LabelSpace, notes: Notes) -> None:
    """Complain of losses and weights of heads that the study has not, or cannot use.

    Args:
        node: What stands under `space`.
        space: What was read of it.
        labels: The heads; where they could not be read there are none, and nothing is said.
        notes: Takes the complaints.
    """
    heads = {head.name: head for head in labels.heads}
    if not heads:
        return
    own = node.fields.get(HEAD_LOSSES)
    places = own.keys if isinstance(own, Fields) else {}
    for name, place in places.items():
        if name not in heads:
            notes.complain(place, unknown("head", name, heads, f"space.{HEAD_LOSSES}"))
    _check_loss(node, space, [head for name, head in heads.items() if name not in places], notes)
    for name, place in places.items():
        key = f"{HEAD_LOSSES}.{name}"
        if name in heads:
            _check_two(space, key, [heads[name]], place, "choose another loss for it", notes)
    if WEIGHTS in node.fields:
        _check_weights(node, space, heads, notes)


def _check_loss(node: Fields, space: SearchSpace, heads: list[Head], notes: Notes) -> None:
    """Look at the loss that is of all heads without their own."""
    if "loss" not in node.fields:
        return
    place = node.keys["loss"]
    remedy = f"leave it out, or give them losses of their own under `space.{HEAD_LOSSES}`"
    _check_two(space, "loss", heads, place, remedy, notes)


def _check_two(
    space: SearchSpace, key: str, heads: list[Head], place: Place, remedy: str, notes: Notes
) -> None:
    domain = space.domains.get(key)
    wrong = [f"{head.name} has {head.class_count}" for head in heads if head.class_count != 2]
    names = [option.name for option in domain.options] if isinstance(domain, Choice) else []
    if _OF_TWO in names and wrong:
        message = f"`space.{key}`: {_OF_TWO} takes heads of two classes, and {listed(wrong)}"
        notes.complain(place, f"{message}; {remedy}")


def _check_weights(node: Fields, space: SearchSpace, heads: dict[str, Head], notes: Notes) -> None:
    domain = space.domains[WEIGHTS]
    assert isinstance(domain, Choice)
    places = dict(_weight_places(node.fields[WEIGHTS]))
    for option in domain.options:
        if option.name == FIXED and not option.parameters:
            message = f"`space.{WEIGHTS}.{FIXED}` names no head; write `{FIXED}: {{age: 2}}`"
            notes.complain(node.keys[WEIGHTS], message)
        for name in option.parameters if option.name == FIXED else ():
            if name not in heads:
                place = places.get(name, node.keys[WEIGHTS])
                notes.complain(place, unknown("head", name, heads, f"space.{WEIGHTS}"))


def _weight_places(node: Node) -> Iterator[tuple[str, Place]]:
    """Give each head that is named under `head_weights`, with its place."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _weight_places(item)
    elif not isinstance(node, Text):
        inside = node.fields.get(FIXED, node)
        if isinstance(inside, Fields):
            yield from inside.keys.items()
