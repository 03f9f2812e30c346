"""A study's content as plain values: what is stored, read again, and compared on resuming."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maskopt.labels import LabelSpace
from maskopt.space import Choice, Domain, Fixed, Option, Part, SearchSpace, Value
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.spec.times import write_seconds

_MAY_CHANGE = (
    "budget.trials",
    "budget.time",
    "budget.gpus_per_trial",
    "budget.trials_per_device",
    "budget.disk",
    "budget.cache",
    "budget.compile",
    "try_first",
    "warm_start",
    "referee",
    "noise",
)
_BEFORE: Mapping[str, Any] = {"warm_start": "none", "referee": 0.0, "noise": 0}
"""What was in force in studies whose stored content does not have these keys."""


def plain_content(spec: StudySpec) -> dict[str, Any]:
    """Return a spec as the plain values of a search-space file that says everything."""
    return {
        "study": spec.study,
        "data": _data(spec.data),
        "heads": _heads(spec.label_space),
        "auxiliary": list(spec.label_space.auxiliary),
        "folds": _folds(spec.folds),
        "objective": _objective(spec.objectives),
        "budget": _budget(spec.budget),
        "searcher": _part(spec.searcher),
        "pruner": _part(spec.pruner),
        "referee": spec.referee,
        "noise": spec.noise,
        "pretrained": spec.pretrained,
        "warm_start": _plain(spec.warm_start),
        "try_first": [
            {path: _plain(value) for path, value in point.items()} for point in spec.try_first
        ],
        "space": _space(spec.space),
    }


def with_former_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored content with what was in force where an earlier version said nothing.

    Example:
        >>> with_former_defaults({"study": "age", "noise": 5})
        {'warm_start': 'none', 'referee': 0.0, 'noise': 5, 'study': 'age'}
    """
    return {**_BEFORE, **content}


def _objective(objectives: tuple[str, ...]) -> str | list[str]:
    return objectives[0] if len(objectives) == 1 else list(objectives)


def _data(data: DataSpec) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for a in data.attributes:
        cut = {"cuts": list(a.cuts), "names": list(a.classes)}
        attributes[a.name] = cut if a.cuts else {"classes": list(a.classes)}
    given = {
        "photos": data.photos,
        "layout": data.layout,
        "corrections": data.corrections,
        "built_in_people": data.built_in_people,
    }
    known = {key: value for key, value in given.items() if value is not None}
    return {**known, "attributes": attributes, "group": data.group}


def _heads(labels: LabelSpace) -> list[list[str]]:
    return [[attribute.name for attribute in head.attributes] for head in labels.heads]


def _folds(folds: FoldsSpec) -> dict[str, Any]:
    return {"count": folds.count, "use": folds.use, "seed": folds.seed}


def _budget(budget: BudgetSpec) -> dict[str, Any]:
    return {
        "trials": budget.trials,
        "epochs": budget.epochs,
        "time": None if budget.seconds is None else write_seconds(budget.seconds),
        **_shares(budget),
        "patience": budget.patience,
        "disk": budget.disk,
        "cache": budget.cache,
        "compile": budget.compile,
    }


def _shares(budget: BudgetSpec) -> dict[str, Any]:
    """Return what says how trials share devices: a file cannot say both."""
    if budget.trials_per_device is not None:
        return {"trials_per_device": budget.trials_per_device}
    return {"gpus_per_trial": budget.gpus_per_trial}


def _part(part: Part) -> dict[str, Any]:
    return {part.name: {key: _plain(value) for key, value in part.parameters.items()}}


def _space(space: SearchSpace) -> dict[str, Any]:
    """Return domains by key; those of `head_losses` stand together, by head."""
    content: dict[str, Any] = {}
    for key, domain in space.domains.items():
        name, _, head = key.partition(".")
        if head:
            content.setdefault(name, {})[head] = _domain(domain)
        else:
            content[key] = _domain(domain)
    return content


def _domain(domain: Domain) -> Any:
    if isinstance(domain, Fixed):
        return _plain(domain.value)
    if isinstance(domain, Choice):
        return [_option(option) for option in domain.options]
    values: dict[str, Any] = {"low": domain.low, "high": domain.high, "log": domain.log}
    if domain.step is not None and domain.step != 1:
        values["step"] = domain.step
    return values


def _option(option: Option) -> Any:
    if not option.parameters:
        return _plain(option.name)
    inside = {key: _domain(domain) for key, domain in option.parameters.items()}
    return {option.name: inside}


def _plain(value: Value) -> Any:
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return what differs between two contents, a line each, in the order of the new one.

    What may change without making another study is left out: the budget's trials, time, disk,
    cache and shares of devices, what is tried first, and how closely the search is watched.

    Args:
        old: `StudySpec.content` that a study stores.
        new: `StudySpec.content` of a file now.

    Example:
        >>> old = {"budget": {"epochs": 3}, "space": {"lr": {"low": 1e-5, "high": 0.003}}}
        >>> new = {"budget": {"epochs": 3}, "space": {"lr": {"low": 1e-5, "high": 0.01}}}
        >>> differences(old, new)
        ['space.lr: 1e-05 to 0.003 -> 1e-05 to 0.01']
    """
    before, after = dict(_flat("", old)), dict(_flat("", new))
    lines = []
    for path in dict.fromkeys([*after, *before]):
        if path.startswith(_MAY_CHANGE) or before.get(path) == after.get(path):
            continue
        if path not in before:
            lines.append(f"{path}: added, {after[path]}")
        elif path not in after:
            lines.append(f"{path}: removed, was {before[path]}")
        else:
            lines.append(f"{path}: {before[path]} -> {after[path]}")
    return lines


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and "low" in value:
        yield path, _range(value)
    elif isinstance(value, Mapping):
        if path in ("searcher", "pruner"):
            yield path, _shown(list(value)).strip("[]")
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        names = [next(iter(i)) if isinstance(i, Mapping) and len(i) == 1 else i for i in value]
        yield path, _shown(names)
        for item in value:
            if isinstance(item, Mapping):
                yield from _flat(path, item)
    else:
        yield path, _shown(value)


def _range(value: Mapping[str, Any]) -> str:
    log = ", log" if value.get("log") else ""
    step = f", step {value['step']}" if "step" in value else ""
    return f"{value['low']} to {value['high']}{log}{step}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
