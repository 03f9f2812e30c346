"""What studies hold: `maskopt show` and `maskopt dashboard`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from maskopt.errors import StudyError
from maskopt.records import StudyRecord, TrialRecord, profile_of
from maskopt.report.console import show_json, show_note, show_text
from maskopt.report.profiles import advice
from maskopt.report.tables import studies_table
from maskopt.report.trial import trial_profile, trial_view
from maskopt.report.trials import study_table
from maskopt.search.refereeing import count_refereed
from maskopt.study.reading import list_studies, read_study, stored_content
from maskopt.study.storage import default_storage, show_url, storage_exists
from maskopt.sweep.identity import stored_spec


def show_studies(studies: Path, storage: str | None, *, as_json: bool) -> None:
    """Print every study of a storage, by name.

    Raises:
        StudyError: The storage cannot be read.
    """
    url = storage or default_storage(studies)
    records = list_studies(url) if storage_exists(url) else []
    if as_json:
        kept = [{key: r.to_dict()[key] for key in _OF_A_STUDY} for r in records]
        show_json({"studies": kept})
    elif records:
        show_text(studies_table(records))
    else:
        show_note(
            f"no study in {show_url(url)} yet; "
            "make one: maskopt sweep search_spaces/age.yaml --preset demo"
        )


_OF_A_STUDY = ("study", "objective", "states", "best")


def show_study(study: str, studies: Path, storage: str | None, *, as_json: bool) -> None:
    """Print a study's trials, best first.

    Raises:
        StudyError: The storage cannot be read, or has no such study.
    """
    url = storage or default_storage(studies)
    record = read_study(url, study)
    if as_json:
        found = [asdict(finding) for finding in count_refereed(record)]
        show_json(record.to_dict() | ({"referee": found} if found else {}))
        return
    content = stored_content(url, study)
    spec = stored_spec(content) if content else None
    varying = [path for path, _ in spec.space.varying()] if spec else None
    show_text(study_table(record, varying))


def show_trial(
    study: str,
    number: int,
    studies: Path,
    storage: str | None,
    *,
    profile: bool = False,
    as_json: bool = False,
) -> None:
    """Print all that is known of a trial, or where its seconds went.

    Args:
        study: The study's name.
        number: The trial's, counted from 0.
        studies: Where everything a sweep leaves lives.
        storage: Any storage that Optuna takes; none is the file under `studies`.
        profile: Print where its seconds went, and no more; JSON has it beside all else.
        as_json: Print one JSON object; it has what really ran too, as `effective`.

    Raises:
        StudyError: The storage cannot be read, has no such study, or the study no such trial.
    """
    record = read_study(storage or default_storage(studies), study)
    if number >= len(record.trials):
        raise StudyError(_no_trial(record, number))
    trial = record.trials[number]
    if as_json:
        show_json(_told(record, trial, profile))
    elif profile:
        show_text(trial_profile(record, trial))
    else:
        show_text(trial_view(record, trial, studies / study / "trials" / f"{number:05d}"))


def _told(record: StudyRecord, trial: TrialRecord, profile: bool) -> dict[str, Any]:
    found = profile_of(trial.reports) if profile else None
    told = found and {**found.to_dict(), "advice": advice(trial, found)}
    ran = {"effective": dict(trial.effective)} if trial.effective else {}
    return record.told(trial) | ran | ({"profile": told} if profile else {})


def _no_trial(record: StudyRecord, number: int) -> str:
    many = len(record.trials)
    there = {0: "it has none yet", 1: "it has trial 0 alone"}
    known = there.get(many, f"it has trials 0 to {many - 1}")
    return f"study {record.study!r} has no trial {number}; {known} (maskopt show {record.study})"


def serve_dashboard(port: int, studies: Path, storage: str | None) -> None:
    """Serve the Optuna dashboard on this machine until it is interrupted.

    Raises:
        StudyError: The storage cannot be read, or the port is taken.
    """
    # Its web server takes as long to import as all else that shows need.
    from maskopt.study.dashboard import serve

    url = storage or default_storage(studies)
    serve(
        url,
        port,
        lambda address: show_note(f"dashboard of {show_url(url)} at {address}; Ctrl-C ends it"),
    )
