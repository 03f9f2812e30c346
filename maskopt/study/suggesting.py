"""A search space's values as Optuna draws and stores them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from optuna import Trial
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from maskopt.space import Choice, FloatRange, IntRange, Suggest, Value, show_value

Label = str | int | float | bool | None
"""What Optuna stores of a categorical value."""


def suggest_with(trial: Trial) -> Suggest:
    """Return what draws a search space's values from an Optuna trial."""

    def suggest(path: str, domain: FloatRange | IntRange | Choice) -> Value:
        return value_of(domain, suggest_label(trial, path, domain))

    return suggest


def suggest_label(trial: Trial, path: str, domain: FloatRange | IntRange | Choice) -> Label:
    """Draw one value from an Optuna trial, as Optuna stores it."""
    distribution: Any = distribution_of(domain)
    if isinstance(domain, Choice):
        return cast("Label", trial.suggest_categorical(path, distribution.choices))
    low, high, log = distribution.low, distribution.high, distribution.log
    if isinstance(domain, IntRange):
        return trial.suggest_int(path, low, high, step=distribution.step, log=log)
    return trial.suggest_float(path, low, high, step=distribution.step, log=log)


def distribution_of(domain: FloatRange | IntRange | Choice) -> BaseDistribution:
    """Return a domain as Optuna stores it."""
    if isinstance(domain, Choice):
        return CategoricalDistribution(option_labels(domain))
    if isinstance(domain, IntRange):
        highest = domain.high - (domain.high - domain.low) % domain.step
        return IntDistribution(domain.low, highest, domain.log, domain.step)
    high = domain.high if domain.step is None else _last_step(domain, domain.step)
    return FloatDistribution(domain.low, high, domain.log, domain.step)


def label_of(domain: FloatRange | IntRange | Choice, value: Value) -> Label:
    """Return a value of a domain as Optuna stores it.

    Raises:
        KeyError: A choice has no such option.
    """
    if isinstance(domain, Choice):
        return option_labels(domain)[domain.index(value)]
    return cast("Label", value)


def value_of(domain: FloatRange | IntRange | Choice, label: Label) -> Value:
    """Return the value of a domain that Optuna stores as a label."""
    if isinstance(domain, Choice):
        return domain.options[option_labels(domain).index(label)].name
    return label


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
