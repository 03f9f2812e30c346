"""The same photo in two groups: a fold would be judged on what another has learned."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from maskopt.data.integrity import Probe
from maskopt.data.problems import Problems

_MOST = 20_000  # files that are read whole; more suspects than these are not judged


def check_duplicates(
    root: Path,
    paths: Sequence[str],
    groups: Sequence[str],
    probes: Sequence[Probe],
    problems: Problems,
) -> None:
    """Warn of equal contents in different groups.

    Files of equal size and equal last bytes are suspects; only they are read whole.
    """
    suspects: dict[tuple[int, bytes], list[int]] = {}
    for index, probe in enumerate(probes):
        if not probe.wrong:
            suspects.setdefault((probe.size, probe.tail), []).append(index)
    doubtful = [found for found in suspects.values() if len({groups[i] for i in found}) > 1]
    if sum(map(len, doubtful)) > _MOST:
        problems.note(
            f"over {_MOST:,} photos may be copies of others by size and last bytes; not compared"
        )
        return
    copies: list[str] = []
    for found in doubtful:
        same: dict[bytes, list[int]] = {}
        for index in found:
            same.setdefault(_digest(root / paths[index]), []).append(index)
        copies += [_tell(paths, alike) for alike in same.values() if _spread(groups, alike)]
    one = "photo lies in several groups"
    many = "photos lie in several groups"
    problems.warn(copies, one, many, "keep one of each, or folds are judged on what they learned")


def _digest(file: Path) -> bytes:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).digest()


def _spread(groups: Sequence[str], indices: list[int]) -> bool:
    return len({groups[index] for index in indices}) > 1


def _tell(paths: Sequence[str], indices: list[int]) -> str:
    return " = ".join(paths[index] for index in indices[:2])
