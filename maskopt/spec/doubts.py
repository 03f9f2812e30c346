"""What a file may say, but hardly means: warnings about values that defeat each other."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from maskopt.errors import plural
from maskopt.space import Choice, Domain, Fixed, Part, SearchSpace, Value
from maskopt.spec.model import BudgetSpec, StudySpec


def doubts(spec: StudySpec) -> Iterator[str]:
    """Give a warning, one line each, for whatever cannot do what it is there for."""
    yield from _budget(spec.budget)
    yield from _views(spec.space.domains["view"])
    epochs = spec.budget.epochs
    warmup = _least(spec.space.domains["warmup_epochs"])
    if warmup >= epochs:
        yield (
            f"space.warmup_epochs: the learning rate is still rising when a trial of "
            f"{plural(epochs, 'epoch')} ends"
        )
    yield from _epochs_of_parts(spec)
    yield from _strengths(spec.space)
    yield from _random_stages(spec)
    first = _first_judgement(spec.pruner)
    if first >= epochs:
        yield f"pruner: {spec.pruner} judges after {first} of {epochs} epochs, so it ends nothing"
    if spec.budget.patience is not None and spec.budget.patience >= epochs:
        yield (
            f"budget.patience: {spec.budget.patience} epochs without a better score "
            f"cannot pass in a trial of {epochs}"
        )


def _views(domain: Domain) -> Iterator[str]:
    options = domain.options if isinstance(domain, Choice) else ()
    seen = {option.name for option in options}
    for option in options:
        match option.parameters.get("view"):
            case Fixed(name):
                seen.add(name)
            case Choice(names):
                seen.update(each.name for each in names)
    if "face" in seen and find_spec("dlib") is None:
        yield (
            "space.view: `face` needs dlib, which is not installed here; "
            "pip install 'maskopt[faces]'"
        )


def _epochs_of_parts(spec: StudySpec) -> Iterator[str]:
    """Doubt what needs more epochs than a trial has."""
    epochs = spec.budget.epochs
    trial = f"a trial of {plural(epochs, 'epoch')}"
    if _least(spec.space.domains["freeze_epochs"]) >= epochs:
        yield f"space.freeze_epochs: the backbone learns nothing in {trial}"
    for name, parameter, spare, words in _WAITING:
        for waits in _waits(spec.space.domains["schedule"], name, parameter):
            if waits + spare >= epochs:
                yield f"space.schedule.{name}.{parameter}: {words} in {trial}"


_WAITING = (
    ("step", "epochs", 0, "the learning rate never falls"),
    ("warm_restarts", "period", 0, "nothing restarts"),
    ("plateau", "patience", 2, "the learning rate never falls"),  # the first epoch is the best
)
"""Parameters of schedules that wait for something, with the epochs that it takes besides."""


def _waits(schedule: Domain, name: str, parameter: str) -> list[float]:
    options = schedule.options if isinstance(schedule, Choice) else ()
    return [_least(option.parameters[parameter]) for option in options if option.name == name]


def _budget(budget: BudgetSpec) -> Iterator[str]:
    if budget.gpus_per_trial > 1:
        gpus = f"{budget.gpus_per_trial:g}"
        yield f"budget.gpus_per_trial: a trial trains on one GPU; {gpus} leaves the others idle"


def _strengths(space: SearchSpace) -> Iterator[str]:
    domain = space.domains["augmentation"]
    for option in domain.options if isinstance(domain, Choice) else ():
        strengths = option.parameters.values()
        if option.name == "custom" and all(each == Fixed(0.0) for each in strengths):
            yield "space.augmentation.custom has no strength above 0, so photos stay as they are"


def _random_stages(spec: StudySpec) -> Iterator[str]:
    backbone = spec.space.domains["backbone"]
    options = backbone.options if isinstance(backbone, Choice) else ()
    left_out = Fixed(None) if spec.pretrained == "none" else None
    scratch = [
        str(option.name)
        for option in options
        if option.parameters.get("weights", left_out) == Fixed(None)
    ]
    if scratch and _least(spec.space.domains["freeze_stages"]) > 0:
        yield (
            f"space.freeze_stages: the first stages of {', '.join(scratch)} start from random "
            "weights and never learn"
        )


def _least(domain: Domain) -> float:
    if isinstance(domain, Choice):
        return min(_number(option.name) for option in domain.options)
    return _number(domain.value) if isinstance(domain, Fixed) else domain.low


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0.0


def _first_judgement(pruner: Part) -> int:
    names = ("first_rung", "warmup_epochs", "startup_epochs")
    return max((int(_number(pruner.parameters.get(name))) for name in names), default=0)
