"""The studies that an export draws on: their trials, their photos, and what they know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.photos import PhotoTable, read_photos
from maskopt.errors import MaskoptError, StudyError, did_you_mean, plural
from maskopt.export.candidates import complete_trials, pick_candidates
from maskopt.export.options import ExportOptions
from maskopt.labels import Attribute
from maskopt.records import StudyRecord, TrialRecord
from maskopt.report.console import show_note
from maskopt.spec import StudySpec
from maskopt.study.reading import list_studies, read_study, stored_content
from maskopt.sweep.identity import describe, stored_spec


@dataclass(frozen=True, eq=False)
class Source:
    """A study to export from.

    Attributes:
        folder: The study's own folder.
        trials: Those that may vote, best first.
        scratch: Backbones that started from random weights.
        identity: Names the photos, their groups, folds and classes, and when they changed.
    """

    spec: StudySpec
    folder: Path
    table: PhotoTable
    trials: tuple[TrialRecord, ...]
    scratch: tuple[str, ...]
    identity: str

    @property
    def name(self) -> str:
        """The study's name."""
        return self.spec.study

    @property
    def searched(self) -> frozenset[int]:
        """Folds whose scores chose the trials."""
        return frozenset(range(self.spec.folds.use))


def read_sources(options: ExportOptions) -> tuple[Source, ...]:
    """Read the studies that were named.

    Raises:
        StudyError: One line a problem: an unknown study, one without a complete trial, one whose
            files are gone.
    """
    twice = {name for name in options.names if options.names.count(name) > 1}
    wrong = [f"study {name!r} is named twice; name it once" for name in sorted(twice)]
    sources = []
    for name in dict.fromkeys(options.names):
        try:
            sources.append(_read_source(options, name))
        except MaskoptError as error:
            wrong.append(str(error))
    if wrong:
        raise StudyError("\n".join(dict.fromkeys(wrong)))
    _note_objectives(sources)
    return tuple(sources)


def _note_objectives(sources: Sequence[Source]) -> None:
    objectives = {source.name: source.spec.objective for source in sources}
    if len(set(objectives.values())) > 1:
        judged = ", ".join(f"{name!r} by {objective}" for name, objective in objectives.items())
        show_note(
            f"studies were judged differently ({judged}): the vote is chosen and scored by the "
            f"first one's, {sources[0].spec.objective}"
        )


def _read_source(options: ExportOptions, name: str) -> Source:
    record = read_study(options.storage_url, name)
    content = stored_content(options.storage_url, name)
    if content is None or not complete_trials(record):
        raise StudyError(
            f"study {record.study!r} has no complete trial to export yet; sweep it further "
            f"(`maskopt show {record.study}` shows its trials)"
        )
    folder = options.studies.absolute() / name
    table = read_photos(folder / "photos.csv")
    spec = stored_spec(content)
    trials = _best_trials(record, options.members, spec.folds.judged(len(table)))
    if options.folds is not None and options.folds > spec.folds.count:
        raise StudyError(
            f"--folds must not be more than the {spec.folds.count} folds of study {name!r}, "
            f"got {options.folds}"
        )
    return Source(spec, folder, table, trials, scratch_of(folder), identity_of(table))


def scratch_of(folder: Path) -> tuple[str, ...]:
    """Return the backbones of a study that started from random weights, as its sweep settled."""
    settled = folder / "weights.json"
    return tuple(json.loads(settled.read_text())["scratch"]) if settled.exists() else ()


def identity_of(table: PhotoTable) -> str:
    """Return what names a study's photos, their groups, folds and classes, and their change."""
    return f"{describe(table)} {table.stamp}"


def _best_trials(record: StudyRecord, members: int, photos: int) -> tuple[TrialRecord, ...]:
    found = pick_candidates(record, members, photos)
    if len(found) < members:
        show_note(
            f"study {record.study!r} has {plural(len(found), 'complete trial')}, "
            f"fewer than the {members} that may vote"
        )
    best = sorted(t.number for t in record.ranked[: len(found)])
    if sorted(trial.number for trial in found) != best:
        ties = (
            f"{plural(len(record.ties), 'trial')} are ties within noise, so unlike ones may vote"
        )
        lucky = "of trials that luck may part from the best those with the least loss may vote"
        show_note(
            f"study {record.study!r}: {ties if record.ties else lucky}: "
            f"{', '.join(str(trial.number) for trial in found)}"
        )
    return found


def wanted_attributes(sources: Sequence[Source], options: ExportOptions) -> tuple[Attribute, ...]:
    """Return what the bundle is to answer, in the order of the studies' files.

    What is auxiliary in all studies is left out unless it is named.

    Raises:
        StudyError: No study that was named knows one of them, and the text says which could; or
            two studies mean different classes by one name.
    """
    known = _known(sources)
    missing = [name for name in options.attributes if name not in known]
    if missing:
        raise StudyError("\n".join(_missing(name, list(known), options) for name in missing))
    listed = [a.name for source in sources for a in source.spec.data.attributes]
    order = [name for name in dict.fromkeys([*listed, *known]) if name in known]
    scored = {a.name for source in sources for a in source.spec.label_space.scored.attributes}
    names = [name for name in order if name in (options.attributes or scored)]
    return tuple(known[name] for name in names)


def _known(sources: Sequence[Source]) -> dict[str, Attribute]:
    known: dict[str, tuple[str, Attribute]] = {}
    wrong = []
    for source in sources:
        for attribute in source.spec.label_space.attributes:
            first, other = known.setdefault(attribute.name, (source.name, attribute))
            if other != attribute:
                wrong.append(
                    f"studies {first!r} and {source.name!r} mean different classes by "
                    f"{attribute.name!r} ({_classes(other)}, and {_classes(attribute)}): they "
                    "cannot vote together; export them apart"
                )
    if wrong:
        raise StudyError("\n".join(wrong))
    return {name: attribute for name, (_, attribute) in known.items()}


def _classes(attribute: Attribute) -> str:
    cuts = f" cut at {', '.join(f'{cut:g}' for cut in attribute.cuts)}" if attribute.cuts else ""
    return ", ".join(attribute.classes) + cuts


def _missing(name: str, known: Sequence[str], options: ExportOptions) -> str:
    able = studies_that_know(options, name)
    there = f"no study that was named knows attribute {name!r}"
    if able:
        return f"{there}; {' or '.join(map(repr, able))} could give it: add it to the command"
    near = did_you_mean(name, known)
    return f"{there}, nor does any other here{near}; they know {', '.join(known)}"


def studies_that_know(options: ExportOptions, attribute: str) -> list[str]:
    """Return the names of all studies of the storage that know an attribute."""
    able = []
    for record in list_studies(options.storage_url):
        content = stored_content(options.storage_url, record.study)
        if content is None:
            continue
        attributes = stored_spec(content).label_space.attributes
        if attribute in [each.name for each in attributes]:
            able.append(record.study)
    return able
