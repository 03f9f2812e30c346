"""Keys that a file writes and that can act on nothing, beside what else it fixes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from maskopt.catalog.parts import HEAD_LOSSES, PARTS, table_of
from maskopt.errors import plural
from maskopt.space import Choice, Domain, Fixed, Option, Value, show_value
from maskopt.spec.head_keys import WEIGHTS
from maskopt.spec.model import StudySpec
from maskopt.spec.nodes import Fields, Items, Node
from maskopt.spec.places import Notes, Place, Source

_OPTIONS_RANK = 2  # from which a place is one of the command line
_REFEREED = "halving"


def check_idle(root: Fields, spec: StudySpec, notes: Notes) -> None:
    """Complain of each key that changes nothing whatever trials draw, as far as that is certain.

    A key of the file that only a preset or an option of the command line has made idle is a
    warning: the file is right without it.

    Args:
        root: The file's tree, with preset and options laid over it.
        spec: What was read of it.
        notes: Takes complaints and warnings.
    """
    for key, cause, message in chain.from_iterable(rule(root, spec) for rule in _RULES):
        if _layer(cause) > _layer(key):
            notes.warnings.append(message)
        else:
            notes.complain(key, f"{message}; leave it out")


Found = Iterator[tuple[Place, Place, str]]
"""The place of a key, of what makes it idle, and how."""


def _layer(place: Place) -> int:
    return min(place.source.rank, _OPTIONS_RANK)


def _beside(root: Fields, spec: StudySpec) -> Found:
    """Give parameters that do nothing at the value which another one beside them is fixed to."""
    for key, domain in spec.space.domains.items():
        of_names = key in PARTS or key.startswith(f"{HEAD_LOSSES}.")
        if of_names and isinstance(domain, Choice):
            for option in domain.options:
                yield from _idle_parameters(root, key, option)


def _idle_parameters(root: Fields, key: str, option: Option) -> Found:
    entry = table_of(key).get(str(option.name))
    written = _written(root, "space", *key.split(".", maxsplit=1), str(option.name))
    for name, parameter in entry.parameters.items() if entry else ():
        if name not in written.keys or parameter.idle is None:
            continue
        other, value = parameter.idle
        if _is_fixed(option, other, value):
            path = f"space.{key}.{option.name}"
            fixed = f"`{path}.{other}` is {show_value(value)}"
            message = f"`{path}.{name}` does nothing where {fixed}"
            yield written.keys[name], written.keys.get(other, written.keys[name]), message


def _is_fixed(option: Option, parameter: str, value: Value) -> bool:
    domain = option.parameters.get(parameter)
    return isinstance(domain, Fixed) and domain.value == value


def _in_schedule(root: Fields, spec: StudySpec) -> Found:
    """Give parts of a schedule that a trial never gets to."""
    epochs = spec.budget.epochs
    budget, space = _fields(root, "budget"), _fields(root, "space")
    cause = budget.keys.get("epochs", root.place)
    trial = f"a trial of {plural(epochs, 'epoch')}"
    warmup = _least(spec.space.domains["warmup_epochs"])
    if "schedule" in space.keys and warmup >= epochs:
        risen = space.keys.get("warmup_epochs", cause)
        latest = max(cause, risen, key=_layer)
        message = f"`space.schedule` does nothing: {trial} ends while its learning rate rises"
        yield space.keys["schedule"], latest, message
    step = _written(root, "space", "schedule", "step")
    first = _first_step(spec)
    if "epochs" in step.keys and first is not None and first >= epochs - warmup:
        told = f"its first step, after {plural(int(first), 'epoch')}, never comes in {trial}"
        yield step.keys["epochs"], cause, f"`space.schedule.step.epochs` does nothing: {told}"


def _in_epochs(root: Fields, spec: StudySpec) -> Found:
    """Give what waits longer than a trial takes before it ends one."""
    epochs, patience = spec.budget.epochs, spec.budget.patience
    budget, trial = _fields(root, "budget"), f"a trial of {plural(epochs, 'epoch')}"
    cause = budget.keys.get("epochs", root.place)
    if "patience" in budget.keys and patience is not None and patience >= epochs:
        told = f"{plural(patience, 'epoch')} without a better score cannot pass in {trial}"
        yield budget.keys["patience"], cause, f"`budget.patience` does nothing: {told}"
    judged = _written(root, "pruner", spec.pruner.name)
    for name in ("first_rung", "warmup_epochs", "startup_epochs"):
        given = spec.pruner.parameters.get(name)
        if name in judged.keys and isinstance(given, int) and given >= epochs:
            path = f"`pruner.{spec.pruner.name}.{name}`"
            told = f"judges after {given} of {epochs} epochs, so that the pruner ends nothing"
            yield judged.keys[name], cause, f"{path} {told}"


def _first_step(spec: StudySpec) -> float | None:
    domain = spec.space.domains["schedule"]
    options = domain.options if isinstance(domain, Choice) else ()
    found = [option.parameters["epochs"] for option in options if option.name == "step"]
    return _least(found[0]) if found else None


def _referee(root: Fields, spec: StudySpec) -> Found:
    if "referee" in root.keys and spec.referee and spec.pruner.name != _REFEREED:
        cause = root.keys.get("pruner", root.keys["referee"])
        told = f"it watches the pruner {_REFEREED} alone, and this one is {spec.pruner.name}"
        yield root.keys["referee"], cause, f"`referee` does nothing: {told}"


def _least(domain: Domain) -> float:
    if isinstance(domain, Choice):
        values = [option.name for option in domain.options]
    else:
        values = [domain.value if isinstance(domain, Fixed) else domain.low]
    return min(float(v) if isinstance(v, int | float) else 0.0 for v in values)


def _by_heads(root: Fields, spec: StudySpec) -> Found:
    """Give the loss of heads that all have their own, and weights of one head alone."""
    space, heads = _fields(root, "space"), [head.name for head in spec.label_space.heads]
    own = [f"{HEAD_LOSSES}.{head}" in spec.space.domains for head in heads]
    if "loss" in space.keys and heads and all(own):
        told = f"every head has a loss of its own in `space.{HEAD_LOSSES}`"
        cause = max(space.keys[HEAD_LOSSES], root.keys["heads"], key=_layer)
        yield space.keys["loss"], cause, f"`space.loss` does nothing: {told}"
    weights = spec.space.domains[WEIGHTS]
    is_plain = isinstance(weights, Choice) and {o.name for o in weights.options} == {"equal"}
    if WEIGHTS in space.keys and len(heads) == 1 and not is_plain:
        told = f"it weighs heads against each other, and there is one, {heads[0]}"
        yield space.keys[WEIGHTS], root.keys["heads"], f"`space.{WEIGHTS}` does nothing: {told}"


_NOTHING = Fields(Place(Source("", Path())), {}, {})


def _fields(node: Node | None, *keys: str) -> Fields:
    """Return the mapping under keys; an empty one where there is none."""
    for key in keys:
        node = node.fields.get(key) if isinstance(node, Fields) else None
    return node if isinstance(node, Fields) else _NOTHING


def _written(root: Fields, *path: str) -> Fields:
    """Return what is written inside an option, which may be one of a list."""
    *before, name = path
    *outer, key = before
    node = _fields(root, *outer).fields.get(key)
    items = node.items if isinstance(node, Items) else (node,)
    options = [item for item in items if isinstance(item, Fields) and name in item.fields]
    return _fields(options[0].fields[name] if options else None)


_RULES = (_beside, _in_schedule, _in_epochs, _referee, _by_heads)
