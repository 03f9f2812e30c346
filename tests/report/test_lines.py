from __future__ import annotations

import io
from dataclasses import replace

from maskopt.records import StudyRecord, Verdict
from maskopt.report.lines import LineDisplay

GO_ON = Verdict.CONTINUE


def test_a_sweep_in_lines(plan, trial, task, reports, clock):
    stream = io.StringIO()
    display = LineDisplay(stream, clock)
    display.opened(plan, StudyRecord("age", "macro_f1"))
    display.started(task(0))
    clock.wait(10)
    display.reported(0, reports(0.643, seconds=9.84)[0], GO_ON)
    display.tick()
    display.started(task(1))
    clock.wait(60)
    display.reported(0, reports(0.643, 0.701, seconds=61)[1], GO_ON)
    display.ended(trial(0, "complete", 0.643, 0.701))
    display.reported(1, reports(0.5)[0], Verdict.STOP)
    display.ended(trial(1, "pruned", 0.5))
    display.started(task(2))
    display.ended(trial(2, "failed", error="OSError: \x1b[31mbad\nTraceback\n ..."))
    display.started(task(3))
    display.ended(trial(3, "waiting"))
    clock.wait(132)
    record = StudyRecord("age", "f1", (trial(0, "complete", 0.701), trial(1, "pruned", 0.5)))
    display.closed(record, "interrupted")
    assert stream.getvalue() == (
        "12:04:31  study age: 12 trials of 4 epochs for macro_f1, 2 at once on 2 CPU cores\n"
        "12:04:41  trial 0  epoch 1/4  macro_f1 0.643  (best 0.643, trial 0)  9.8 s\n"
        "12:05:41  trial 0  epoch 2/4  macro_f1 0.701  (best 0.701, trial 0)  1 min 1 s\n"
        "12:05:41  trial 0 complete, macro_f1 0.701 at epoch 2, the best so far\n"
        "12:05:41  trial 1  epoch 1/4  macro_f1 0.500  (best 0.701, trial 0)  10 s\n"
        "12:05:41  trial 1 pruned at epoch 1 of 4, macro_f1 0.500\n"
        "12:05:41  trial 2 failed in its first epoch: OSError: bad  "
        "log: studies/age/trials/00002/log.txt\n"
        "12:05:41  trial 3 interrupted in its first epoch, it goes on from there\n"
        "12:07:53  interrupted: 1 complete, 1 pruned  (best 0.701, trial 0)  3 min 22 s\n"
    )


def test_a_sweep_that_goes_on_says_what_there_is(plan, trial, clock):
    stream = io.StringIO()
    record = StudyRecord("age", "f1", (trial(0, "complete", 0.7), trial(1, "running", 0.5)))
    LineDisplay(stream, clock).opened(replace(plan, trials=None, seconds=1200.0), record)
    assert stream.getvalue() == (
        "12:04:31  study age: trials of 4 epochs for macro_f1, 2 at once on 2 CPU cores, "
        "at most 20 min\n"
        "12:04:31  going on: 1 complete, 1 waiting  (best 0.700, trial 0)\n"
    )
