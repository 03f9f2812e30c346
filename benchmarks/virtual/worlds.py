"""What a random sweep meets: how fast its backbones are, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from maskopt.plan.costs import Costs
from maskopt.plan.speeds import Key

MINUTE, DAY = 60.0, 86_400.0


@dataclass(frozen=True)
class World:
    """One random sweep's circumstances; times in seconds.

    Attributes:
        seconds: From the command to the deadline.
        true: What an epoch takes while the machine is as it should be.
        told: What is believed of that before.
        slow: Spans during which everything takes twice as long.
        crash: Chance of a worker's death an epoch.
        fail: Chance that a trial raises at its first epoch.
        fixed: What takes its time whatever is trained, by the names of `Costs`.
    """

    seconds: float
    slots: int
    epochs: int
    trials: int | None
    folds: int
    photos: int
    exports: bool
    true: dict[Key, float]
    told: dict[Key, float]
    slow: tuple[tuple[float, float], ...]
    crash: float
    fail: float
    fixed: dict[str, float] = field(default_factory=dict)

    def pace(self, now: float) -> float:
        """Return how many times longer things take now."""
        return 2.0 if any(begin <= now < end for begin, end in self.slow) else 1.0


def draw_world(random: Random, most_slots: int = 64) -> World:
    """Draw a sweep: 5 minutes to a day, 1 to 64 slots or fewer."""
    seconds = 5 * MINUTE * (DAY / (5 * MINUTE)) ** random.random()
    slots = min(random.choice((1, 1, 2, 2, 4, 8, 16, 32, 64)), most_slots)
    epochs = random.choice((5, 8, 12, 20, 30))
    # A full trial takes between a thirtieth of the time and two fifths of it.
    trial = seconds * 12 ** random.random() / 30
    places = range(random.randint(1, 5))
    keys = [Key(f"net{place}", size) for place in places for size in (96, 128)]
    true = {key: trial / epochs * 4 ** random.uniform(-0.5, 0.5) for key in keys}
    told = {
        key: each * random.choice((1.0, 1.0, 1.0, 0.8, 1.3, 0.2))
        for key, each in true.items()
        if random.random() < 0.7
    }
    return World(
        seconds=seconds,
        slots=slots,
        epochs=epochs,
        trials=None if random.random() < 0.8 else random.choice((10, 60, 400)),
        folds=random.choice((2, 3, 5, 5, 5, 10)),
        photos=int(max(500, min(trial / epochs * 400 ** random.random() * 5, 100_000))),
        exports=random.random() < 0.8,
        true=true,
        told=told,
        slow=_slow(random, seconds),
        crash=random.choice((0.0, 0.0, 0.002, 0.02)),
        fail=random.choice((0.0, 0.0, 0.1)),
        fixed=_fixed(random),
    )


def _slow(random: Random, seconds: float) -> tuple[tuple[float, float], ...]:
    kind = random.choice(("never", "never", "a while", "to the end", "at the end"))
    if kind == "never":
        return ()
    begin = seconds * (random.uniform(0.85, 1.0) if kind == "at the end" else random.random())
    return ((begin, begin + seconds * random.random() if kind == "a while" else 2 * seconds),)


def _fixed(random: Random) -> dict[str, float]:
    """Return what is fixed: up to a fifth more than a fresh machine is taken to need."""
    first = Costs()
    names = ("begin", "setup", "close", "choose", "write", "fall back", "end")
    return {name: first.expected(name) * random.uniform(0.3, 1.2) for name in names}
