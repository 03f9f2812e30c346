"""Studies whose members say what a test wants."""

import numpy as np

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.votes.out_of_fold import OutOfFold

MASK = Attribute("mask", ("on", "off"))
GENDER = Attribute("gender", ("male", "female"))
AGE = Attribute("age", ("young", "middle", "old"), (30, 60))


def facts(photos: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return true class ids by attribute: the same for every study of so many photos."""
    random = np.random.default_rng(seed)
    return {a.name: random.integers(0, len(a.classes), photos) for a in (MASK, GENDER, AGE)}


def simulate(
    name: str,
    heads: tuple[tuple[Attribute, ...], ...],
    skills: tuple[float, ...],
    *,
    photos: int = 400,
    seed: int = 0,
    views: tuple[tuple[str, float], ...] = (("none", 0.0),),
    sharpness: float = 1.0,
    common: float = 0.0,
    searched: frozenset[int] = frozenset(),
    folder: str = "/photos",
    per_group: int = 2,
) -> OutOfFold:
    """Return a study with one member a skill.

    Args:
        name: The study's.
        heads: What it knows.
        skills: How far the true class stands out, one a member.
        photos: How many.
        seed: Of the members' mistakes.
        views: Names, and what each adds to the skill.
        sharpness: What log-probabilities are multiplied by before they are normalised.
        common: Share of the mistakes that all members make alike.
        searched: Folds that the search judged trials by.
        folder: Of the photos.
        per_group: Photos a group.
    """
    random = np.random.default_rng([seed, len(name)])
    space = LabelSpace(tuple(Head(head) for head in heads))
    targets = facts(photos)
    logs: dict[str, list[np.ndarray]] = {view: [] for view, _ in views}
    for head in space.heads:
        shape = (len(skills), photos, head.class_count)
        own, shared = random.gumbel(size=shape), random.gumbel(size=(1, *shape[1:]))
        true = np.ravel_multi_index([targets[a.name] for a in head.attributes], head.shape)
        for view, more in views:
            scores = (1 - common) * own + common * shared
            scores[:, np.arange(photos), true] += np.add(skills, more)[:, None]
            scores *= sharpness
            scores -= np.log(np.exp(scores).sum(axis=-1, keepdims=True))
            logs[view].append(scores.astype(np.float32))
    groups = np.arange(photos) // per_group
    return OutOfFold(
        name,
        space,
        tuple(range(len(skills))),
        np.array([f"{folder}/{photo:04d}" for photo in range(photos)]),
        np.array([f"person {group}" for group in groups]),
        (groups % 5).astype(np.int64),
        searched,
        {a.name: targets[a.name] for a in space.attributes},
        {view: tuple(each) for view, each in logs.items()},
    )
