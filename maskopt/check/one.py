"""One study: everything wrong with its file and its photos, and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskopt.cluster.devices import DevicePlan, Devices, local_devices, plan_devices
from maskopt.errors import DataError, plural
from maskopt.plan.estimates import Estimate
from maskopt.report.domains import domain_words, settled_words
from maskopt.report.searching import search_rows
from maskopt.report.wording import duration
from maskopt.space import is_settled, show_value
from maskopt.spec import StudySpec, read_spec
from maskopt.spec.times import parse_seconds

if TYPE_CHECKING:
    from maskopt.data.audit import Audit
    from maskopt.data.class_table import ClassRow


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        spec: The file with preset and overrides applied; its own errors are raised.
        devices: How trials would share this machine.
        photos: What is known of the photos; none where none are given.
        estimate: How long a sweep would take; none where that cannot be known.
        is_unmeasured: Whether a sweep would first measure how many trials share a device.
    """

    spec: StudySpec
    devices: DevicePlan
    photos: Audit | None
    estimate: Estimate | None
    is_unmeasured: bool = False


def check_file(
    file: str,
    *,
    data: str | None = None,
    preset: str | None = None,
    sets: Sequence[str] = (),
    studies: Path = Path("studies"),
    workers: int | None = None,
    time: str | None = None,
    model: str | None = None,
) -> Checked:
    """Look at a file, or at one of its models, and at its photos if there are any.

    Raises:
        SpecError: The file is wrong; one line a problem.
        StudyError: The devices cannot give what is asked for.
    """
    seconds = parse_seconds(time, "--time") if time else None
    spec = read_spec(file, sets=sets, preset=preset, data=data, seconds=seconds, model=model)
    there = local_devices()
    shared = _per_device(spec, studies, there)
    devices = plan_devices(
        there,
        workers=workers,
        gpus_per_trial=spec.budget.gpus_per_trial,
        trials_per_device=shared,
    )
    photos = _look_at_photos(spec, studies)
    estimate = None
    if photos is not None and photos.table is not None:
        from maskopt.plan.estimates import estimate_sweep

        estimate = estimate_sweep(spec, len(photos.table), devices, studies)
    unmeasured = shared is None and spec.budget.trials_per_device is not None
    return Checked(spec, devices, photos, estimate, unmeasured)


def _per_device(spec: StudySpec, studies: Path, devices: Devices) -> int | None:
    if spec.budget.trials_per_device is None:
        return None
    from maskopt.plan.packing import known_per_device

    return known_per_device(spec, studies, devices)


def _look_at_photos(spec: StudySpec, studies: Path) -> Audit | None:
    people = spec.data.built_in_people
    if spec.data.photos is None and people is None:
        return None
    # numpy and pandas come in only where there is something to read.
    from maskopt.sweep.photos import audit_photos, locate_photos

    return audit_photos(spec, locate_photos(spec, studies))


def show_check(checked: Checked, *, as_json: bool) -> None:
    """Print what a check found.

    Raises:
        DataError: The photos have errors; everything else was printed.
    """
    from maskopt.report.console import show_json, show_note, show_text, show_warning
    from maskopt.report.tables import class_table, plan_table

    photos = checked.photos
    errors = photos.errors if photos else ()
    if as_json:
        show_json(told(checked))
        if errors:
            raise DataError("\n".join(errors))
        return
    for warning in (*checked.spec.warnings, *(photos.warnings if photos else ())):
        show_warning(warning)
    for note in photos.notes if photos else ():
        show_note(note)
    show_text(plan_table(dict(plan_rows(checked))))
    for rows in (photos.class_table if photos else {}).values():
        show_text("")
        show_text(class_table(rows))
    if errors:
        raise DataError("\n".join(errors))


def told(checked: Checked) -> dict[str, Any]:
    """Return what `maskopt check --json` prints."""
    photos, spec = checked.photos, checked.spec
    tables = photos.class_table if photos else {}
    return {
        "file": spec.file,
        "study": spec.study,
        "errors": list(photos.errors) if photos else [],
        "warnings": [*spec.warnings, *(photos.warnings if photos else ())],
        "photos": len(photos.table) if photos and photos.table is not None else None,
        "classes": {name: [_row(each) for each in rows] for name, rows in tables.items()},
        "plan": dict(plan_rows(checked)),
        "seconds": checked.estimate.seconds if checked.estimate else None,
    }


def _row(row: ClassRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "photos": row.photos,
        "groups": row.groups,
        "per_fold": list(row.per_fold),
    }


def plan_rows(checked: Checked) -> Iterator[tuple[str, str]]:
    """Give each fact of the plan with its name."""
    spec, devices = checked.spec, checked.devices
    yield "study", spec.study
    for head in spec.label_space.heads:
        teaches = "" if spec.label_space.is_scored(head) else "; it only teaches"
        yield (
            f"head {head.name}",
            f"{head.class_count} classes: {', '.join(head.classes)}{teaches}",
        )
    yield "photos", _photos_words(checked)
    yield "folds", _folds_words(spec)
    yield "budget", _budget_words(spec)
    yield from search_rows(spec)
    varying = list(spec.space.varying())
    yield "varies", plural(len(varying), "dimension") if varying else "nothing"
    for path, domain in varying:
        yield f"  {path}", domain_words(domain)
    fixed = [
        f"{path} {settled_words(domain)}"
        for path, domain in spec.space.domains.items()
        if is_settled(domain)
    ]
    yield "fixed", ", ".join(fixed)
    yield "devices", devices.words
    measured = ", `auto` is measured when a sweep begins" if checked.is_unmeasured else ""
    yield "trials at once", f"{devices.trials_at_once}, {_share_words(devices)}{measured}"
    yield "estimated time", _time_words(checked)


def _time_words(checked: Checked) -> str:
    if checked.estimate:
        return checked.estimate.words
    if checked.photos is None:
        return "give the photos to know it: --data PATH"
    broken = checked.photos.table is None
    return "not known, see the errors" if broken else "not known: no backbone could be timed"


def _photos_words(checked: Checked) -> str:
    if checked.photos is None:
        return "none given: --data PATH, or --preset demo for drawn people"
    if checked.photos.table is None:
        return "cannot be used, see the errors"
    table = checked.photos.table
    return f"{plural(len(table), 'photo')} in {table.root}"


def _folds_words(spec: StudySpec) -> str:
    group = f"by {spec.data.group}" if spec.data.group else "photo by photo"
    used, seed = plural(spec.folds.use, "fold"), spec.folds.seed
    return f"{spec.folds.count}, split {group} with seed {seed}; a trial is scored on {used}"


def _budget_words(spec: StudySpec) -> str:
    budget = spec.budget
    words = [plural(budget.trials, "trial")] if budget.trials else []
    words += [plural(budget.epochs, "epoch") + " each"]
    words += [f"{duration(budget.seconds)} at most"] if budget.seconds else []
    words += (
        [f"early stopping after {plural(budget.patience, 'epoch')}"] if budget.patience else []
    )
    return ", ".join(words)


def _share_words(devices: DevicePlan) -> str:
    if devices.gpus_per_trial:
        return f"{show_value(devices.gpus_per_trial)} GPU each"
    return f"{plural(devices.threads, 'CPU thread')} each"
