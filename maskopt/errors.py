"""Every error that maskopt raises on purpose.

MaskoptError        a user caused it and can mend it: one message, exit code 1
    SpecError       a search-space file, or an option on the command line that changes it
    DataError       photos, manifests, corrections
    StudyError      a study, its storage or its workers
    BundleError     an exported bundle

Anything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class MaskoptError(Exception):
    """A mistake that the user can mend; its text is the whole message."""


class SpecError(MaskoptError):
    """A search-space file cannot be used; the text has one line a problem."""


class DataError(MaskoptError):
    """Photos or their facts cannot be used; the text has one line a problem."""


class StudyError(MaskoptError):
    """A study, its storage or its workers cannot go on."""


class BundleError(MaskoptError):
    """An exported bundle cannot be written or used."""


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """Return `; did you mean 'focal'?` for a near miss, otherwise the empty string.

    Example:
        >>> did_you_mean("focul", ["focal", "cross_entropy"])
        "; did you mean 'focal'?"
        >>> did_you_mean("xyz", ["focal"])
        ''
    """
    near = get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Return a count with its noun.

    Example:
        >>> plural(1, "photo"), plural(1200, "photo"), plural(2, "class", "classes")
        ('1 photo', '1,200 photos', '2 classes')
    """
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
