import io
from dataclasses import replace
from datetime import timedelta

import pytest

from maskopt.records import StudyRecord
from maskopt.report import agendas
from maskopt.report.frame import Canvas, draw_frame
from maskopt.report.lines import LineDisplay
from maskopt.report.progress import Progress
from maskopt.roles import Agenda

SEARCH = Agenda("search", 300.0, 60.0, 120.0, 20.0, 10.0, 15.0, members=3, folds=2)
AFTER = replace(SEARCH, phase="out of fold", search=0.0, noise=0.0, networks=4)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            120,
            "search until 12:09:31  repeats 1:00  voters 2:00 (3 trials, 2 folds)  ending 0:30  "
            "slack 0:15",
        ),
        (80, "search until 12:09:31  repeats 1:00  voters 2:00 (3 trials, 2 folds)  slack 0:15"),
        (40, "search until 12:09:31  slack 0:15"),
    ],
)
def test_a_frame_shows_the_plan_as_far_as_there_is_room(plan, clock, width, line):
    limited = replace(plan, seconds=600.0, agenda=lambda: SEARCH)
    progress = Progress(limited, StudyRecord("age", "macro_f1"), clock())
    drawn = [each.plain for each in draw_frame(progress, clock(), Canvas(width, 24))]
    assert line in drawn


def test_without_a_deadline_a_frame_has_no_such_line(plan, clock):
    progress = Progress(plan, StudyRecord("age", "macro_f1"), clock())
    drawn = [each.plain for each in draw_frame(progress, clock(), Canvas(80, 24))]
    assert [each for each in drawn if "slack" in each] == []


def test_lines_tell_the_plan_at_the_start_and_when_another_phase_begins(plan, clock):
    stream, now = io.StringIO(), [SEARCH]
    display = LineDisplay(stream, clock)
    display.opened(replace(plan, agenda=lambda: now[0]), StudyRecord("age", "macro_f1"))
    display.tick()
    now[0] = AFTER
    display.tick()
    display.tick()
    assert stream.getvalue().splitlines()[1:] == [
        "12:04:31  search until 12:09:31, repeats 1:00, voters 2:00 (3 trials, 2 folds), "
        "ending 0:30, slack 0:15",
        "12:04:31  search over, voters 4 of 6, 2:00 left, ending 0:30, slack 0:15",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"phase": "noise"},
            ["search over, the best is repeated", "voters 2:00 (3 trials, 2 folds)"],
        ),
        ({"networks": 1}, ["search over", "voters 1 of 6, 2:00 left"]),
        ({"networks": 7, "out_of_fold": 0.0}, ["search over", "voters 6 of 6"]),
        ({"members": 0}, ["search over"]),
    ],
    ids=["other seeds", "networks", "all of them", "nothing to export"],
)
def test_once_the_search_is_over_its_place_is_taken_by_what_goes_on(changes, words, clock):
    found = agendas.agenda_words(replace(AFTER, **changes), clock())
    assert found == [*words, "ending 0:30", "slack 0:15"]


@pytest.mark.parametrize(
    ("seconds", "until"),
    [
        (42_928.0, "23:59:59"),
        (42_929.0, "%a 00:00:00"),
        (6 * 86_400.0, "%a 12:04:31"),
        (7 * 86_400.0, "%Y-%m-%d 12:04:31"),
        (36_500 * 86_400.0, "%Y-%m-%d 12:04:31"),
    ],
    ids=["today", "midnight", "weekday", "a week on", "the longest"],
)
def test_a_search_that_ends_on_another_day_says_on_which(seconds, until, clock):
    end = clock() + timedelta(seconds=seconds)
    words = agendas.agenda_words(replace(SEARCH, search=seconds), clock())
    assert words[0] == f"search until {end.strftime(until)}"


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("search", "waiting for the first trial"),
        ("noise", "no trial is running: the best one is trained again with other seeds"),
        ("out of fold", "no trial is running: the best ones are trained on other folds, to vote"),
    ],
)
def test_a_frame_without_trials_tells_what_the_devices_do_instead(phase, words, plan, clock):
    limited = replace(plan, agenda=lambda: replace(SEARCH, phase=phase))
    progress = Progress(limited, StudyRecord("age", "macro_f1"), clock())
    drawn = [each.plain for each in draw_frame(progress, clock(), Canvas(80, 24))]
    assert f"  {words}" in drawn
