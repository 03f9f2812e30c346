"""What studies hold: `maskopt show` and `maskopt dashboard`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from maskopt.report.console import show_json, show_note, show_text
from maskopt.report.tables import studies_table
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
