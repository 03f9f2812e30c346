"""Where a complaint points, and the gathering of all complaints into one error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from maskopt.errors import SpecError, did_you_mean

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """What text was read from: a file, a preset or an option of the command line.

    Attributes:
        name: As complaints print it.
        folder: What relative paths inside the text are relative to.
        rank: Where its complaints stand among others.
        check_files: Whether files that it names must be there.
        has_lines: Whether complaints tell its lines.
    """

    name: str
    folder: Path
    rank: int = 0
    check_files: bool = True
    has_lines: bool = True


@dataclass(frozen=True)
class Place:
    """A line of a source; line 0 is the whole of it."""

    source: Source
    line: int = 0

    def __str__(self) -> str:
        lined = self.line and self.source.has_lines
        return f"{self.source.name}:{self.line}" if lined else self.source.name


class Complaint(Exception):  # noqa: N818 - it never leaves this room: `SpecError` does
    """One problem at one place; `Notes` gathers them."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


@dataclass
class Notes:
    """What a reader has to say: complaints, which end in one error, and warnings.

    Attributes:
        complaints: What is wrong.
        warnings: What can be gone on over.
        broken: Keys of the space that could not be read, of which nothing else can be judged.
    """

    complaints: list[Complaint] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def complain(self, place: Place, message: str) -> None:
        """Keep a complaint and go on."""
        self.complaints.append(Complaint(place, message))

    def attempt(self, otherwise: T, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `read` gives; keep its complaint, and return the other, if it has one."""
        found = self.collect(read, *args, **kwargs)
        return found[0] if found else otherwise

    def collect(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> list[T]:
        """Return what `read` gives as a list of one; keep its complaint, and return none."""
        try:
            return [read(*args, **kwargs)]
        except Complaint as complaint:
            self.complaints.append(complaint)
            return []

    def raise_complaints(self) -> None:
        """End the reading if there was any complaint.

        Raises:
            SpecError: One line a complaint, in the order of files and lines.
        """
        ordered = sorted(self.complaints, key=lambda c: (c.place.source.rank, c.place.line))
        lines = dict.fromkeys(f"{c.place}: {c.message}" for c in ordered)
        if lines:
            raise SpecError("\n".join(lines))


def unknown(noun: str, word: str, known: Iterable[str], where: str = "") -> str:
    """Return the complaint about a name that is none of the known ones.

    Args:
        noun: What kind of name it is.
        word: What was written.
        known: The names that can be written.
        where: The part of the file, if its line does not say it.

    Example:
        >>> unknown("loss", "focul", ["focal", "cross_entropy"])
        "unknown loss 'focul'; did you mean 'focal'?"
        >>> unknown("loss", "l2", ["focal", "cross_entropy"])
        "unknown loss 'l2'; known: focal, cross_entropy"
    """
    names = list(known)
    inside = f" in `{where}`" if where else ""
    hint = did_you_mean(word, names) or f"; known: {listed(names)}"
    return f"unknown {noun} {word!r}{inside}{hint}"


def listed(names: Iterable[object]) -> str:
    """Return names with commas between them."""
    return ", ".join(map(str, names))
