"""The same photo twice: a fold is judged on what others have learned, or two facts contradict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from maskopt.data.facts import Facts
from maskopt.data.integrity import Probe
from maskopt.data.problems import Problems, shown

_MOST = 20_000  # files that are read whole; more suspects than these are not compared


def check_duplicates(
    facts: Facts,
    groups: NDArray[np.str_],
    class_ids: NDArray[np.int64],
    probes: Sequence[Probe],
    problems: Problems,
) -> None:
    """Warn of equal contents in two groups, and of equal contents of two classes.

    Files of equal size and equal last bytes are suspects; only they are read whole.

    Args:
        facts: Where the photos are.
        groups: Names of the groups, [N].
        class_ids: Class ids over all attributes of the study, [N]; -1 where unknown.
        probes: What the files look like, [N].
        problems: Gathers the warnings.
    """
    suspects = _suspects(probes)
    if sum(map(len, suspects)) > _MOST:
        many = f"more than {_MOST:,} photos look like copies"
        problems.note(f"{many} by size and last bytes; they were not compared")
        return
    leaks, contradictions = [], []
    for alike in _compare(facts, suspects):
        if len(set(class_ids[alike].tolist())) > 1:
            contradictions.append(_tell(facts, alike))
        elif len(set(groups[alike].tolist())) > 1:
            leaks.append(_tell(facts, alike))
    one, many = "photo is there twice, in two classes", "photos are there twice, in two classes"
    problems.warn(contradictions, one, many, "one of the classes is wrong")
    one, many = "photo is there twice", "photos are there twice"
    problems.warn(leaks, one, many, "keep one of each, else a fold is judged on what others learn")


def _suspects(probes: Sequence[Probe]) -> list[list[int]]:
    found: dict[tuple[int, bytes], list[int]] = {}
    for index, probe in enumerate(probes):
        if not probe.wrong:
            found.setdefault((probe.size, probe.tail), []).append(index)
    return [alike for alike in found.values() if len(alike) > 1]


def _compare(facts: Facts, suspects: list[list[int]]) -> Iterator[list[int]]:
    for indices in suspects:
        same: dict[bytes, list[int]] = {}
        for index in indices:
            content = (facts.root / facts.paths[index]).read_bytes()
            same.setdefault(hashlib.blake2b(content, digest_size=16).digest(), []).append(index)
        yield from (alike for alike in same.values() if len(alike) > 1)


def _tell(facts: Facts, alike: list[int]) -> str:
    return " = ".join(shown(facts.paths[index]) for index in alike[:2])
