"""The model card: a bundle's `README.md` and its pictures, for people.

It is written from the bundle alone; `bundle.facts` holds what was measured, as plain values. Each
key may be missing, and the card then says nothing of it:

    scores      {"attributes": {name: SCORE}, "joint": SCORE or None,
                 "joint_reason": why there is no joint score, a sentence,
                 "how": how the scores came about, a sentence}
    SCORE       {"objective": "macro_f1", "score": 0.81, "low": 0.78, "high": 0.84,
                 "photos": 2700, "f1": one a class (None without a photo) or None,
                 "confusion": photos by target (row) and predicted class, or None};
                 low and high are None where there is no interval
    compared    [{"of": "age" or "joint", "chosen": "greedy",
                  "rows": [{"strategy": "greedy", "members": 3, "score", "low", "high"}]}]
    reason      why this vote was chosen, a sentence
    notes       [what else is to be known, sentences]
    splits      [{"study": "age", "folds": 5, "seed": 20, "group": "person", "photos": 2700,
                  "groups": 300, "fingerprint": "...", "searched": folds that judged trials}]
    refit       "folds" (each network left out one fold) or "all" (trained on all photos)
    versions    {"torch": "2.15.0", ...}
    made        when, as ISO 8601
    preprocessing, label_policy   sentences, or plain values by name
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from maskopt.bundle.card_scores import compared, pictured_scores, scores
from maskopt.bundle.document import plain
from maskopt.bundle.markdown import cell, listed, percent, prose, table
from maskopt.catalog.views import WHOLE
from maskopt.ensembles import Bundle
from maskopt.errors import plural

_USE = """\
## How to use it

`BUNDLE` is this folder, wherever it lies; photos are a folder, a list or a single file.

```
maskopt predict BUNDLE photos/ -o output.csv
maskopt verify BUNDLE
```

`verify` predicts the photos stored inside again and tells whether this machine gives the same.
The same in Python:

```python
import maskopt

bundle = maskopt.load_bundle("BUNDLE")
table = bundle.predict("photos/")
```
"""

_LIMITS = """\
## Limits

- The bundle takes classes to be as frequent as they were in training (the shares above). Where
  yours differ, `maskopt predict --adapt` estimates them and corrects for them if that is safe.
- The scores hold for photos of the same kind as the training photos: taken, cropped and chosen
  the same way. Of other photos they say nothing; score some of yours by hand first.
- Every photo gets an answer, also one that shows none of the classes.
- A probability is an estimate, and weakest for classes with few training photos.
"""


_REFIT = {
    "folds": "Each network left out one fold of its study; a member's networks are averaged.",
    "all": "Each member is one network, trained on all photos; the scores are those of its folds.",
}
_SPLITS = {"fingerprint": "photos table", "searched": "folds that judged trials"}


def write_card(folder: Path, bundle: Bundle) -> None:
    """Write `README.md` and `pictures/*.svg` into a bundle's folder, before it is sealed."""
    bundle = replace(bundle, facts=plain(bundle.facts))
    drawn = pictured_scores(bundle)
    for name, picture in drawn.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(picture, encoding="utf-8")
    lines = [
        *_head(bundle),
        *_USE.splitlines(),
        "",
        *scores(bundle),
        *_votes(bundle),
        *compared(bundle),
        *_notes(bundle.facts),
        *_training(bundle.facts),
        *_LIMITS.splitlines(),
        "",
        *_versions(bundle.facts),
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


def _head(bundle: Bundle) -> Iterator[str]:
    names = listed([cell(attribute.name) for attribute in bundle.attributes])
    voters = plural(len(bundle.members), "member")
    yield from (f"# {names[:1].upper()}{names[1:]} of photos", "")
    told = "tells" if len(bundle.members) == 1 else "vote on"
    yield f"A bundle made by maskopt: {voters} {told} {names} of a photo."
    yield from ("", "## What it answers", "")
    rows = []
    for attribute in bundle.attributes:
        shares = zip(attribute.classes, bundle.priors[attribute.name], strict=True)
        classes = ", ".join(f"{name} ({percent(share)})" for name, share in shares)
        cuts = (
            f"; cut at {listed([f'{cut:g}' for cut in attribute.cuts])}" if attribute.cuts else ""
        )
        rows.append([attribute.name, classes + cuts])
    yield from table(["attribute", "classes (share of the training photos)"], rows)


def _votes(bundle: Bundle) -> Iterator[str]:
    yield from ("## Who votes", "")
    ensembles = [(", ".join(each.attributes), each.shares) for each in bundle.ensembles]
    rows = []
    for place, member in enumerate(bundle.members):
        voted = [percent(s[place]) if s.get(place) else "–" for _, s in ensembles]
        heads = [f"{each:.2f}" for each in member.temperatures]
        seen = "" if member.view == WHOLE else f", {member.view}"
        size = f"{member.image_size} px{seen}"
        networks = len(member.weights)
        about = [member.name, member.backbone, size, networks, member.views, ", ".join(heads)]
        rows.append([*about, *voted])
    head = ["member", "backbone", "photo", "networks", "test-time augmentation", "temperature"]
    yield from table([*head, *(f"share: {names}" for names, _ in ensembles)], rows)
    if told := _REFIT.get(bundle.facts.get("refit", "")):
        yield from (told, "")


def _notes(facts: Mapping[str, Any]) -> Iterator[str]:
    if notes := facts.get("notes"):
        yield from ("## Notes", "", *(f"- {prose(note)}" for note in notes), "")


def _training(facts: Mapping[str, Any]) -> Iterator[str]:
    known = [name for name in ("splits", "preprocessing", "label_policy") if facts.get(name)]
    if known:
        yield from ("## Training", "")
    if rows := facts.get("splits"):
        names = list(dict.fromkeys(name for row in rows for name in row))
        head = [_SPLITS.get(name, name) for name in names]
        yield from table(head, [[_count(row.get(name, "")) for name in names] for row in rows])
    for name in ("preprocessing", "label_policy"):
        if told := facts.get(name):
            yield from (prose(f"{name.replace('_', ' ')}: {_plain(told)}"), "")


def _versions(facts: Mapping[str, Any]) -> Iterator[str]:
    if not facts.get("made") and not facts.get("versions"):
        return
    yield from ("## Made", "")
    if made := facts.get("made"):
        yield from (prose(made), "")
    if versions := facts.get("versions"):
        yield from (prose(f"with {_plain(versions)}"), "")


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


def _plain(told: Any) -> str:
    if isinstance(told, Mapping):
        return ", ".join(f"{name} {value}" for name, value in told.items())
    return str(told)
