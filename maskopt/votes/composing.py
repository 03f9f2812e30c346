"""Composing: from what studies' members say out of fold to the vote of a bundle.

Letters of shapes: N photos, M members, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from maskopt.ensembles import VIEWS
from maskopt.errors import BundleError
from maskopt.labels import Attribute
from maskopt.votes.ballots import Block
from maskopt.votes.choices import AttributeEvidence, Choice
from maskopt.votes.decisions import Decision, compare, decide_votes, plain
from maskopt.votes.out_of_fold import OutOfFold
from maskopt.votes.scopes import Found, find_scopes
from maskopt.votes.tuning import Settings
from maskopt.votes.verdicts import Score, score

VOTES = ("auto", "greedy", "soft", "single")


def choose(
    studies: Sequence[OutOfFold],
    attributes: Sequence[Attribute],
    objective: str,
    *,
    vote: str = "auto",
    views: str = "auto",
    calibrate: bool = True,
    seed: int = 0,
) -> Choice:
    """Choose who votes on which attribute, and score that choice honestly.

    Attributes that the same studies know form a block, which becomes one ensemble. Its candidates
    are all members of these studies, compared on the photos that the studies share. Where the
    blocks share photos too, each is selected again for the objective of all attributes together.

    Args:
        studies: What their members say out of fold; names differ.
        attributes: What is wanted, each known by at least one study.
        objective: `macro_f1` or `accuracy`, over the product of attributes.
        vote: `greedy`, `soft` (all members alike), `single`; `auto` takes the greedy vote where
            it beats the best single member beyond its interval, otherwise that member.
        views: Name of the test-time augmentation; `auto` chooses by study.
        calibrate: Whether temperatures are fitted.
        seed: Another seed draws other bags, parts and resamples.

    Raises:
        BundleError: Studies know an attribute by different classes.
        ValueError: An attribute is known by no study, two studies have one name, or a name of a
            vote, of views or of an objective is unknown.
    """
    if vote not in VOTES:
        raise ValueError(f"vote must be one of {', '.join(VOTES)}, got {vote!r}")
    if views not in ("auto", *VIEWS):
        raise ValueError(f"views must be one of auto, {', '.join(VIEWS)}, got {views!r}")
    if len({study.study for study in studies}) < len(studies):
        raise ValueError(f"names of studies must differ, got {[s.study for s in studies]}")
    check_classes(studies, attributes)
    settings = Settings(objective, views, calibrate, seed)
    found = find_scopes(studies, find_blocks(studies, attributes), settings)
    return _assemble(found, attributes, settings, *decide_votes(found, vote))


def check_classes(studies: Sequence[OutOfFold], attributes: Sequence[Attribute]) -> None:
    """Raise BundleError where studies know a wanted attribute by different classes or cuts."""
    wanted = {attribute.name for attribute in attributes}
    problems = []
    for first, second in combinations(studies, 2):
        known = {a.name: a for a in first.label_space.attributes if a.name in wanted}
        for other in second.label_space.attributes:
            own = known.get(other.name, other)
            if (own.classes, own.cuts) != (other.classes, other.cuts):
                problems.append(
                    f"{other.name}: study {first.study} knows {_classes(own)}, study "
                    f"{second.study} {_classes(other)}; export them into different bundles"
                )
    if problems:
        raise BundleError("\n".join(problems))


def find_blocks(
    studies: Sequence[OutOfFold], attributes: Sequence[Attribute]
) -> tuple[Block, ...]:
    """Return attributes by the studies that know them, in the order in which they are wanted.

    Raises:
        ValueError: An attribute is known by no study.
    """
    knowers: dict[tuple[str, ...], list[Attribute]] = {}
    for attribute in attributes:
        names = tuple(s.study for s in studies if attribute.name in s.targets)
        if not names:
            raise ValueError(f"no study knows {attribute.name}")
        knowers.setdefault(names, []).append(attribute)
    return tuple(Block(tuple(known), names) for names, known in knowers.items())


def _classes(attribute: Attribute) -> str:
    cuts = f" cut at {', '.join(f'{cut:g}' for cut in attribute.cuts)}" if attribute.cuts else ""
    return f"{', '.join(attribute.classes)}{cuts}"


def _assemble(
    found: Found,
    attributes: Sequence[Attribute],
    settings: Settings,
    decisions: Sequence[Decision],
    reason: str,
) -> Choice:
    order = [attribute.name for attribute in attributes]
    scores: dict[str, Score] = {}
    evidence: dict[str, AttributeEvidence] = {}
    priors: dict[str, tuple[float, ...]] = {}
    for each in decisions:
        evidence |= _evidence(each)
        for attribute in each.block.attributes:
            scores[attribute.name] = _score(each, [attribute], settings)
            priors[attribute.name] = _priors(each, attribute)
    joint, joint_reason = _joint_score(found, decisions, attributes, settings)
    strategies = {plain(each.strategy) for each in decisions}
    voters = [name for each in decisions for name in each.voters]
    studies = list(dict.fromkeys(study for study, _ in voters))
    return Choice(
        ensembles=tuple((each.block.names, each.voters) for each in decisions),
        views={study: found.tuned[study].views for study in studies},
        temperatures={name: _temperatures(found, *name) for name in voters},
        strategy=strategies.pop() if len(strategies) == 1 else "mixed",
        reason=reason,
        notes=(*found.notes, *_notes(found, studies)),
        compared=compare(found, decisions, attributes),
        scores={name: scores[name] for name in order},
        joint=joint,
        joint_reason=joint_reason,
        evidence={name: evidence[name] for name in order},
        priors={name: priors[name] for name in order},
    )


def _score(decision: Decision, attributes: Sequence[Attribute], settings: Settings) -> Score:
    shared, said = decision.scored, decision.said
    return score(shared, attributes, said, settings.objective, settings.seed)


def _joint_score(
    found: Found,
    decisions: Sequence[Decision],
    attributes: Sequence[Attribute],
    settings: Settings,
) -> tuple[Score | None, str]:
    if len(attributes) == 1:
        return None, ""  # its own score says all
    if found.whole is None:
        blocks = " and ".join("+".join(each.block.names) for each in decisions)
        return None, f"There is no joint score: the studies of {blocks} share too few photos."
    said = found.whole.predictions[decisions[0].strategy]
    shared = found.whole.shared
    return score(shared, attributes, said, settings.objective, settings.seed), ""


def _temperatures(found: Found, study: str, trial: int) -> tuple[float, ...]:
    for scope in found.own:
        for known in scope.shared.studies:
            if known.study == study:
                return found.tuned[study].temperatures[known.trials.index(trial)]
    raise KeyError(study)


def _evidence(decision: Decision) -> dict[str, AttributeEvidence]:
    shared = decision.scope.shared
    return {
        name: AttributeEvidence(
            said, shared.targets[name], shared.groups, shared.folds, shared.photos
        )
        for name, said in decision.probabilities().items()
    }


def _priors(decision: Decision, attribute: Attribute) -> tuple[float, ...]:
    """Return class proportions among all photos of the studies that vote, each photo once."""
    voting = {name for name, _ in decision.voters}
    studies = [each for each in decision.scope.shared.studies if each.study in voting]
    _, once = np.unique(np.concatenate([each.photos for each in studies]), return_index=True)
    known = np.concatenate([each.targets[attribute.name] for each in studies])[once]
    counts = np.bincount(known, minlength=len(attribute.classes))
    return tuple((counts / counts.sum()).tolist())


def _notes(found: Found, studies: Iterable[str]) -> list[str]:
    notes = []
    for study in studies:
        tuned = found.tuned[study]
        if tuned.gain is not None:
            notes.append(
                f"{study} predicts with views {tuned.views}: the log loss of its members' mean "
                f"changes by {tuned.gain}"
            )
    if any(not scope.shared.groups.any() for scope in found.own):
        notes.append("all photos are of one group: the scores are of photos that were fitted on")
    return notes
