"""What a bundle says of itself for people, in the forms of `bundle.card`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle import versions
from maskopt.catalog.views import view_of
from maskopt.data.photos import PhotoTable
from maskopt.data.views import preprocessing
from maskopt.errors import plural
from maskopt.export.sources import Source
from maskopt.labels import Attribute, Head
from maskopt.records import TrialRecord
from maskopt.space import TrialConfig, Value
from maskopt.spec import StudySpec
from maskopt.spec.agreement import OFFICIAL
from maskopt.sweep.identity import describe
from maskopt.votes.choices import Choice
from maskopt.votes.marginals import decide, join_classes
from maskopt.votes.scores import confusion, f1_per_class
from maskopt.votes.significance import score_interval
from maskopt.votes.verdicts import Score

NORMALISED = "S is the member's image size; pixels over 255, less the member's mean, over its std"
AVERAGED = (
    " What is scored are single networks on the fold that they never saw; the bundle averages one "
    "a fold, and does a little better as a rule."
)
LABEL_POLICY = "official: the classes as they are scored"

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def describe_choice(
    choice: Choice, sources: Sequence[Source], refit: str, networks: int
) -> dict[str, Any]:
    """Return the facts of an exported bundle.

    Args:
        choice: Who votes.
        sources: The studies.
        refit: `folds` or `all`.
        networks: The most that a member of the bundle averages.
    """
    known = choice.facts()
    voters = {key for _, shares in choice.ensembles for key in shares}
    configs = [
        trial.config
        for source in sources
        for trial in source.trials
        if (source.name, trial.number) in voters
    ]
    if networks > 1:
        known["scores"]["how"] += AVERAGED
    return {
        **_common(sources[0].spec.objective, configs),
        **known,
        "vote": choice.strategy,
        "refit": refit,
        "splits": [_split(source.spec, source.table) for source in sources],
    }


def describe_fold(
    spec: StudySpec, table: PhotoTable, trial: TrialRecord, rows: Ints, said: Mapping[str, Floats]
) -> dict[str, Any]:
    """Return the facts of a single trial: what it scores on the folds that chose it.

    Args:
        spec: Its study.
        table: The study's photos.
        trial: What the study knows of it.
        rows: Places of the photos that its networks never saw, [n].
        said: Their probabilities by attribute, [n, C].
    """
    attributes = spec.label_space.scored.attributes
    targets = {a.name: table.class_ids[a.name][rows] for a in attributes}
    predicted = {a.name: decide(said[a.name]) for a in attributes}
    groups = np.unique(table.groups[rows], return_inverse=True)[1].reshape(-1)

    def score(those: Sequence[Attribute]) -> dict[str, Any]:
        true = join_classes(those, [targets[a.name] for a in those])
        guessed = join_classes(those, [predicted[a.name] for a in those])
        return _score(spec.objective, Head(tuple(those)).class_count, true, guessed, groups)

    return {
        **_common(spec.objective, [trial.config]),
        "scores": {
            "attributes": {a.name: score([a]) for a in attributes},
            "joint": score(attributes),
            "joint_reason": "",
            "how": f"On {plural(len(rows), 'photo')} of the folds that chose trial and epoch, so "
            f"they are optimistic: maskopt export-best {spec.study} scores honestly.",
        },
        "reason": f"trial {trial.number} is the best so far of study {spec.study}",
        "notes": [],
        "vote": "single",
        "refit": "folds",
        "splits": [_split(spec, table)],
    }


def _score(
    objective: str, classes: int, true: Ints, predicted: Ints, groups: Ints
) -> dict[str, Any]:
    matrix = confusion(true, predicted, classes)
    return Score(
        objective,
        score_interval(objective, classes, true, predicted, groups),
        len(true),
        0,
        True,
        tuple(None if np.isnan(f1) else float(f1) for f1 in f1_per_class(matrix)),
        tuple(tuple(row) for row in matrix.tolist()),
    ).to_dict()


def class_shares(table: PhotoTable, attributes: Sequence[Attribute]) -> dict[str, Any]:
    """Return class proportions among all photos that were taken, by attribute."""
    shares = {}
    for attribute in attributes:
        ids = table.class_ids[attribute.name][table.taken]
        counts = np.bincount(ids, minlength=len(attribute.classes))
        shares[attribute.name] = tuple((counts / counts.sum()).tolist())
    return shares


def policy_words(configs: Iterable[Mapping[str, Value]]) -> str:
    """Return what targets networks were trained on, given their trials' values by dotted path.

    Example:
        >>> bins = {"label_policy": "bins", "label_policy.bins.width": 5}
        >>> policy_words([{"lr": 0.001}, bins, bins])
        'bins(width=5) in training; scores and votes are of the official classes'
    """
    named = [
        TrialConfig(each) for each in configs if each.get("label_policy", OFFICIAL) != OFFICIAL
    ]
    told = dict.fromkeys(str(config.part("label_policy")) for config in named)
    if not told:
        return LABEL_POLICY
    return f"{', '.join(told)} in training; scores and votes are of the official classes"


def preprocessing_words(configs: Iterable[Mapping[str, Value]]) -> str:
    """Return how photos become what networks see, given their trials' values by dotted path."""
    views = list(dict.fromkeys(view_of(each).judged for each in configs))
    if len(views) == 1:
        return f"{preprocessing(views[0])}; {NORMALISED}"
    told = [f"{view}: {preprocessing(view)}" for view in views]
    return f"by the member's view, {'; '.join(told)}; {NORMALISED}"


def _common(objective: str, configs: Sequence[Mapping[str, Value]]) -> dict[str, Any]:
    return {
        "objective": objective,
        "preprocessing": preprocessing_words(configs),
        "label_policy": policy_words(configs),
        "versions": versions(),
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _split(spec: StudySpec, table: PhotoTable) -> dict[str, Any]:
    return {
        "study": spec.study,
        "folds": spec.folds.count,
        "seed": spec.folds.seed,
        "group": spec.data.group or "none",
        "photos": len(table),
        "groups": len(np.unique(table.groups)),
        "fingerprint": describe(table),
        "searched": spec.folds.use,
    }
