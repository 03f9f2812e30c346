"""What ends unpromising trials: the catalog's pruners."""

from __future__ import annotations

import warnings

from optuna.exceptions import ExperimentalWarning
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PatientPruner,
    SuccessiveHalvingPruner,
    WilcoxonPruner,
)

from maskopt.search.halving import Halving
from maskopt.search.rungs import default_first_rung

PATIENT_STARTUP_TRIALS = 5


def none(epochs: int) -> BasePruner:
    """Build what never prunes."""
    return NopPruner()


def median(epochs: int, *, startup_trials: int, warmup_epochs: int) -> BasePruner:
    """Build what prunes below the median of complete trials at the same epoch.

    Args:
        epochs: Epochs of a full trial.
        startup_trials: Complete trials before any is pruned.
        warmup_epochs: Epochs of a trial that are not judged.
    """
    return MedianPruner(n_startup_trials=startup_trials, n_warmup_steps=warmup_epochs + 1)


def halving(epochs: int, *, eta: int, first_rung: int | None) -> Halving:
    """Build what pauses trials, and has them go on when later ones push them to the top.

    Args:
        epochs: Epochs of a full trial.
        eta: One trial in eta goes on at a rung.
        first_rung: Epochs before the first judgement; none takes `default_first_rung`.
    """
    return Halving(epochs, eta=eta, first_rung=first_rung)


def successive_halving(epochs: int, *, eta: int, first_rung: int | None) -> BasePruner:
    """Build asynchronous successive halving.

    Args:
        epochs: Epochs of a full trial.
        eta: One trial in eta survives a rung.
        first_rung: Epochs before the first judgement; none takes `default_first_rung`.

    References:
        Li et al., A System for Massively Parallel Hyperparameter Tuning, 2020.
    """
    return SuccessiveHalvingPruner(
        min_resource=first_rung or default_first_rung(epochs), reduction_factor=eta
    )


def hyperband(epochs: int, *, eta: int, first_rung: int | None) -> BasePruner:
    """Build successive halving from several first rungs.

    References:
        Li et al., Hyperband, 2018.
    """
    return HyperbandPruner(
        min_resource=min(first_rung or default_first_rung(epochs), epochs),
        max_resource=epochs,
        reduction_factor=eta,
    )


def patient(epochs: int, *, patience: int, min_delta: float) -> BasePruner:
    """Build the median pruner that waits until a trial has stopped improving.

    Args:
        epochs: Epochs of a full trial.
        patience: Epochs without a better score.
        min_delta: What counts as better.
    """
    wrapped = MedianPruner(n_startup_trials=PATIENT_STARTUP_TRIALS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        return PatientPruner(wrapped, patience=patience, min_delta=min_delta)


def wilcoxon(epochs: int, *, p_threshold: float, startup_epochs: int) -> BasePruner:
    """Build a signed-rank test against the best trial, epoch by epoch."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        return WilcoxonPruner(p_threshold=p_threshold, n_startup_steps=startup_epochs)
