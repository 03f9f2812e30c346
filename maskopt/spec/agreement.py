"""Whether what a space may choose agrees with what the heads learn."""

from __future__ import annotations

from maskopt.catalog.parts import DEFAULT_PARTS
from maskopt.labels import LabelSpace
from maskopt.space import Choice, SearchSpace, Value
from maskopt.spec.nodes import Fields, Node
from maskopt.spec.places import Notes, listed

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


def _check_label_policy(
    node: Node | None, space: SearchSpace, labels: LabelSpace, notes: Notes
) -> None:
    """Complain of a label policy that has no number to act on."""
    policies = [str(name) for name in policy_names(space) if name != OFFICIAL]
    if not policies or any(attribute.cuts for attribute in labels.attributes):
        return
    assert isinstance(node, Fields)  # the default is official
    message = (
        f"`space.label_policy` acts on numbers that are cut into classes ({listed(policies)}), "
        "and no attribute of the heads has `cuts`; leave it out"
    )
    notes.complain(node.keys["label_policy"], message)


def policy_names(space: SearchSpace) -> tuple[Value, ...]:
    """Return the label policies that a trial may have."""
    domain = space.domains["label_policy"]
    return tuple(o.name for o in domain.options) if isinstance(domain, Choice) else ()
