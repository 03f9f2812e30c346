"""From what a file says of its data to a table of photos and folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from maskopt.catalog.views import Input, View
from maskopt.data.audit import Audit, audit
from maskopt.data.moved_cuts import tell_empty
from maskopt.data.people import draw_people, has_people
from maskopt.data.photos import PhotoTable
from maskopt.errors import DataError, SpecError
from maskopt.report.console import progress, show_note, show_warning
from maskopt.selections import select
from maskopt.space import Choice, Domain, Fixed, Value
from maskopt.spec import DataSpec, StudySpec, missing_photos_message
from maskopt.spec.agreement import OFFICIAL, policy_names
from maskopt.spec.class_names import class_names

PEOPLE_SEED = 0


def locate_photos(spec: StudySpec, studies: Path) -> DataSpec:
    """Return where the photos lie, with the built-in people drawn if they are wanted.

    Raises:
        SpecError: The file, its preset and `--data` name no photos.
    """
    people = spec.data.built_in_people
    if people is None:
        if spec.data.photos is None:
            raise SpecError(missing_photos_message(spec))
        return spec.data
    folder = studies.absolute() / f"people-{people}"
    if not has_people(folder, people, seed=PEOPLE_SEED):
        with progress(f"drawing {people} built-in people", people) as advance:
            draw_people(folder, people, seed=PEOPLE_SEED, progress=advance)
    return replace(spec.data, photos=str(folder / "train"), layout="people")


def gather_photos(spec: StudySpec, studies: Path) -> PhotoTable:
    """Return a study's photos, drawn if they are the built-in people, and audited.

    Raises:
        SpecError: The file, its preset and `--data` name no photos.
        DataError: The photos have errors; the text has one line an error.
    """
    data = locate_photos(spec, studies)
    found = audit_photos(spec, data)
    for warning in found.warnings:
        show_warning(warning)
    for note in found.notes:
        show_note(note)
    if found.table is None or found.errors:
        raise DataError("\n".join(found.errors))
    return found.table


def audit_photos(spec: StudySpec, data: DataSpec) -> Audit:
    """Return what is right and wrong with a study's photos, and their table."""
    source = shown_path(str(data.photos))
    found = audit(data, spec.label_space, spec.folds, source=source)
    return replace(found, errors=(*found.errors, *(f"{source}: {e}" for e in _unfit(spec, found))))


def _unfit(spec: StudySpec, found: Audit) -> Iterator[str]:
    """Say what of a space does not fit the photos."""
    if found.table is not None:
        yield from _untold(spec, found.table)
        yield from _absent(spec, found.table)
        yield from tell_empty(spec.space, spec.label_space, found.table.numbers)


def _untold(spec: StudySpec, table: PhotoTable) -> list[str]:
    """Say which numbers a label policy has to act on and photos do not tell."""
    policies = [str(name) for name in policy_names(spec.space) if name != OFFICIAL]
    cut = [attribute.name for attribute in spec.label_space.attributes if attribute.cuts]
    return [
        f"photos tell classes of {name} and no numbers, which `space.label_policy` needs "
        f"({', '.join(policies)}); leave it out, or give a manifest with numbers"
        for name in cut
        if policies and name not in table.numbers
    ]


def _absent(spec: StudySpec, table: PhotoTable) -> Iterator[str]:
    """Say which ranges that a space names hold no photo, or numbers that photos do not tell."""
    for path, names in class_names(spec.space).items():
        for name in names:
            chosen = select(name, spec.label_space)
            numbers = table.numbers.get(chosen.attribute.name)
            if chosen.class_id is not None:
                continue
            if numbers is None:
                yield (
                    f"photos tell classes of {chosen.attribute.name} and no numbers, which "
                    f"{name!r} of `space.{path}` needs; name a class, or give numbers"
                )
            elif not ((numbers >= chosen.low) & (numbers <= chosen.high)).any():
                yield f"no photo is of {name!r}, which `space.{path}` names; leave it out"


def shown_path(path: str) -> str:
    """Return a path as a person would write it: relative where it lies below this folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def inputs_wanted(spec: StudySpec) -> tuple[Input, ...]:
    """Return what trials of the study can take of photos, the smallest first."""
    views = list(_views(spec))
    views += [view.judged for view in views]
    return tuple(Input(size, view) for size in _image_sizes(spec) for view in dict.fromkeys(views))


def _views(spec: StudySpec) -> Iterator[View]:
    """Give every view that a trial of the study can have."""
    domain = spec.space.domains["view"]
    for option in domain.options if isinstance(domain, Choice) else ():
        values = [_values(each) for each in option.parameters.values()]
        for drawn in product(*values):
            yield View.of(str(option.name), dict(zip(option.parameters, drawn, strict=True)))


def _values(domain: Domain) -> tuple[Value, ...]:
    """Return the values of a view's parameter, which has no range."""
    if isinstance(domain, Choice):
        return tuple(option.name for option in domain.options)
    return (domain.value,) if isinstance(domain, Fixed) else ()


def _image_sizes(spec: StudySpec) -> tuple[int, ...]:
    """Return every image size that a trial of the study can have, rising."""
    match spec.space.domains["image_size"]:
        case Fixed(value):
            sizes = {value}
        case Choice(options):
            sizes = {option.name for option in options}
        case within:
            sizes = set(range(int(within.low), int(within.high) + 1, int(within.step or 1)))
    return tuple(sorted(int(str(size)) for size in sizes))
