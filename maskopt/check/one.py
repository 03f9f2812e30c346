"""One study: everything wrong with its file and its photos, and the plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskopt.check.backbones import NOT_TRIED, Tried, try_backbones
from maskopt.check.rows import plan_rows
from maskopt.cluster.devices import DevicePlan, Devices, local_devices, plan_devices
from maskopt.errors import DataError, StudyError
from maskopt.plan.estimates import Estimate
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
        backbones: What is known of the backbones; nothing where no photos are given, as building
            them takes some seconds.
        estimate: How long a sweep would take; none where that cannot be known.
        is_unmeasured: Whether a sweep would first measure how many trials share a device.
    """

    spec: StudySpec
    devices: DevicePlan
    photos: Audit | None
    estimate: Estimate | None
    is_unmeasured: bool = False
    backbones: Tried = NOT_TRIED

    @property
    def errors(self) -> tuple[str, ...]:
        """What a sweep would refuse."""
        return (*(self.photos.errors if self.photos else ()), *self.backbones.errors)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a sweep would go on over."""
        photos = self.photos.warnings if self.photos else ()
        return (*self.spec.warnings, *photos, *self.backbones.warnings)


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
    tried = NOT_TRIED if photos is None else try_backbones(spec)
    estimate = None
    if photos is not None and photos.table is not None and not tried.errors:
        from maskopt.plan.estimates import estimate_sweep

        estimate = estimate_sweep(spec, len(photos.table), devices, studies)
    unmeasured = shared is None and spec.budget.trials_per_device is not None
    return Checked(spec, devices, photos, estimate, unmeasured, tried)


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
        StudyError: The backbones alone have.
    """
    print_check(checked, as_json=as_json)
    refuse([checked])


def print_check(checked: Checked, *, as_json: bool) -> None:
    """Print what a check found, errors apart where it is for people."""
    from maskopt.report.console import show_json, show_note, show_text, show_warning
    from maskopt.report.tables import class_table, plan_table

    if as_json:
        show_json(told(checked))
        return
    photos = checked.photos
    for warning in checked.warnings:
        show_warning(warning)
    for note in photos.notes if photos else ():
        show_note(note)
    show_text(plan_table(dict(plan_rows(checked))))
    for rows in (photos.class_table if photos else {}).values():
        show_text("")
        show_text(class_table(rows))


def refuse(checks: Collection[Checked]) -> None:
    """Raise what is wrong with any of several, if anything is; what they share, once.

    Raises:
        DataError: Photos have errors.
        StudyError: Backbones alone have.
    """
    lines = dict.fromkeys(line for each in checks for line in each.errors)
    if lines:
        photos = any(each.photos and each.photos.errors for each in checks)
        raise (DataError if photos else StudyError)("\n".join(lines))


def told(checked: Checked) -> dict[str, Any]:
    """Return what `maskopt check --json` prints."""
    photos, spec = checked.photos, checked.spec
    tables = photos.class_table if photos else {}
    return {
        "file": spec.file,
        "study": spec.study,
        "errors": list(checked.errors),
        "warnings": list(checked.warnings),
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
