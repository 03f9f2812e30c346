"""What proposes trials: the catalog's searchers, and the suggesting of a search space."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from optuna import Trial
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from maskopt.space import (
    Choice,
    FloatRange,
    IntRange,
    SearchSpace,
    Suggest,
    Value,
    show_value,
)

Label = str | int | float | bool | None
"""What Optuna stores of a categorical value."""


def tpe(seed: int, *, startup_trials: int) -> BaseSampler:
    """Build the tree-structured Parzen estimator.

    Groups let it model conditional parameters; the constant liar keeps trials that run side by
    side apart.

    References:
        Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        return TPESampler(
            n_startup_trials=startup_trials, group=True, constant_liar=True, seed=seed
        )


def random(seed: int) -> BaseSampler:
    """Build independent draws."""
    return RandomSampler(seed=seed)


def suggest_with(trial: Trial) -> Suggest:
    """Return what draws a search space's values from an Optuna trial."""

    def suggest(path: str, domain: FloatRange | IntRange | Choice) -> Value:
        if isinstance(domain, Choice):
            labels = option_labels(domain)
            label = trial.suggest_categorical(path, labels)
            return domain.options[labels.index(label)].name
        if isinstance(domain, IntRange):
            high = domain.high - (domain.high - domain.low) % domain.step
            return trial.suggest_int(path, domain.low, high, step=domain.step, log=domain.log)
        high_number = domain.high if domain.step is None else _last_step(domain, domain.step)
        return trial.suggest_float(path, domain.low, high_number, step=domain.step, log=domain.log)

    return suggest


def point_params(space: SearchSpace, point: Mapping[str, Value]) -> dict[str, Label]:
    """Return a point's varying values as Optuna stores them; fixed ones are left out."""
    params: dict[str, Label] = {}
    for path, domain in space.varying():
        if path not in point:
            continue
        if isinstance(domain, Choice):
            chosen = domain.options.index(domain.option(point[path]))
            params[path] = option_labels(domain)[chosen]
        else:
            params[path] = cast("Label", point[path])
    return params


def option_labels(choice: Choice) -> list[Label]:
    """Return one value an option that Optuna can store and tell from all others.

    Lists, and names that compare equal such as 1 and true, are stored as text.
    """
    names = [option.name for option in choice.options]
    plain = all(name is None or isinstance(name, str | int | float) for name in names)
    if plain and len(set(names)) == len(names):
        return cast("list[Label]", names)
    texts = [show_value(name) for name in names]
    if len(set(texts)) == len(texts):
        return list(texts)
    return [f"{place}: {text}" for place, text in enumerate(texts)]


def _last_step(domain: FloatRange, step: float) -> float:
    # Decimals, because 0.1 + 0.2 is not 0.3: Optuna warns at each draw about a ragged end.
    low, width = Decimal(str(domain.low)), Decimal(str(step))
    steps = (Decimal(str(domain.high)) - low) // width
    return float(low + steps * width)
