"""What a search knows before its first trial: points to try, and work that was done before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from maskopt.report.console import show_note
from maskopt.spec import StudySpec
from maskopt.starts.affording import ProbeRoom
from maskopt.starts.build import build_starts
from maskopt.study.study import Study
from maskopt.sweep.memory import Archive


def begin_search(
    study: Study,
    spec: StudySpec,
    storage_url: str,
    studies: Path,
    scratch: Sequence[str],
    room: ProbeRoom | None = None,
) -> Archive:
    """Give a study its points to try first, and return what was trained before; say what not.

    Args:
        study: Held by this process, its photos written.
        spec: What is searched, with its table of photos in its content.
        storage_url: Where studies are kept.
        studies: The folder of studies.
        scratch: Backbones that start from random weights.
        room: What probes may take; none is no limit.
    """
    record = study.record()
    found = build_starts(spec, storage_url, studies, record, scratch, room)
    study.enqueue(found.starts)
    archive = Archive(spec, storage_url, studies, record, study.trial_record)
    for note in (*found.notes, *archive.notes):
        show_note(note)
    return archive
