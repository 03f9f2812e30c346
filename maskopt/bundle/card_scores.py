"""The model card's scores: of what, how sure, by class, and beside what else was compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from maskopt.bundle.markdown import cell, interval, number, percent, prose, table
from maskopt.bundle.pictures import MOST_CLASSES, draw_confusion, draw_f1
from maskopt.ensembles import Bundle
from maskopt.labels import Head

JOINT = "joint"
_WORST = 10  # classes shown where there are too many for a picture
_STRATEGIES = {
    "greedy": "greedy: vote shares chosen one by one",
    "soft": "soft: equal shares",
    "hard": "hard: majority of classes",
    "single": "single: the best member alone",
}


@dataclass(frozen=True)
class _Scored:
    """What was measured of one attribute, or of all together."""

    name: str
    file: str
    classes: Sequence[str]
    shares: Sequence[float] | None
    score: Mapping[str, Any]

    @property
    def photos(self) -> list[int] | None:
        counts = self.score.get("confusion")
        return None if counts is None else [sum(row) for row in counts]


def scores(bundle: Bundle) -> Iterator[str]:
    """Give the lines of scores with intervals and pictures; none where nothing was measured."""
    told, every = bundle.facts.get("scores") or {}, _every(bundle)
    if not every:
        return
    yield from ("## Scores", "")
    if told.get("how"):
        yield from (prose(told["how"]), "")
    yield from table(["of", "objective", "score", "95 % interval", "photos"], map(_row, every))
    if told.get("joint_reason") and not told.get(JOINT) and len(bundle.attributes) > 1:
        yield from (prose(told["joint_reason"]), "")
    for each in every:
        yield from _by_class(each)


def pictured_scores(bundle: Bundle) -> dict[str, str]:
    """Return the pictures that `scores` shows, by path in the folder."""
    pictures = {}
    for each in _every(bundle):
        f1, counts = each.score.get("f1"), each.score.get("confusion")
        if len(each.classes) > MOST_CLASSES:
            continue
        if f1 is not None:
            drawn = draw_f1(each.name, each.classes, f1, each.photos)
            pictures[f"pictures/f1-{each.file}.svg"] = drawn
        if counts is not None:
            drawn = draw_confusion(each.name, each.classes, counts)
            pictures[f"pictures/confusion-{each.file}.svg"] = drawn
    return pictures


def compared(bundle: Bundle) -> Iterator[str]:
    """Give the lines of the votes that were compared, and why one was chosen."""
    blocks, reason = bundle.facts.get("compared") or [], bundle.facts.get("reason")
    if not blocks and not reason:
        return
    yield from ("## What was compared", "")
    for block in blocks:
        rows = [
            [
                _STRATEGIES.get(row["strategy"], row["strategy"])
                + (" (chosen)" if row["strategy"] == block.get("chosen") else ""),
                row.get("members", ""),
                number(row.get("score")),
                interval(row.get("low"), row.get("high")),
            ]
            for row in block["rows"]
        ]
        yield from table([f"vote on {block['of']}", "members", "score", "95 % interval"], rows)
    if reason:
        yield from (prose(reason), "")


def _every(bundle: Bundle) -> list[_Scored]:
    told = bundle.facts.get("scores") or {}
    by_name = told.get("attributes") or {}
    found = [
        _Scored(each.name, "", each.classes, bundle.priors[each.name], by_name[each.name])
        for each in bundle.attributes
        if by_name.get(each.name)
    ]
    if told.get(JOINT) and len(bundle.attributes) > 1:
        name = "all together"
        found.append(_Scored(name, JOINT, Head(bundle.attributes).classes, None, told[JOINT]))
    files: dict[str, _Scored] = {}
    for each in found:
        file = stem = each.file or re.sub(r"[^\w-]", "-", each.name)
        while file in files:
            file = f"{stem}-{len(files)}"
        files[file] = _Scored(each.name, file, each.classes, each.shares, each.score)
    return list(files.values())


def _row(each: _Scored) -> list[str]:
    score = each.score
    photos = score.get("photos")
    return [
        each.name,
        str(score.get("objective", "")).replace("macro_f1", "macro F1"),
        number(score.get("score")),
        interval(score.get("low"), score.get("high")),
        "–" if photos is None else f"{photos:,}",
    ]


def _by_class(each: _Scored) -> Iterator[str]:
    f1 = each.score.get("f1")
    if f1 is None and each.photos is None:
        return
    many = len(each.classes) > MOST_CLASSES
    yield from (f"### {cell(each.name)}" + (": the weakest classes" if many else ""), "")
    if f1 is not None:
        yield from _f1_table(each, f1, many)
    if many:
        return
    kinds = {"F1 by class": ("f1", f1), "Confusion": ("confusion", each.photos)}
    for title, (kind, known) in kinds.items():
        if known is not None:
            file = quote(f"pictures/{kind}-{each.file}.svg")
            yield from (f"![{title}: {cell(each.name)}]({file})", "")


def _f1_table(each: _Scored, f1: Sequence[float | None], many: bool) -> list[str]:
    places = list(range(len(f1)))
    if many:
        known = {place: score for place, score in enumerate(f1) if score is not None}
        places = sorted(known, key=known.__getitem__)[:_WORST]
    columns: dict[str, list[Any]] = {
        "": places,
        "class": [each.classes[place] for place in places],
        "F1": [number(f1[place]) for place in places],
    }
    if (photos := each.photos) is not None:
        columns["photos"] = [f"{photos[place]:,}" for place in places]
    if (shares := each.shares) is not None:
        columns["share of the training photos"] = [percent(shares[place]) for place in places]
    return table(list(columns), zip(*columns.values(), strict=True))
