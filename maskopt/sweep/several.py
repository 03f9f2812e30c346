"""A file of several models: their studies one after another, and one bundle of them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from maskopt.bundle import check_place
from maskopt.cluster.session import is_running, keeping
from maskopt.ensembles import Bundle
from maskopt.errors import MaskoptError, SpecError
from maskopt.export.ballots import Ballot
from maskopt.export.options import ExportOptions
from maskopt.export.story import run_export
from maskopt.plan.costs import Costs
from maskopt.report.console import show_note, show_warning
from maskopt.spec import StudySpec
from maskopt.sweep.delivery import export_options, note_ending
from maskopt.sweep.joined import deliver_joined, reserved_seconds
from maskopt.sweep.options import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_MISTAKE,
    SweepOptions,
    SweepOutcome,
)
from maskopt.sweep.photos import locate_photos
from maskopt.sweep.preparing import look_ahead
from maskopt.sweep.promise import PROMISE, holding_several, keep_promise, take_back
from maskopt.sweep.story import run_sweep

_LEAST = 1.0  # seconds of a model whose time is over: it ends by itself, and says so


@dataclass(frozen=True)
class SeveralOutcome:
    """How the sweeps of several models ended.

    Attributes:
        models: By name; those that were not begun, or cannot be swept, are left out.
        bundle: All of them as one; none where nothing was exported.
        exported: How that was asked for; none where it was not come to.
        lacks: Whether one could not be swept, and the others are joined without it.
    """

    models: Mapping[str, SweepOutcome]
    bundle: Bundle | None = None
    exported: ExportOptions | None = None
    lacks: bool = False

    @property
    def exit_code(self) -> int:
        """0 where all are done, else how the last that is not ended; 1 where one lacks votes."""
        codes = [each.exit_code for each in self.models.values() if each.exit_code != EXIT_DONE]
        ballots = [each.ballot for each in self.models.values() if each.ballot is not None]
        empty = self.bundle is None or any(ballot.best is None for ballot in ballots)
        owes = self.lacks or (self.exported is not None and empty)
        return codes[-1] if codes else EXIT_MISTAKE if owes else EXIT_DONE

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt sweep --json` prints."""
        exported = self.exported if self.bundle is not None else None
        bundle = {} if exported is None else {"bundle": str(exported.output)}
        told = {name: each.record.to_dict() for name, each in self.models.items()}
        return {"models": told, **bundle}


def run_models(
    options: SweepOptions, models: Sequence[str], tell: Callable[[SweepOutcome], None]
) -> SeveralOutcome:
    """Sweep the studies of a file's models, and export them together if asked to.

    Trials are each study's. Wall time is that of all: each model takes an equal share of what is
    left, so that what one does not need is for those after it. Where there is to be a bundle, each
    trains in its share what is to vote, and what joining all of it takes is reserved.

    Args:
        options: As they were typed.
        models: All of the file's.
        tell: Hears how each ended.

    Raises:
        SpecError: The file or an option is wrong; everything that is wrong with any model.
        StudyError: Another command sweeps them.
        MaskoptError: As `look_ahead`, `run_sweep` and `run_export`; under a deadline that is to
            bring a bundle a model after the first one is left out instead.
    """
    began = time.monotonic() if options.began is None else options.began
    specs = _read_all(options, models)
    names = [spec.study for spec in specs.values()]
    promise = options.studies / f"{names[0]}-and-others-{PROMISE}"
    with holding_several(promise, names):
        if options.export is not None:
            check_place(options.export)
        look_ahead(options, specs.values())
        for spec in specs.values():
            if spec.data.built_in_people is not None:  # all share them: no model's time draws them
                locate_photos(spec, options.studies)
        try:
            return _run_all(_Run(options, specs, _deadline(options, specs, began, promise), tell))
        finally:
            take_back(promise)


def _deadline(
    options: SweepOptions, specs: Mapping[str, StudySpec], began: float, promise: Path
) -> float | None:
    """Return when all is to be over: when a killed sweep owes its bundle, if it does still."""
    whole = _seconds_of_all(options, specs)
    if whole is None or options.export is None:
        return None if whole is None else began + whole
    kept = keep_promise(promise, whole, began + whole - time.monotonic())
    return time.monotonic() + kept


