"""Probes that a deadline has room for: at a smaller image size where theirs would take too long.

A probe goes to the second rung whatever its score, so that one which is too dear would leave no
time for anything that its score could tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from maskopt.records import Start
from maskopt.space import Choice, IntRange, SearchSpace, TrialConfig, Value

_SIZE = "image_size"


@dataclass(frozen=True)
class ProbeRoom:
    """What probes may take.

    Attributes:
        seconds: Tells what a full trial takes; none where that is not known.
        all: Device-seconds for all probes together.
    """

    seconds: Callable[[TrialConfig], float | None]
    all: float


def afford(
    starts: Sequence[Start], space: SearchSpace, room: ProbeRoom
) -> tuple[list[Start], tuple[str, ...]]:
    """Give each probe the largest image size, up to its own, that fits into its share of the room.

    One that fits at no size gets the least: each family is probed. What is not known to take too
    long stays as it is, and so does what is no probe.

    Args:
        starts: Whole points, in the order to try them; probes are those that pass a rung.
        space: Gives the image sizes.
        room: Is shared equally.

    Returns:
        The starts, and a note a probe that was changed.
    """
    most = room.all / max(1, sum(start.reach > 0 for start in starts))
    found = [_smaller(start, space, room, most) if start.reach else start for start in starts]
    changed = [pair for pair in zip(starts, found, strict=True) if pair[0] is not pair[1]]
    return found, tuple(_note(old, new, space, room, most) for old, new in changed)


def _smaller(start: Start, space: SearchSpace, room: ProbeRoom, most: float) -> Start:
    found = start
    for size in _sizes_up_to(start.point.get(_SIZE), space):
        if size != found.point[_SIZE]:
            found = replace(start, point={**start.point, _SIZE: size})
        seconds = room.seconds(_config(found, space))
        if seconds is None or seconds <= most:
            break
    return found


def _note(old: Start, new: Start, space: SearchSpace, room: ProbeRoom, most: float) -> str:
    name, seconds = _config(new, space)["backbone"], room.seconds(_config(old, space))
    return (
        f"{name} is probed at {new.point[_SIZE]} px: at {old.point[_SIZE]} px a full trial would "
        f"take {seconds:.0f} s, and {most:.0f} s are there for it"
    )


def _config(start: Start, space: SearchSpace) -> TrialConfig:
    return space.draw(lambda path, domain: start.point[path])


def _sizes_up_to(wanted: Value, space: SearchSpace) -> list[int]:
    """Return the sizes of a space that are no larger than a wanted one, the largest first."""
    domain = space.domains.get(_SIZE)
    if not isinstance(wanted, int):
        return []
    if isinstance(domain, IntRange):
        return [wanted, *([domain.low] if domain.low < wanted else [])]
    if not isinstance(domain, Choice):
        return []
    names = [option.name for option in domain.options if isinstance(option.name, int)]
    return sorted((name for name in names if name <= wanted), reverse=True)
