"""The plan of a sweep with a deadline in words: when the search stops, what is reserved."""

from __future__ import annotations

from datetime import datetime, timedelta

from maskopt.report.wording import stopwatch
from maskopt.roles import Agenda


def agenda_words(agenda: Agenda, now: datetime) -> list[str]:
    """Return a plan in parts, the most important first.

    Args:
        agenda: What is planned.
        now: Local time.

    Example:
        >>> plan = Agenda("search", 300.0, 0.0, 120.0, 20.0, 10.0, 15.0, members=3, folds=2)
        >>> agenda_words(plan, datetime(2026, 1, 1, 18, 30))
        ['search until 18:35:00', 'out of fold 2:00 (3 x 2)', 'end 0:30', 'slack 0:15']
    """
    parts = []
    if agenda.phase == "search":
        end = now + timedelta(seconds=agenda.search)
        parts.append(f"search until {end:%H:%M:%S}")
    else:
        parts.append(f"{agenda.phase} now, {agenda.networks} networks done")
    if agenda.noise:
        parts.append(f"other seeds {stopwatch(agenda.noise)}")
    if agenda.members:
        shape = f"{agenda.members} x {agenda.folds}"
        parts.append(f"out of fold {stopwatch(agenda.out_of_fold)} ({shape})")
    parts.append(f"end {stopwatch(agenda.closing + agenda.ending)}")
    parts.append(f"slack {stopwatch(agenda.slack)}")
    return parts
