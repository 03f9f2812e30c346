"""A file of several models: their studies one after another, and one bundle of them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from maskopt.bundle import check_place
from maskopt.cluster.session import keeping
from maskopt.ensembles import Bundle
from maskopt.errors import SpecError
from maskopt.export.options import ExportOptions
from maskopt.export.story import run_export
from maskopt.report.console import show_note
from maskopt.spec import StudySpec
from maskopt.sweep.options import EXIT_DONE, EXIT_INTERRUPTED, SweepOptions, SweepOutcome
from maskopt.sweep.story import run_sweep

_LEAST = 1.0  # seconds of a model whose time is over: it ends by itself, and says so


@dataclass(frozen=True)
class SeveralOutcome:
    """How the sweeps of several models ended.

    Attributes:
        models: By name; those that were not begun are left out.
        bundle: All of them as one; none where nothing was exported.
        exported: How that was asked for.
    """

    models: Mapping[str, SweepOutcome]
    bundle: Bundle | None = None
    exported: ExportOptions | None = None

    @property
    def exit_code(self) -> int:
        """0 where all are done, else how the last that is not ended."""
        codes = [each.exit_code for each in self.models.values() if each.exit_code != EXIT_DONE]
        return codes[-1] if codes else EXIT_DONE

    def to_dict(self) -> dict[str, Any]:
        """Return what `maskopt sweep --json` prints."""
        bundle = {} if self.exported is None else {"bundle": str(self.exported.output)}
        told = {name: each.record.to_dict() for name, each in self.models.items()}
        return {"models": told, **bundle}


def run_models(
    options: SweepOptions, models: Sequence[str], tell: Callable[[SweepOutcome], None]
) -> SeveralOutcome:
    """Sweep the studies of a file's models, and export them together if asked to.

    Trials are each study's. Wall time is that of all: each model takes an equal share of what is
    left, so that what one does not need is for those after it.

    Args:
        options: As they were typed.
        models: All of the file's.
        tell: Hears how each ended.

    Raises:
        SpecError: The file or an option is wrong; everything that is wrong with any model.
        MaskoptError: As `run_sweep` and `run_export`.
    """
    began = time.monotonic() if options.began is None else options.began
    specs = _read_all(options, models)
    whole = _seconds_of_all(options, specs)
    if options.export is not None:
        _check_export(options, specs)
    with keeping():
        return _run_all(options, specs, whole, began, tell)


def _run_all(
    options: SweepOptions,
    specs: Mapping[str, StudySpec],
    whole: float | None,
    began: float,
    tell: Callable[[SweepOutcome], None],
) -> SeveralOutcome:
    done: dict[str, SweepOutcome] = {}
    for place, (model, spec) in enumerate(specs.items()):
        show_note(f"model {model}, {place + 1} of {len(specs)}: study {spec.study}")
        share = None
        if whole is not None:
            left = whole - (time.monotonic() - began)
            share = max(_LEAST, left / (len(specs) - place))
        done[model] = run_sweep(_of_model(options, model, share))
        tell(done[model])
        if done[model].exit_code == EXIT_INTERRUPTED:
            return SeveralOutcome(done)
    outcome = SeveralOutcome(done)
    return outcome if outcome.exit_code != EXIT_DONE else _finish(options, specs, outcome)


def _of_model(options: SweepOptions, model: str, share: float | None) -> SweepOptions:
    timed = {} if share is None else {"seconds": share, "time": None, "deadline": None}
    return replace(options, model=model, export=None, began=None, **timed)  # type: ignore[arg-type]


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


def _check_export(options: SweepOptions, specs: Mapping[str, StudySpec]) -> None:
    """Raise where one bundle of all models cannot be promised.

    Raises:
        SpecError: There is a time limit: nothing is reserved for an export of several studies.
        BundleError: Nothing can be written there.
    """
    assert options.export is not None
    check_place(options.export)
    if not any(spec.budget.seconds for spec in specs.values()):
        return
    one, *_ = specs
    studies = " ".join(spec.study for spec in specs.values())
    raise SpecError(
        f"--export of several models cannot keep to a time limit; sweep each with its own part "
        f"of the time, then join them:\n"
        f"  maskopt sweep {options.file} --model {one} --time 1h    (and so on, for each model)\n"
        f"  maskopt export-best {studies} -o {options.export}"
    )


def _finish(
    options: SweepOptions, specs: Mapping[str, StudySpec], outcome: SeveralOutcome
) -> SeveralOutcome:
    """Export all studies together if asked to, else say how that is done."""
    names = tuple(spec.study for spec in specs.values())
    if options.export is None:
        output = f"{Path(options.file).stem}.bundle"
        show_note(f"to join them: maskopt export-best {' '.join(names)} -o {output}")
        return outcome
    wanted = ExportOptions(
        names,
        options.export,
        studies=options.studies,
        storage=options.storage,
        workers=options.workers,
        gpus_per_trial=options.gpus_per_trial,
        address=options.address,
        command=options.command,
    )
    return replace(outcome, bundle=run_export(wanted), exported=wanted)
