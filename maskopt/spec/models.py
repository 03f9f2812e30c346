"""A file of several studies: under `models`, what differs, each laid over the rest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from maskopt.spec.nodes import Fields, Text
from maskopt.spec.overlays import first_key, merge, set_place, without
from maskopt.spec.places import Complaint, Notes, Place, Source, listed, unknown

MODELS = "models"
MODEL = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,49}"
_OF_THE_FILE = ("study", MODELS)
_EXAMPLE = "`models: {age: {heads: [age]}, mask: {heads: [mask]}}`"


def model_names(root: Fields, notes: Notes) -> tuple[str, ...]:
    """Return the names of a file's models, in its order; none where it is one study.

    Raises:
        Complaint: `models` is no mapping of names; further complaints go to `notes`.
    """
    if MODELS not in root.fields:
        return ()
    node = root.fields[MODELS]
    if not isinstance(node, Fields) or not node.fields:
        message = f"`models` must be a mapping of names to what differs, got {node}"
        raise Complaint(node.place, f"{message}; write {_EXAMPLE}")
    for name, place in node.keys.items():
        if not re.fullmatch(MODEL, name):
            message = "a model's name is part of its study's: letters, digits, `_`, `-` and `.`"
            notes.complain(place, f"{message}, up to 50 of them, got {name!r}")
    return tuple(node.fields)


def choose_model(root: Fields, model: str | None, notes: Notes) -> Fields:
    """Return a file's tree as that of one study: what a model says laid over the rest.

    The study has the file's name yet, as options may give another; see `named_study`.

    Args:
        root: The file's tree.
        model: One of its models; none where the file is one study.
        notes: Takes complaints.

    Raises:
        Complaint: There is no such model, or one must be named.
    """
    names = model_names(root, notes)
    asked = Place(Source(f"--model {model}", Path.cwd(), rank=1))
    if not names:
        if model is not None:
            message = f"{root.place.source.name} is one study without `models`; leave it out"
            raise Complaint(asked, message)
        return root
    if model is None:
        message = f"this file is of several models, {listed(names)}; name one with --model"
        raise Complaint(root.keys[MODELS], message)
    if model not in names:
        raise Complaint(asked, unknown("model", model, names))
    models = root.fields[MODELS]
    assert isinstance(models, Fields)
    said = models.fields[model]
    if isinstance(said, Text) and said.is_none:
        said = Fields(said.place, {}, {})
    if not isinstance(said, Fields):
        message = f"`models.{model}` must be a mapping of what differs, got {said}"
        raise Complaint(said.place, f"{message}; write {_EXAMPLE}")
    for key in (key for key in _OF_THE_FILE if key in said.fields):
        message = f"`models.{model}.{key}` cannot be one model's own; leave it out"
        notes.complain(said.keys[key], message)
    return merge(without(root, MODELS), said, "")


def refuse_sets_of_models(root: Fields, sets: Sequence[str], notes: Notes) -> None:
    """Complain about every `--set` that reaches into `models`: by then a model is chosen."""
    for number, text in enumerate(sets):
        key, _, value = text.partition("=")
        first, *rest = key.strip().split(".")
        if first == MODELS:
            notes.complain(set_place(text, number), _reaching_in(root, rest, value))


def _reaching_in(root: Fields, keys: Sequence[str], value: str) -> str:
    models = root.fields.get(MODELS)
    if models is None:
        return f"{root.place.source.name} is one study without `models`; set its own keys"
    names = list(models.fields) if isinstance(models, Fields) else []
    model, inside = first_key(names, keys) if keys else ("", ())
    if model and model not in names:
        return unknown("model", model, names)
    typed = shlex.quote(f"{'.'.join(inside)}={value}") if inside else "KEY=VALUE"
    chosen = f"--model {model or 'NAME'} --set {typed}"
    return f"`--set` is laid over every model, not over `models`; for one alone: {chosen}"


def named_study(root: Fields, model: str | None) -> Fields:
    """Return the tree with a model's own study named: `<study>-<model>`.

    Args:
        root: The tree with every option laid over it: its study is what names begin with.
        model: The chosen one; none where the file is one study.
    """
    study = root.fields.get("study")
    if not isinstance(study, Text) or study.is_empty:
        return root  # complained about where studies are read
    named = Text(study.place, study_of(study.text, model))
    return Fields(root.place, {**root.fields, "study": named}, root.keys)


def study_of(study: str, model: str | None) -> str:
    """Return the name of a model's study.

    Example:
        >>> study_of("join", "age"), study_of("age", None)
        ('join-age', 'age')
    """
    return study if model is None else f"{study}-{model}"
