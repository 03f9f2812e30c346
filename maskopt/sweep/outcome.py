"""How a sweep ended, in words and places."""

from __future__ import annotations

from maskopt.ensembles import Bundle
from maskopt.errors import plural
from maskopt.export.best import BEST_BUNDLE
from maskopt.records import StudyRecord
from maskopt.report.console import show_warning
from maskopt.study.storage import show_url
from maskopt.study.study import Study
from maskopt.sweep.delivery import export_options
from maskopt.sweep.options import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_MISTAKE,
    SweepOutcome,
)
from maskopt.sweep.stage import Stage

INTERRUPTED = "interrupted"
OUT_OF_TIME = "its time is over"


def reason_of_end(stage: Stage, study: Study) -> str:
    """Return why a sweep that nobody interrupted has ended."""
    target = stage.spec.budget.trials
    if study.stop_reason:
        return study.stop_reason
    return f"all {plural(target, 'trial')} done" if target and study.finished() else OUT_OF_TIME


def outcome_of(
    stage: Stage,
    record: StudyRecord,
    reason: str,
    *,
    gave_up: bool,
    bundle: Bundle | None = None,
) -> SweepOutcome:
    """Return what is told and done at the end.

    Args:
        stage: The sweep.
        record: The whole study.
        reason: Why it ended, a short phrase.
        gave_up: Whether failures ended the search.
        bundle: What was exported.
    """
    options = stage.options
    exit_code = EXIT_INTERRUPTED if reason == INTERRUPTED else EXIT_DONE
    owes = options.export is not None and bundle is None
    if exit_code == EXIT_DONE and owes:
        show_warning(
            f"no bundle was written to {options.export}: {_why_none(record)}; type the same "
            "command again with more time"
        )
    if exit_code == EXIT_DONE and (gave_up or owes):
        exit_code = EXIT_MISTAKE
    commands = options.next_commands(stage.spec.study)
    if record.best is None:
        commands.pop()  # the last one exports complete trials
    if exit_code != EXIT_DONE:
        commands.insert(0, options.command)
    if bundle is not None and options.export is not None:
        # The last one would make the bundle that stands there already.
        commands = [
            *export_options(options, (stage.spec.study,), options.export).next_commands(),
            *commands[:-1],
        ]
    return SweepOutcome(
        record=record,
        reason=reason,
        exit_code=exit_code,
        places=_places(stage, bundle),
        next_commands=commands,
        varying=tuple(path for path, _ in stage.spec.space.varying()),
        bundle=bundle,
    )


def _why_none(record: StudyRecord) -> str:
    has_report = any(trial.best for trial in record.trials)
    return "no weights of a trial are kept" if has_report else "no trial has finished an epoch"


def _places(stage: Stage, bundle: Bundle | None) -> dict[str, str]:
    options = stage.options
    places = {"bundle": str(options.export)} if bundle is not None else {}
    places |= {
        "trials": str(stage.trials),
        "photos and folds": str(stage.folder / "photos.csv"),
        "storage": show_url(options.storage_url),
    }
    if (stage.folder / BEST_BUNDLE).exists():
        places["best trial as a bundle"] = str(stage.folder / BEST_BUNDLE)
    if options.tracker == "wandb":
        places["wandb"] = str(options.studies.absolute() / "wandb")
    return places
