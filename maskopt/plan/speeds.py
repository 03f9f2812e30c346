"""What an epoch takes, by what is trained: told before, learnt from every report."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from maskopt.space import TrialConfig


class Key(NamedTuple):
    """What an epoch's seconds depend on most; the image size is in pixels."""

    backbone: str
    image_size: int
    freeze_stages: int = 0


_RECENT = 5
_SURPRISES = 20
_QUANTILE = 0.75  # what takes too long is mostly a sum of epochs, which even out
_LEAST_MARGIN, _MOST_MARGIN = 1.1, 3.0


def key_of(config: TrialConfig) -> Key:
    """Return what a config's speed is kept under."""
    frozen = config.number("freeze_stages") if "freeze_stages" in config.values else 0
    return Key(str(config["backbone"]), int(config.number("image_size")), int(frozen))


class Speeds:
    """Seconds of an epoch, of the very next one: the recent median rules, not the long mean.

    What was told before is corrected by how far off it was where both are known; what nobody told
    is judged by the same backbone at other sizes, with as many stages frozen where such is known,
    or else by all.

    Args:
        told: Seconds an epoch, from earlier sweeps or from a probe.

    Attributes:
        margin: What an epoch may take over what is expected: three in four of the last took
            less.
    """

    def __init__(self, told: Mapping[Key, float] | None = None) -> None:
        self._told = dict(told or {})
        self._recent: dict[Key, deque[float]] = defaultdict(lambda: deque(maxlen=_RECENT))
        self._now: dict[Key, float] = {}
        self._surprises: deque[float] = deque(maxlen=_SURPRISES)
        self.margin = _LEAST_MARGIN

    def learn(self, key: Key, seconds: float) -> None:
        """Note what an epoch took; how far off it was tells only where one was seen before."""
        if key in self._recent:
            self._surprises.append(seconds / self._now[key])
            last = sorted(self._surprises)
            surprise = last[int(_QUANTILE * (len(last) - 1))]
            self.margin = min(max(surprise, _LEAST_MARGIN), _MOST_MARGIN)
        self._recent[key].append(seconds)
        self._now[key] = median(self._recent[key])

    def seconds(self, key: Key) -> float | None:
        """Return what an epoch will take; none while nothing is known of any."""
        if key in self._now:
            return self._now[key]
        if key in self._told:
            return self._told[key] * self._bias()
        known = {each: self._known(each) for each in {*self._told, *self._recent}}
        akin = {
            each: seconds * (key.image_size / each.image_size) ** 2
            for each, seconds in known.items()
            if each.backbone == key.backbone
        }
        alike = [s for each, s in akin.items() if each.freeze_stages == key.freeze_stages]
        return median(alike or akin.values() or known.values()) if known else None

    def upper(self, key: Key) -> float | None:
        """Return what an epoch will hardly exceed, by how surprising the last ones were."""
        seconds = self.seconds(key)
        return None if seconds is None else seconds * self.margin

    def typical(self) -> float | None:
        """Return what an epoch takes over all that is known; none while nothing is."""
        known = [self._known(key) for key in {*self._told, *self._recent}]
        return median(known) if known else None

    def _known(self, key: Key) -> float:
        return self._now[key] if key in self._now else self._told[key] * self._bias()

    def _bias(self) -> float:
        known = self._recent.keys() & self._told.keys()
        both = [self._now[key] / self._told[key] for key in known]
        return median(both) if both else 1.0
