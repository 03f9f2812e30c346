"""What can be wrong with a sweep is looked at before anything is begun."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from maskopt.bundle import check_place
from maskopt.data.layouts import is_there
from maskopt.data.problems import Problems
from maskopt.errors import DataError, MaskoptError, SpecError
from maskopt.report.console import show_warning
from maskopt.spec import StudySpec, missing_photos_message
from maskopt.starts.former import check_warm_start
from maskopt.study.reading import stored_content
from maskopt.sweep.identity import PHOTOS, as_begun, describe, refuse_changes
from maskopt.sweep.options import SweepOptions
from maskopt.sweep.photos import gather_photos, shown_path
from maskopt.sweep.stage import Stage

_SINCE_HALVING = "noise"
"""A key that studies of earlier versions have not stored."""


def prepare(options: SweepOptions) -> Stage:
    """Read and look at everything that can be wrong, before anything is begun.

    Raises:
        SpecError: The file or an option is wrong.
        DataError: The photos are.
        StudyError: The study is another one.
        BundleError: Nothing can be written where the bundle is to stand.
    """
    began = time.monotonic() if options.began is None else options.began
    spec = options.read()
    for warning in spec.warnings:
        show_warning(warning)
    if options.export is not None:
        check_place(options.export)
    stored = stored_content(options.storage_url, spec.study)
    spec = as_begun(spec, stored)
    if stored is not None:
        # Told before photos are drawn or decoded: a changed file is the commonest surprise.
        refuse_changes(spec, stored, spec.content, options.studies)
    check_warm_start(spec, options.storage_url)
    table = gather_photos(spec, options.studies)
    spec = replace(spec, content={**spec.content, PHOTOS: describe(table)})
    if stored is not None:
        refuse_changes(spec, stored, spec.content, options.studies)
    seconds = spec.budget.seconds
    return Stage(options, spec, table, None if seconds is None else began + seconds)


def look_ahead(options: SweepOptions, specs: Iterable[StudySpec]) -> None:
    """Look at what can be wrong with several studies and is seen at once, before one is begun.

    Photos are looked at closely, and compared with those of a study that lies there, when a
    study's turn comes: that takes minutes where there are many.

    Raises:
        MaskoptError: Photos of a study are not there, or it was made differently; everything that
            is wrong with any of them.
    """
    wrong: dict[str, MaskoptError] = {}
    for spec in specs:
        for look in (_look_for_photos, _look_for_changes):
            try:
                look(options, spec)
            except MaskoptError as error:
                wrong.setdefault(str(error).splitlines()[0], error)  # what all share, once
    if len(wrong) == 1:
        raise next(iter(wrong.values()))
    if wrong:
        raise MaskoptError("\n".join(map(str, wrong.values())))


def _look_for_photos(options: SweepOptions, spec: StudySpec) -> None:
    if spec.data.built_in_people is not None:
        return  # they are drawn
    if spec.data.photos is None:
        raise SpecError(missing_photos_message(spec))
    problems = Problems(shown_path(spec.data.photos))
    if not is_there(Path(spec.data.photos), problems):
        raise DataError("\n".join(problems.errors))


def _look_for_changes(options: SweepOptions, spec: StudySpec) -> None:
    stored = stored_content(options.storage_url, spec.study)
    # What an earlier version began goes on with former defaults, which is told in its turn.
    if stored is not None and _SINCE_HALVING in stored:
        refuse_changes(spec, stored, spec.content, options.studies)
