"""From a search-space file to a `StudySpec`, or to one error with all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from maskopt.catalog.searching import PRUNERS, SEARCHERS
from maskopt.errors import did_you_mean
from maskopt.labels import LabelSpace
from maskopt.space import Part
from maskopt.spec.agreement import check_agreement
from maskopt.spec.auxiliary import read_auxiliary
from maskopt.spec.content import plain_content, with_former_defaults
from maskopt.spec.doubts import doubts
from maskopt.spec.facts import check_built_in, read_data, read_heads
from maskopt.spec.idle import check_idle
from maskopt.spec.model import BudgetSpec, DataSpec, StudySpec
from maskopt.spec.models import (
    choose_model,
    model_names,
    named_study,
    refuse_sets_of_models,
)
from maskopt.spec.nodes import Fields, Node, from_plain, parse
from maskopt.spec.objectives import read_objectives
from maskopt.spec.overlays import Options, apply_options
from maskopt.spec.places import Complaint, Notes, Place, Source, unknown
from maskopt.spec.points import read_points
from maskopt.spec.sections import (
    BUDGET_KEYS,
    read_budget,
    read_choice,
    read_folds,
    read_part,
    read_study,
    read_values,
)
from maskopt.spec.spaces import KEYS as SPACE_KEYS
from maskopt.spec.spaces import read_space
from maskopt.spec.tables import (
    DATA,
    DEFAULT_PRETRAINED,
    FREE,
    KEYS,
    PRETRAINED,
    REQUIRED,
    SEARCH,
)
from maskopt.spec.warm_starts import DEFAULT_WARM_START, read_warm_start


def read_spec(
    file: str | Path,
    *,
    sets: Sequence[str] = (),
    preset: str | None = None,
    data: str | None = None,
    study: str | None = None,
    trials: int | None = None,
    seconds: float | None = None,
    gpus_per_trial: float | None = None,
    model: str | None = None,
) -> StudySpec:
    """Read a search-space file with a preset and options of the command line laid over it.

    Args:
        file: The file; paths inside it are relative to its folder.
        sets: `KEY=VALUE` with dotted keys and YAML values, as `--set` takes them.
        preset: Name of an overlay: demo, quick, standard or overnight.
        data: A folder or a manifest instead of the file's photos.
        study: A name instead of the file's.
        trials: Complete and pruned trials wanted of the whole study.
        seconds: Wall time of this sweep.
        gpus_per_trial: GPUs that a trial takes.
        model: Which one of a file's `models`; none where it is one study.

    Raises:
        SpecError: Something is wrong; the message has one line a problem, with its place.
    """
    notes = Notes()
    options = Options(sets, preset, data, study, trials, seconds, gpus_per_trial, model)
    for root in notes.collect(_read_model, str(file), options, notes):
        changed = named_study(apply_options(root, options, notes), model)
        spec = _read_root(changed, notes, is_overridden=options.change_space)
        notes.raise_complaints()
        check_idle(changed, spec, notes)  # not of stored content, which says every default
        notes.raise_complaints()
        return _finished(spec, notes, str(file))
    notes.raise_complaints()
    raise AssertionError("a file that is not read is complained about")


def models_of(file: str | Path) -> tuple[str, ...]:
    """Return the names of a file's models, in its order; none where it is one study.

    Raises:
        SpecError: The file cannot be read, or its `models` are wrong.
    """
    notes = Notes()
    roots = notes.collect(_read_file, str(file), notes)
    names = notes.attempt((), model_names, roots[0], notes) if roots else ()
    notes.raise_complaints()
    return names


def spec_from_content(content: Mapping[str, Any]) -> StudySpec:
    """Return the spec whose content this is: what a study has stored.

    Args:
        content: `StudySpec.content`, which may have gone through JSON.

    Raises:
        SpecError: This version cannot read it.
    """
    notes = Notes()
    place = Place(Source("the study's stored content", Path.cwd(), check_files=False))
    root = from_plain(with_former_defaults(content), place)
    assert isinstance(root, Fields)
    spec = _read_root(root, notes)
    notes.raise_complaints()
    return _finished(spec, notes, "")


def _finished(spec: StudySpec, notes: Notes, file: str) -> StudySpec:
    content = plain_content(spec)
    warnings = (*notes.warnings, *doubts(spec))
    return replace(spec, content=content, warnings=warnings, file=file)


def _read_model(file: str, options: Options, notes: Notes) -> Fields:
    root = _read_file(file, notes)
    refuse_sets_of_models(root, options.sets, notes)
    return choose_model(root, options.model, notes)


def _read_file(file: str, notes: Notes) -> Fields:
    path = Path(file)
    source = Source(file, path.absolute().parent)
    place = Place(source)
    try:
        raw = path.read_bytes()
    except IsADirectoryError:
        found = sorted(inner.name for inner in path.glob("*.y*ml"))
        hint = f", such as {found[0]}" if found else ""
        message = f"this is a folder; name a search-space file in it{hint}"
        raise Complaint(place, message) from None
    except FileNotFoundError:
        near = [str(path.parent / inner.name) for inner in path.parent.glob("*.y*ml")]
        raise Complaint(place, f"there is no such file{did_you_mean(file, near)}") from None
    except OSError as error:
        raise Complaint(place, f"cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"this is not UTF-8: byte {raw[error.start]:#04x}; save the file as UTF-8"
        raise Complaint(Place(source, line), message) from None
    root = parse(text, source, notes)
    if isinstance(root, Fields) and root.fields:
        return Fields(place, root.fields, root.keys)
    if not str(root).endswith(("nothing", "mapping")):
        message = f"a search-space file is a mapping of keys such as `study: age`, got {root}"
        raise Complaint(place, message)
    raise Complaint(place, "the file is empty; start from one of those in search_spaces/")


def _read_root(root: Fields, notes: Notes, *, is_overridden: bool = False) -> StudySpec:
    for key, place in root.keys.items():
        if key in root.fields and key not in KEYS and not key.startswith(FREE):
            notes.complain(place, _unknown_top_key(key))
    given = {key: node for key, node in root.fields.items() if key in KEYS}
    for key, remedy in REQUIRED.items():
        if key not in given:
            notes.complain(root.place, f"`{key}` is missing; {remedy}")
    data = DataSpec(None, None, (), None)
    if "data" in given:
        data = read_data(given["data"], notes)
    labels = LabelSpace(())
    if "heads" in given:
        labels = read_heads(given["heads"], data.attributes, notes)
        labels = read_auxiliary(given.get("auxiliary"), labels, notes)
    if data.built_in_people is not None and isinstance(given["data"], Fields):
        check_built_in(labels, given["data"].keys["built_in_people"], notes)
    space = read_space(given.get("space"), notes)
    check_agreement(given.get("space"), space, labels, notes)
    attributes = tuple(attribute.name for attribute in labels.attributes)
    return StudySpec(
        study=notes.attempt("", read_study, given["study"]) if "study" in given else "",
        data=data,
        label_space=labels,
        space=space,
        try_first=read_points(
            given.get("try_first"), space, attributes, notes, is_overridden=is_overridden
        ),
        content={},
        **_read_settings(given, notes),
    )


def _read_settings(given: Mapping[str, Node], notes: Notes) -> dict[str, Any]:
    budget = BudgetSpec(None, 1)
    if "budget" in given:
        budget = read_budget(given["budget"], notes)
    parts = {
        key: notes.attempt(Part(""), read_part, given.get(key), key, table, notes)
        for key, table in (("searcher", SEARCHERS), ("pruner", PRUNERS))
    }
    objectives = notes.attempt(("",), read_objectives, given.get("objective"), notes)
    return {
        "budget": budget,
        "folds": read_folds(given.get("folds"), notes),
        "objective": objectives[0],
        "objectives": objectives,
        "pretrained": notes.attempt(
            DEFAULT_PRETRAINED,
            read_choice,
            given.get("pretrained"),
            "pretrained",
            PRETRAINED,
            DEFAULT_PRETRAINED,
        ),
        "warm_start": notes.attempt(
            DEFAULT_WARM_START, read_warm_start, given.get("warm_start"), notes
        ),
        **parts,
        **read_values(given, "", SEARCH, notes),
    }


def _unknown_top_key(key: str) -> str:
    homes = {"space": SPACE_KEYS, "data": DATA, "budget": BUDGET_KEYS}
    for home, keys in homes.items():
        if key in keys:
            return f"unknown key {key!r}; it belongs under `{home}`: `{home}.{key}`"
    return unknown("key", key, KEYS)
