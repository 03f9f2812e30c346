"""How a study searches, in words: what `maskopt check` says of it."""

from __future__ import annotations

from collections.abc import Iterator

from maskopt.errors import plural
from maskopt.spec import StudySpec

_PAUSES = "halving"
"""The pruner that pauses trials; with others nothing is refereed and no checkpoint waits."""


def search_rows(spec: StudySpec) -> Iterator[tuple[str, str]]:
    """Give each fact of a search with its name."""
    yield "search", f"{spec.searcher}, pruner {spec.pruner}, by {', '.join(spec.objectives)}"
    if spec.pruner.name == _PAUSES:
        yield "referee", _referee_words(spec.referee)
        yield "disk", f"{spec.budget.disk:g} GB for checkpoints of paused trials"
    yield "cache", f"{spec.budget.cache:g} GB for decoded photos of all studies"
    yield "noise", _noise_words(spec.noise)
    if spec.try_first:
        yield "tried first", plural(len(spec.try_first), "point")
    yield "warm start", _warm_start_words(spec.warm_start)
    yield "pretrained", spec.pretrained


def _referee_words(share: float) -> str:
    if not share:
        return "none: what was paused at a rung is believed to be worse"
    return f"{share:.4g} of paused trials are finished anyway, to see whether the pruner is right"


def _noise_words(seeds: int) -> str:
    if not seeds:
        return "not measured: no score is called a tie"
    return f"the best configuration is trained with {plural(seeds, 'other seed')} at the end"


def _warm_start_words(studies: str | tuple[str, ...]) -> str:
    if isinstance(studies, tuple):
        return f"from {', '.join(studies)}"
    return "from similar studies in the same storage" if studies == "auto" else "none"
