"""What must hold before predictions are corrected, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping

from maskopt.errors import plural

FEWEST = 50
"""With fewer old or new photos nothing is corrected."""
DOUBT = 0.01
"""A shift is believed where chance alone gives one less often than this."""
UNLIKE = 0.05
"""A difference in more than proportions is believed sooner: what it spoils costs more."""
BETTER = 0.67
"""In this part of the rehearsals, at least, the correction must raise macro F1."""

_KINDS = {
    "confidences": "how sure the vote is of them",
    "features": "what the networks see in them",
}


def holds(figures: Mapping[str, float]) -> bool:
    """Return whether figures speak for the correction, photos enough given."""
    return (
        figures["shift"] < DOUBT
        and figures["better"] >= BETTER
        and figures["gain"] > 0
        and "features" in figures
        and min(figures[name] for name in _KINDS) >= UNLIKE
    )


def sentences(figures: Mapping[str, float], new: int, old: int, classes: int) -> tuple[str, ...]:
    """Tell why predictions are corrected, or all that speaks against it.

    Args:
        figures: What `Adaptation.figures` has; empty where nothing could be estimated.
        new: New photos.
        old: Old photos.
        classes: How many classes old photos have.
    """
    told = []
    for count, name in ((new, "new photo"), (old, "out-of-fold photo")):
        if count < FEWEST:
            told.append(f"{plural(count, name)} will not do: at least {FEWEST} are needed.")
    if classes < 2:
        have = plural(classes, "class", "classes")
        told.append(f"The out-of-fold photos have {have}: there is no proportion to correct.")
    if not figures:
        return tuple(told) or (
            "The out-of-fold photos that are rehearsed on are of one group: nothing tells how "
            "others vary.",
        )
    return (*told, _shift(figures), _gain(figures), _likeness(figures))


def odds(chance: float) -> str:
    """Return a probability as people say it.

    Example:
        >>> odds(0.3), odds(0.004), odds(1e-9)
        ('30 times in 100', '4 times in 1,000', 'less than once in 1,000')
    """
    if chance < 0.001:
        return "less than once in 1,000"
    times, of = (round(100 * chance), "100") if chance >= 0.01 else (round(1000 * chance), "1,000")
    return f"{plural(times, 'time')} in {of}"


def _shift(figures: Mapping[str, float]) -> str:
    rare = odds(figures["shift"])
    if figures["shift"] < DOUBT:
        return f"The proportions have shifted: without a shift they would look so {rare}."
    return f"No shift is proven: without one, the proportions would look so {rare}."


def _gain(figures: Mapping[str, float]) -> str:
    strength = figures["strength"]
    what = "the correction" if strength == 1 else f"the correction at strength {strength:g}"
    raised = f"{what} raised macro F1 in {100 * figures['better']:.0f} of 100"
    by = f"and changed it by {figures['gain']:+.3f} on average"
    start = "Rehearsed on training photos that the networks never saw,"
    if figures["better"] >= BETTER:
        also = "" if figures["gain"] > 0 else ": where it lowered it, it did so by more"
        return f"{start} {raised}, {by}{also}."
    return f"{start} {raised} only ({100 * BETTER:.0f} are needed), {by}."


def _likeness(figures: Mapping[str, float]) -> str:
    if "features" not in figures:
        return "Features were not kept, so that nobody can tell whether the photos are alike."
    unlike = [name for name in _KINDS if figures[name] < UNLIKE]
    if not unlike:
        return "The new photos look like the training photos in other proportions."
    worst = odds(max(figures[name] for name in unlike))
    return (
        "The new photos differ from the training photos in more than proportions, in "
        f"{' and '.join(_KINDS[name] for name in unlike)} (by chance {worst}); corrections "
        "for proportions make predictions on such photos worse more often than better."
    )
