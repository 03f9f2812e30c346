"""What is known of photos before it is judged: one column of text a fact, one row a photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.data.problems import shown


@dataclass(frozen=True)
class Facts:
    """Photos in the order of their paths, and their facts as text. N is the number of photos.

    Attributes:
        root: The folder that the paths are relative to.
        layout: `people`, `classes` or `manifest`.
        paths: Relative paths with forward slashes, [N], none of them twice.
        columns: Facts by name, [N] each; an empty text is a fact that is not known.
        named: Facts that are a class's name even where numbers are cut.
        lines: Each photo's line in the manifest, [N]; empty for folders.
    """

    root: Path
    layout: str
    paths: Sequence[str]
    columns: Mapping[str, list[str]]
    named: frozenset[str] = frozenset()
    lines: Sequence[int] = ()

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self.paths)

    def name(self, index: int) -> str:
        """Return how messages call a photo: its path, and its line where it has one."""
        line = f" (line {self.lines[index]})" if self.lines else ""
        return shown(self.paths[index]) + line
