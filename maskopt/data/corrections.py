"""Corrections of facts: a CSV file with `attribute`, `value`, and `group` or `path` or both.

A row sets one fact of one photo (`path`), of all photos of a group (`group`), or of one photo in a
group (`group`, and the file's name as `path`). A path may leave out its extension; in layout
`people` a group may be the person's number alone, where only one person has it.

Example:
    The kinds of errors that participants found in the competition's photos are written so:

        group,path,attribute,value
        006359,,gender,male
        001498-1,,gender,female
        000020,normal,mask,incorrect
        000020,incorrect_mask,mask,not_wear
        000645,incorrect_mask,mask,wear
        001009,,age,29
        004348,,age,60
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from maskopt.data.class_ids import explain, find_class_id
from maskopt.data.facts import Facts
from maskopt.data.problems import Problems, shown
from maskopt.data.tables import Table, read_table
from maskopt.errors import did_you_mean, plural
from maskopt.labels import Attribute

_COMPARED = 2_000  # names up to which a near miss is looked for: each wrong row costs them all


@dataclass(frozen=True)
class Corrected:
    """Facts after corrections, and a sentence that says how many there were."""

    facts: Facts
    note: str


def correct(
    facts: Facts,
    file: Path,
    attributes: tuple[Attribute, ...],
    group: str | None,
    problems: Problems,
) -> Corrected:
    """Apply a file of corrections in the order of its rows.

    Args:
        facts: What the photos' layout says.
        file: The corrections.
        attributes: All that the search-space file knows.
        group: The fact that groups photos, if any.
        problems: Gathers what is wrong; its place is the file. Sound rows are applied anyhow.
    """
    table = _read(file, problems)
    if table is None:
        return Corrected(facts, "")
    columns = {name: list(column) for name, column in facts.columns.items()}
    names = _names(facts, group)
    wrong: list[str] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        cells = dict(zip(table.columns, row, strict=True))
        where, photos = _find(names, cells.get("group", ""), cells.get("path", ""))
        complaint = where or _judge(cells["attribute"], cells["value"], attributes, facts)
        if complaint:
            wrong.append(f"line {line}: {complaint}")
        elif cells["attribute"] in columns:
            for index in photos:
                columns[cells["attribute"]][index] = cells["value"]
    one, many = "correction cannot be applied", "corrections cannot be applied"
    problems.error(wrong, one, many, "mend or remove")
    applied = plural(len(table.rows) - len(wrong), "correction")
    pairs = zip(_rows(facts.columns), _rows(columns), strict=True)
    changed = sum(old != new for old, new in pairs)
    note = f"{problems.place}: {applied} changed {plural(changed, 'photo')}"
    return Corrected(replace(facts, columns=columns), note)


def _rows(columns: Mapping[str, list[str]]) -> Iterable[tuple[str, ...]]:
    return zip(*columns.values(), strict=True)


def _read(file: Path, problems: Problems) -> Table | None:
    table = read_table(file, ("attribute", "value"), problems)
    if table and not {"group", "path"} & set(table.columns):
        seen = ", ".join(shown(name) for name in table.columns)
        problems.say(f"no column 'group' nor 'path'; columns: {seen}")
        return None
    return table


@dataclass(frozen=True)
class _Names:
    """Photos by what rows may call them; a name of several things has all their photos."""

    paths: Mapping[str, list[int]]
    groups: Mapping[str, list[int]]
    numbers: Mapping[str, set[str]]  # groups by a person's number
    inside: list[tuple[str, str]]  # each photo's file name, with and without extension


def _names(facts: Facts, group: str | None) -> _Names:
    paths: dict[str, list[int]] = {}
    groups: dict[str, list[int]] = {}
    numbers: dict[str, set[str]] = {}
    inside = []
    for index, path in enumerate(facts.paths):
        stem = posixpath.splitext(path)[0]
        paths.setdefault(path, []).append(index)
        paths.setdefault(stem, []).append(index)
        inside.append((posixpath.basename(path), posixpath.basename(stem)))
    for index, name in enumerate(facts.columns.get(group or "", [])):
        groups.setdefault(name, []).append(index)
        if facts.layout == "people" and group == "person":
            numbers.setdefault(name.partition("_")[0], set()).add(name)
    return _Names(paths, groups, numbers, inside)


def _find(names: _Names, group: str, path: str) -> tuple[str, list[int]]:
    """Return what is wrong with a row's `group` and `path`, and the photos that they mean."""
    if not group:
        path = posixpath.normpath(path.replace("\\", "/")) if path else ""
        return _one(names.paths.get(path, []), path, _near(path, names.paths))
    if not names.groups:
        return "the photos have no groups; give a path", []
    same = sorted(names.numbers.get(group, ()))
    if group not in names.groups and len(same) > 1:
        return f"group {shown(group)!r} may be {' or '.join(map(shown, same))}", []
    photos = names.groups.get(same[0] if same else group, [])
    if not photos:
        return f"unknown group {shown(group)!r}{_near(group, names.groups)}", []
    if not path:
        return "", photos
    return _one([index for index in photos if path in names.inside[index]], path, "")


def _near(name: str, known: Mapping[str, list[int]]) -> str:
    return did_you_mean(name, known) if len(known) <= _COMPARED else ""


def _one(photos: list[int], path: str, near: str) -> tuple[str, list[int]]:
    if not path:
        return "neither group nor path", []
    if not photos:
        return f"unknown path {shown(path)!r}{near}", []
    if len(photos) > 1:
        return f"path {shown(path)!r} may be {len(photos)} photos; write its extension", []
    return "", photos


def _judge(name: str, value: str, attributes: tuple[Attribute, ...], facts: Facts) -> str:
    """Return what is wrong with a row's attribute and value, or nothing."""
    known = {attribute.name: attribute for attribute in attributes}
    if name not in known:
        near = did_you_mean(name, known) or f"; known are {', '.join(known)}"
        return f"unknown attribute {shown(name)!r}{near}"
    named = name in facts.named
    if find_class_id(known[name], value, named=named) is None:
        what, remedy = explain(known[name], value, named=named)
        return f"{name} {shown(value)!r} is {what}{remedy}"
    return ""
