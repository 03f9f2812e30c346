"""Whether what a space may choose agrees with what the heads learn."""

from __future__ import annotations

from collections.abc import Sequence

from maskopt.catalog.parts import DEFAULT_PARTS
from maskopt.errors import did_you_mean
from maskopt.labels import LabelSpace
from maskopt.space import Choice, Domain, Fixed, FloatRange, IntRange, Option, SearchSpace, Value
from maskopt.spec.class_names import check_class_names
from maskopt.spec.head_agreement import check_heads
from maskopt.spec.nodes import Fields, Node
from maskopt.spec.places import Notes, Place, listed

OFFICIAL = DEFAULT_PARTS["label_policy"]


def check_agreement(
    node: Node | None, space: SearchSpace, labels: LabelSpace, notes: Notes
) -> None:
    """Complain of options that have nothing to act on in these heads.

    Args:
        node: What stands under `space`; none where nothing does.
        space: What was read of it.
        labels: The heads.
        notes: Takes the complaints.
    """
    _check_label_policy(node, space, labels, notes)
    _check_view(node, space, notes)
    check_class_names(node, space, labels, notes)
    if isinstance(node, Fields):
        check_heads(node, space, labels, notes)


def _check_label_policy(
    node: Node | None, space: SearchSpace, labels: LabelSpace, notes: Notes
) -> None:
    """Complain of a label policy that has no number to act on."""
    policies = [str(name) for name in policy_names(space) if name != OFFICIAL]
    if not policies:
        return
    assert isinstance(node, Fields)  # the default is official
    place = node.keys["label_policy"]
    cut = [attribute.name for attribute in labels.attributes if attribute.cuts]
    if not cut:
        message = (
            f"`space.label_policy` acts on numbers that are cut into classes ({listed(policies)}),"
            " and no attribute of the heads has `cuts`; leave it out"
        )
        notes.complain(place, message)
    elif "cut" in policies:
        domain = space.domains["label_policy"]
        assert isinstance(domain, Choice)
        _check_cut(domain.option("cut"), cut, place, notes)


def _check_cut(option: Option, cut: Sequence[str], place: Place, notes: Notes) -> None:
    """Complain of a cut that moves nowhere, or is nobody's."""
    if None in _values(option.parameters["to"]):
        message = "`space.label_policy.cut` needs `to`, where the nearest cut is moved in training"
        notes.complain(place, f"{message}; write `cut: {{to: [58, 59]}}`")
    for name in _values(option.parameters["attribute"]):
        if name is not None and name not in cut:
            what = "`space.label_policy.cut.attribute` must be an attribute of the heads with cuts"
            hint = did_you_mean(str(name), cut) or f"; write one of {listed(cut)}"
            notes.complain(place, f"{what}, got {str(name)!r}{hint}")


def _values(domain: Domain) -> tuple[Value, ...]:
    """Return the values that a domain names one by one."""
    if isinstance(domain, Choice):
        return tuple(option.name for option in domain.options)
    return (domain.value,) if isinstance(domain, Fixed) else ()


def _check_view(node: Node | None, space: SearchSpace, notes: Notes) -> None:
    """Complain of a view whose parameter has a range: each value is decoded for itself."""
    domain = space.domains["view"]
    options = domain.options if isinstance(domain, Choice) else ()
    for option in options:
        for key, each in option.parameters.items():
            if isinstance(each, FloatRange | IntRange):
                assert isinstance(node, Fields)  # the default has no parameters
                message = (
                    f"`space.view.{option.name}.{key}` has a range, but photos are decoded for "
                    "each of its values before the first trial; write a list of values"
                )
                notes.complain(node.keys["view"], message)


def policy_names(space: SearchSpace) -> tuple[Value, ...]:
    """Return the label policies that a trial may have."""
    domain = space.domains["label_policy"]
    return tuple(o.name for o in domain.options) if isinstance(domain, Choice) else ()
