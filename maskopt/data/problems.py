"""What is wrong with photos, gathered: all of it at once, with counts and first examples."""

from __future__ import annotations

from collections.abc import Sequence

from maskopt.errors import plural

_EXAMPLES = 3


def shown(text: str) -> str:
    """Return a text that can be printed whatever bytes a file name had."""
    return text.encode("utf-8", "backslashreplace").decode()


def first_of(examples: Sequence[str]) -> str:
    """Return the first three examples and how many more there are.

    Example:
        >>> first_of(["a", "b", "c", "d", "e"])
        'a, b, c and 2 more'
    """
    listed = ", ".join(shown(example) for example in examples[:_EXAMPLES])
    more = len(examples) - _EXAMPLES
    return f"{listed} and {more:,} more" if more > 0 else listed


class Problems:
    """Errors and warnings of one place, in the order in which they were found.

    Attributes:
        errors: What a sweep refuses, one message each.
        warnings: What a sweep goes on over, one message each.

    Example:
        >>> problems = Problems("photos")
        >>> problems.error(["a.jpg"], "photo is empty", "photos are empty", "copy again or remove")
        >>> problems.errors
        ['photos: 1 photo is empty: a.jpg; copy again or remove']
    """

    def __init__(self, place: str) -> None:
        self.place = shown(place)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def error(self, examples: Sequence[str], one: str, many: str, remedy: str) -> None:
        """Note an error that each of the examples has; none of them, no error."""
        if examples:
            self.say(f"{plural(len(examples), one, many)}: {first_of(examples)}; {remedy}")

    def warn(self, examples: Sequence[str], one: str, many: str, remedy: str) -> None:
        """Note a warning that each of the examples deserves; none of them, no warning."""
        if examples:
            self.note(f"{plural(len(examples), one, many)}: {first_of(examples)}; {remedy}")

    def say(self, message: str) -> None:
        """Note an error in its own words, to stand behind the place."""
        self.errors.append(f"{self.place}: {message}")

    def note(self, message: str) -> None:
        """Note a warning in its own words, to stand behind the place."""
        self.warnings.append(f"{self.place}: {message}")
