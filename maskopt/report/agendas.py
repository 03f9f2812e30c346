"""The plan of a sweep with a deadline in words: when the search stops, what is reserved.

All of it on one line of 80 columns, so that each word stands for what `docs/deadlines.md` tells.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from maskopt.errors import plural
from maskopt.report.wording import stopwatch
from maskopt.roles import Agenda


def agenda_words(agenda: Agenda, now: datetime) -> list[str]:
    """Return a plan in parts, the most important first.

    Args:
        agenda: What is planned.
        now: Local time.

    Example:
        >>> plan = Agenda("search", 300.0, 0.0, 120.0, 20.0, 10.0, 15.0, members=3, folds=2)
        >>> agenda_words(plan, datetime(2026, 1, 1, 18, 30))[:2]
        ['search until 18:35:00', 'voters 2:00 (3 trials, 2 folds)']
        >>> agenda_words(plan, datetime(2026, 1, 1, 18, 30))[2:]
        ['ending 0:30', 'slack 0:15']
    """
    parts = [_phase(agenda, now)]
    if agenda.noise:
        parts.append(f"repeats {stopwatch(agenda.noise)}")
    if agenda.members and agenda.phase == "out of fold":
        wanted = agenda.members * agenda.folds
        parts.append(f"voters {min(agenda.networks, wanted)} of {wanted}")
        if agenda.out_of_fold:
            parts[-1] += f", {stopwatch(agenda.out_of_fold)} left"
    elif agenda.members:
        shape = f"{plural(agenda.members, 'trial')}, {plural(agenda.folds, 'fold')}"
        parts.append(f"voters {stopwatch(agenda.out_of_fold)} ({shape})")
    parts.append(f"ending {stopwatch(agenda.closing + agenda.ending)}")
    parts.append(f"slack {stopwatch(agenda.slack)}")
    return parts


def _phase(agenda: Agenda, now: datetime) -> str:
    if agenda.phase == "search":
        return f"search until {moment_words(now + timedelta(seconds=agenda.search), now)}"
    return "search over, the best is repeated" if agenda.phase == "noise" else "search over"


def moment_words(moment: datetime, now: datetime) -> str:
    """Return a time to come as a clock shows it, with its day where that is not today.

    Args:
        moment: Local time, not before now.
        now: Local time.

    Example:
        >>> now = datetime(2026, 1, 1, 18, 30)
        >>> moment_words(datetime(2026, 1, 1, 23, 59, 59), now)
        '23:59:59'
        >>> moment_words(datetime(2026, 1, 2), now), moment_words(datetime(2026, 1, 8), now)
        ('Fri 00:00:00', '2026-01-08 00:00:00')
    """
    days = (moment.date() - now.date()).days
    # A week on, a weekday would be taken for today's or for one that is nearer.
    day = "" if days == 0 else f"{moment:%a} " if days < 7 else f"{moment:%Y-%m-%d} "
    return f"{day}{moment:%H:%M:%S}"
