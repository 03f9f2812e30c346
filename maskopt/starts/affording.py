"""Probes that a deadline has room for: one of each family, or smaller photos, where it is short.

A probe goes to the second rung whatever its score, so that one which is too dear would leave no
time for anything that its score could tell. One of a family is owed; those of its other backbones
are given up before photos become smaller, which costs every network that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

from maskopt.catalog.families import family
from maskopt.records import Start
from maskopt.space import Choice, IntRange, SearchSpace, TrialConfig, Value

_SIZE = "image_size"


@dataclass(frozen=True)
class ProbeRoom:
    """What probes may take.

    Attributes:
        seconds: Tells what a full trial takes; none where that is not known.
        all: Device-seconds for all probes together.
        each: The most that one may take: networks of the best one have to fit in after it.
    """

    seconds: Callable[[TrialConfig], float | None]
    all: float
    each: float = inf


def afford(
    starts: Sequence[Start], space: SearchSpace, room: ProbeRoom
) -> tuple[list[Start], tuple[str, ...]]:
    """Give probes up, or photos' size, as far as they do not fit into the room.

    Where they do not fit together, of each family the probe that takes longest is kept, of those
    that fit into its share at some image size, and put first: a large backbone on small photos is
    better than a small one on large photos. The others may end at the first rung as any trial.

    Then each takes the largest image size, up to its own, that fits. One that fits at no size gets
    the least: each family is probed. What is not known to take too long stays as it is, as does
    what is no probe.

    Args:
        starts: Whole points, in the order to try them; probes are those that pass a rung.
        space: Gives the image sizes.
        room: Is shared equally.

    Returns:
        The starts, and a note a probe that was changed.
    """
    probes = [start for start in starts if start.reach]
    if sum(room.seconds(_config(start, space)) or 0.0 for start in probes) <= room.all:
        owed, notes, most = list(starts), list[str](), room.each
    else:
        owed, notes = _owed(starts, space, room)
        most = min(room.each, room.all / sum(start.reach > 0 for start in owed))
    found = [_smaller(start, space, room, most) if start.reach else start for start in owed]
    changed = [pair for pair in zip(owed, found, strict=True) if pair[0] is not pair[1]]
    return found, (*notes, *(_note(old, new, space, room, most) for old, new in changed))


@dataclass(frozen=True)
class _Probe:
    start: Start
    backbone: str
    seconds: float


def _owed(
    starts: Sequence[Start], space: SearchSpace, room: ProbeRoom
) -> tuple[list[Start], list[str]]:
    """Return starts with one probe a family, and a note a family that had more."""
    families: dict[str, list[_Probe]] = {}
    for start in starts:
        if start.reach:
            config = _config(start, space)
            probe = _Probe(start, str(config["backbone"]), room.seconds(config) or 0.0)
            families.setdefault(family(probe.backbone), []).append(probe)
    share = min(room.each, room.all / len(families))
    kept = [_largest(each, space, room, share) for each in families.values()]
    owed = [probe.start for probe in kept]
    found = [s if any(s is each for each in owed) else replace(s, reach=0) for s in starts]
    notes = [
        f"{' and '.join(others)} may end at the first rung: there is time to probe one backbone "
        f"of a family, and it is {probe.backbone}"
        for probe, each in zip(kept, families.values(), strict=True)
        if (others := [other.backbone for other in each if other is not probe])
    ]
    return sorted(found, key=lambda start: not start.reach), notes


def _largest(
    probes: Sequence[_Probe], space: SearchSpace, room: ProbeRoom, share: float
) -> _Probe:
    """Return the probe that takes longest of those that fit at some size, or else the shortest."""
    order = sorted(probes, key=lambda probe: probe.seconds)
    for probe in reversed(order):
        smaller = _config(_smaller(probe.start, space, room, share), space)
        if (room.seconds(smaller) or 0.0) <= share:
            return probe
    return order[0]


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
