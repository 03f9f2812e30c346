"""Deadlines and spans of time as people write and say them."""

from __future__ import annotations

from datetime import datetime, timedelta

from maskopt.errors import SpecError


def seconds_until(deadline: str, now: datetime) -> float:
    """Return the seconds from now until the next time a clock shows `deadline`.

    Args:
        deadline: `18:30`; a time that has passed today means tomorrow.
        now: Local time.

    Raises:
        SpecError: It is no time of day.

    Example:
        >>> seconds_until("18:30", datetime(2026, 1, 1, 18, 0))
        1800.0
        >>> seconds_until("06:00", datetime(2026, 1, 1, 18, 0))
        43200.0
    """
    # The difference of the two itself would be that of clocks, which are changed twice a year.
    return _end(deadline, now).timestamp() - now.timestamp()


def means_tomorrow(deadline: str, now: datetime) -> bool:
    """Return whether a deadline has passed today, so that tomorrow's is meant.

    Args:
        deadline: As `seconds_until` takes it.
        now: Local time.

    Raises:
        SpecError: It is no time of day.

    Example:
        >>> means_tomorrow("18:30", datetime(2026, 1, 1, 18, 29, 59))
        False
        >>> means_tomorrow("18:30", datetime(2026, 1, 1, 18, 30, 1))
        True
    """
    return _end(deadline, now).date() != now.date()


def _end(deadline: str, now: datetime) -> datetime:
    try:
        time = datetime.strptime(deadline, "%H:%M")
    except ValueError:
        raise SpecError(
            f"--deadline must be a time of day like 18:30, got {deadline!r}; "
            "for a span of time use --time 2h"
        ) from None
    end = now.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def duration_words(seconds: float) -> str:
    """Return a rough time as a person says it.

    Example:
        >>> duration_words(42), duration_words(400), duration_words(9000)
        ('42 s', '7 min', '2.5 h')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