@dataclass(frozen=True)
class _Run:
    """The sweeps of several models.

    Attributes:
        deadline: Monotonic time at which all are to be over; none where each has its own time.
    """

    options: SweepOptions
    specs: Mapping[str, StudySpec]
    deadline: float | None
    tell: Callable[[SweepOutcome], None]

    @property
    def joins(self) -> bool:
        """Whether networks are trained within each model's own time."""
        limited = any(spec.budget.seconds for spec in self.specs.values())
        return limited and self.options.export is not None

    def of_model(self, model: str, ballots: Sequence[Ballot]) -> SweepOptions:
        """Return the options of one, with its share of the time that is left."""
        mine = replace(self.options, model=model, export=None, joined=self.joins, began=None)
        if self.deadline is None:
            return mine
        reserved = reserved_seconds(ballots, Costs.read(self.options.studies))
        left = self.deadline - time.monotonic() - reserved
        share = max(_LEAST, left / (len(self.specs) - list(self.specs).index(model)))
        return replace(mine, seconds=share, time=None, deadline=None)


def _run_all(run: _Run) -> SeveralOutcome:
    with keeping():
        outcome = _run_each(run)
        ended = time.monotonic() if is_running() else None
    if ended is not None:
        note_ending(Costs.read(run.options.studies), ended, run.options.studies)
    return outcome


def _run_each(run: _Run) -> SeveralOutcome:
    done: dict[str, SweepOutcome] = {}
    ballots: list[Ballot] = []
    for place, (model, spec) in enumerate(run.specs.items()):
        show_note(f"model {model}, {place + 1} of {len(run.specs)}: study {spec.study}")
        try:
            done[model] = run_sweep(run.of_model(model, ballots))
        except MaskoptError as error:
            if not run.joins or not done:
                raise
            # What the earlier ones brought has taken its hours.
            show_warning(f"model {model} is left out: {error}")
            continue
        run.tell(done[model])
        if done[model].exit_code == EXIT_INTERRUPTED:
            return SeveralOutcome(done)
        ballot = done[model].ballot
        ballots += [] if ballot is None else [ballot]
    outcome = SeveralOutcome(done, lacks=len(done) < len(run.specs))
    if outcome.exit_code != EXIT_DONE and not run.joins:
        return outcome
    return _finish(run, outcome, ballots)


def _read_all(options: SweepOptions, models: Sequence[str]) -> dict[str, StudySpec]:
    """Read every model before the first begins.

    Raises:
        SpecError: One line a problem of any of them.
    """
    specs, wrong = {}, []
    for model in models:
        try:
            specs[model] = replace(options, model=model).read()
        except SpecError as error:
            wrong += str(error).splitlines()
    if wrong:
        raise SpecError("\n".join(dict.fromkeys(wrong)))
    return specs


def _seconds_of_all(options: SweepOptions, specs: Mapping[str, StudySpec]) -> float | None:
    """Return the wall time that all have together; none where each has its own, or no limit."""
    given = {spec.budget.seconds for spec in specs.values()}
    if options.time or options.deadline:
        return max(filter(None, given))
    return given.pop() if len(given) == 1 else None


def _finish(run: _Run, outcome: SeveralOutcome, ballots: Sequence[Ballot]) -> SeveralOutcome:
    """Export all studies together if asked to, else say how that is done."""
    options = run.options
    names = tuple(spec.study for spec in run.specs.values())
    if options.export is None:
        output = f"{Path(options.file).stem}.bundle"
        show_note(f"to join them: maskopt export-best {' '.join(names)} -o {output}")
        return outcome
    wanted = export_options(options, names, options.export)
    bundle = deliver_joined(wanted, ballots, run.deadline) if run.joins else run_export(wanted)
    if bundle is None:
        show_warning(
            f"no bundle was written to {options.export}; type the same command again with more "
            "time"
        )
    return replace(outcome, bundle=bundle, exported=wanted)
