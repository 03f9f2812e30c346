from __future__ import annotations

from dataclasses import replace

import pytest

from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState, profile_of
from maskopt.report.profiles import advice
from maskopt.report.trial import trial_profile

CALM = {"data": 1.0, "forward": 4.0, "backward": 5.0}  # data is a tenth, and no more


@pytest.fixture
def trial():
    """A trial of 10 s an epoch, of which each report tells the same."""

    def make(epochs=2, device="cpu", augmentation="heavy", **spent):
        report = EpochReport(1, 0.5, 1.0, 1.1, 8.0, spent=spent or CALM, device=device)
        reports = tuple(replace(report, epoch=epoch) for epoch in range(1, epochs + 1))
        config = {"augmentation": augmentation} if augmentation else {}
        return TrialRecord(7, TrialState.COMPLETE, config, reports, 10.5 * epochs)

    return make


def said(trial: TrialRecord) -> list[str]:
    return advice(trial, profile_of(trial.reports))


def shown(trial: TrialRecord, render, **how) -> str:
    return render(trial_profile(StudyRecord("age", "macro_f1", (trial,)), trial), **how)


def test_a_profile_is_a_row_a_stage_and_adds_up(trial, render):
    slow = trial(start=0.5, data=2.0, forward=3.0, backward=3.5, engine=0.5, other=0.5)
    assert shown(slow, render, terminal=True) == (
        "age  trial 7  complete, the best\n"
        "stage     seconds    share\n"
        "start        1.00    5.0 %  photos opened, networks built\n"
        "data         4.00   20.0 %  waiting for batches, moving them to the device\n"
        "forward      6.00   30.0 %  network and loss\n"
        "backward     7.00   35.0 %  gradients\n"
        "engine       1.00    5.0 %  reports on their way, until their answers\n"
        "other        1.00    5.0 %  scores, and what belongs to none of these\n"
        "all         20.00  100.0 %  the wall time of epochs 1 and 2\n"
        "\n"
        "advice  data takes 20.0 % of the time: the cores that train augment photos too;\n"
        "        choose a lighter augmentation than heavy\n"
    )


def test_a_trial_that_waits_for_nothing_is_told_nothing(trial, render):
    assert said(trial()) == []
    assert shown(trial(epochs=3), render).splitlines()[-1] == (
        "all         30.00  100.0 %  the wall time of epochs 1 to 3"
    )


@pytest.mark.parametrize(
    ("device", "augmentation", "what"),
    [
        (
            "cuda",
            "heavy",
            "give each trial more cores (fewer at once: --workers), or choose a lighter "
            "augmentation than heavy",
        ),
        ("cuda", "none", "give each trial more cores (fewer at once: --workers)"),
        (
            "cpu",
            "medium",
            "the cores that train augment photos too; choose a lighter augmentation than medium",
        ),
    ],
)
def test_data_that_waits_for_more_than_a_tenth_is_told_what_to_do(
    trial, device, augmentation, what
):
    slow = trial(device=device, augmentation=augmentation, data=1.0, forward=7.0)
    assert said(slow) == [f"data takes 12.5 % of the time: {what}"]


@pytest.mark.parametrize("augmentation", ["none", None])
def test_photos_that_wait_unchanged_are_too_large(trial, augmentation):
    assert said(trial(augmentation=augmentation, data=1.0, forward=7.0)) == [
        "data takes 12.5 % of the time, though nothing is augmented: either the network is small "
        "beside its photos, or they do not fit into memory; choose a smaller image_size"
    ]


def test_an_engine_that_takes_more_than_a_tenth_is_slow_or_its_epochs_are_short(trial):
    assert said(trial(forward=1.2, engine=0.4)) == [
        "the engine takes 25.0 % of the time: 0.40 s a report, which is much only beside epochs "
        "of 8.0 s; longer ones lose less"
    ]
    assert said(trial(forward=3.0, engine=1.0)) == [
        "the engine takes 25.0 % of the time, 1.0 s a report: run fewer trials at once "
        "(--workers), or keep the study nearer (--storage)"
    ]


def test_checkpoints_that_take_more_than_a_tenth_want_a_faster_disk(trial):
    assert said(trial(forward=3.0, checkpoint=1.0)) == [
        "checkpoints take 25.0 % of the time: put --studies on a faster disk"
    ]


def test_what_a_trial_took_beside_its_reports_is_told_where_it_is_much(trial, render):
    late = replace(trial(), seconds=72.0)
    assert shown(late, render).splitlines()[-1] == (
        "note  the trial took 1 min 12 s: the rest is its worker's start, and what came after "
        "the last report"
    )


def test_a_trial_of_before_profiles_says_so_in_one_line(trial, render):
    reports = tuple(replace(report, spent={}) for report in trial(epochs=3).reports)
    old = replace(trial(), reports=reports)
    assert shown(old, render) == (
        "age  trial 7  complete, the best\n"
        "trained before profiles were kept (epochs 1 to 3); later trials have one\n"
    )
    assert shown(TrialRecord(7, TrialState.WAITING, {}), render) == (
        "age  trial 7  waiting\nno epoch is reported yet, so there is no profile\n"
    )


@pytest.mark.parametrize(
    ("old", "words"),
    [((1,), "epoch 1"), ((1, 2), "epochs 1 and 2"), ((1, 3), "2 epochs")],
)
def test_epochs_of_before_profiles_are_not_counted(trial, render, old, words):
    whole = trial(epochs=4)
    reports = [replace(r, spent={} if r.epoch in old else CALM) for r in whole.reports]
    *_, total, empty, note = shown(replace(whole, reports=tuple(reports)), render).splitlines()
    assert total.split()[:2] == ["all", f"{10 * (4 - len(old))}.00"]
    assert (empty, note) == ("", f"note  without {words}, trained before profiles were kept")
