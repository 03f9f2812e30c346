"""The smaller sections: study, folds, objective, budget, searcher, pruner, pretrained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, cast

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.searching import DEFAULT_PRUNER, DEFAULT_SEARCHER, PRUNERS, SEARCHERS
from maskopt.space import Part, Value
from maskopt.spec.domains import name_and_parameters, unknown_parameter
from maskopt.spec.model import BudgetSpec, FoldsSpec
from maskopt.spec.nodes import Fields, Items, Node, Text
from maskopt.spec.places import Complaint, Notes
from maskopt.spec.spaces import names_of
from maskopt.spec.tables import AUTO, BUDGET, FOLDS, PER_DEVICE
from maskopt.spec.times import read_seconds
from maskopt.spec.values import fields_of, read_name, read_text, read_value, rule, shown

STUDY = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
_DEFAULTS = {
    "searcher": (SEARCHERS, DEFAULT_SEARCHER),
    "pruner": (PRUNERS, DEFAULT_PRUNER),
}
BUDGET_KEYS = (*BUDGET, "time", "trials_per_device")
_RESERVED = r"cache|people-.*|studies\.db.*"


def read_study(node: Node, key: str = "study") -> str:
    """Return a study's name, which is also its folder's.

    Raises:
        Complaint: It cannot be a folder's name, or is one that `studies/` has already.
    """
    name = read_text(node, key, "a name")
    if not re.fullmatch(STUDY, name):
        message = f"`{key}` names a folder, so it takes letters, digits, `_`, `-` and `.`"
        raise Complaint(node.place, f"{message}, up to 100 of them, got {name!r}")
    if re.fullmatch(_RESERVED, name):
        message = f"`{key}` cannot be {name!r}: the folder of studies keeps something else there"
        raise Complaint(node.place, message)
    return name


def read_folds(node: Node | None, notes: Notes) -> FoldsSpec:
    """Return the `folds` section; whatever is wrong with it goes to `notes`."""
    given: Mapping[str, Node] = {}
    if node is not None:
        given = fields_of(node, "folds", FOLDS, notes, example="`folds: {count: 5, use: 1}`")
    values = read_values(given, "folds", FOLDS, notes)
    folds = FoldsSpec(**values)  # type: ignore[arg-type]
    if folds.use > folds.count and node is not None:
        message = f"`use <= count` must hold in `folds`, got use={folds.use}, count={folds.count}"
        notes.complain(given["use" if "use" in given else "count"].place, message)
    return folds


def read_budget(node: Node, notes: Notes) -> BudgetSpec:
    """Return the `budget` section; whatever is wrong with it goes to `notes`."""
    example = "`budget: {trials: 60, epochs: 12}`"
    given = fields_of(node, "budget", BUDGET_KEYS, notes, example=example)
    values = read_values(given, "budget", BUDGET, notes)
    seconds, shared = None, None
    if "time" in given:
        seconds = notes.attempt(None, read_seconds, given["time"], "budget.time")
    if "trials_per_device" in given:
        shared = notes.attempt(None, _read_per_device, given["trials_per_device"])
    budget = BudgetSpec(**values, seconds=seconds, trials_per_device=shared)  # type: ignore[arg-type]
    unread = any(_says_something(given[key]) for key in ("trials", "time") if key in given)
    if isinstance(node, Fields) and budget.trials is None and seconds is None and not unread:
        message = "`budget` must say when the search ends: `trials: 60`, `time: 8h`, or both"
        notes.complain(node.place, message)
    _check_shares(given, budget, notes)
    return budget


def _read_per_device(node: Node) -> int | Literal["auto"] | None:
    if isinstance(node, Text) and node.text == AUTO:
        return "auto"
    try:
        return cast("int | None", read_value(node, "budget.trials_per_device", PER_DEVICE))
    except Complaint:
        message = f"`budget.trials_per_device` must be {AUTO}, {rule(PER_DEVICE)}, got {node}"
        raise Complaint(node.place, message) from None


def _check_shares(given: Mapping[str, Node], budget: BudgetSpec, notes: Notes) -> None:
    gpus = budget.gpus_per_trial
    if gpus > 1 and gpus != int(gpus):
        message = "`budget.gpus_per_trial` must be a part of one GPU or a whole number"
        notes.complain(given["gpus_per_trial"].place, f"{message}, got {gpus:g}")
    if budget.trials_per_device is not None and "gpus_per_trial" in given:
        notes.complain(
            given["trials_per_device"].place,
            "`budget.trials_per_device` and `budget.gpus_per_trial` both say how trials share a "
            f"GPU, got {budget.trials_per_device} and {gpus:g}; leave one out",
        )


def _says_something(node: Node) -> bool:
    return not (isinstance(node, Text) and node.is_none)


def read_values(
    given: Mapping[str, Node], path: str, table: Mapping[str, Parameter], notes: Notes
) -> dict[str, Value]:
    """Return a value of every parameter of a table: what is given, or its default."""
    values = {key: parameter.default for key, parameter in table.items()}
    for key, parameter in table.items():
        if key in given:
            where = f"{path}.{key}" if path else key
            values[key] = notes.attempt(
                parameter.default, read_value, given[key], where, parameter
            )
    return values


def read_choice(node: Node | None, key: str, table: Mapping[str, str], default: str) -> str:
    """Return one name of a table, or the default where a file leaves the key out.

    Raises:
        Complaint: It is none of the table's names.
    """
    return default if node is None else read_name(node, key, key, table)


def default_part(key: str) -> Part:
    """Return the searcher or the pruner of a file that names none.

    Example:
        >>> str(default_part("searcher"))
        'gp(startup_trials=5)'
    """
    table, name = _DEFAULTS[key]
    return Part(name, {k: p.default for k, p in table[name].parameters.items()})


def read_part(node: Node | None, key: str, table: Mapping[str, Entry], notes: Notes) -> Part:
    """Return a name with its parameters, such as the pruner; nothing of it is searched.

    Raises:
        Complaint: The name is not in the table.
    """
    if node is None:
        return default_part(key)
    if isinstance(node, Items):
        raise Complaint(
            node.place, f"`{key}` takes one name, got {shown(node)}; it is not searched"
        )
    name, inside = name_and_parameters(node, key)
    names_of(key, table).check(name.text, name.place)
    known = table[name.text].parameters
    for unknown in inside.fields:
        if unknown not in known:
            message = unknown_parameter(key, name.text, unknown, known)
            notes.complain(inside.keys[unknown], message)
    return Part(name.text, read_values(inside.fields, f"{key}.{name.text}", known, notes))
