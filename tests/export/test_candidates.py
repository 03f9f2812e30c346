from dataclasses import replace

import pytest

from maskopt.export.candidates import pick_candidates, unlike_first
from maskopt.records import EpochReport, Repeat, StudyRecord, TrialRecord, TrialState


def trial(number: int, score: float, backbone: str, state=TrialState.COMPLETE) -> TrialRecord:
    reports = (EpochReport(1, score, 1.0, 1.0, 1.0),)
    return TrialRecord(number, state, {"backbone": backbone}, reports)


# Trial 0 is worth 0.86 with a deviation of 0.01: whatever scored 0.8263 is a tie.
BEST = replace(
    trial(0, 0.90, "resnet18"),
    repeats=tuple(Repeat(seed, score, 1, 1.0) for seed, score in enumerate((0.85, 0.86, 0.87), 1)),
)
OTHERS = (
    trial(1, 0.89, "resnet18"),
    trial(2, 0.88, "resnet50"),
    trial(3, 0.87, "mobilenetv2_100"),
    trial(4, 0.84, "mobilenetv2_035"),
    trial(5, 0.82, "convnext_tiny"),
    trial(6, 0.95, "vit_tiny_patch16_224", TrialState.PRUNED),
)


def numbers(*trials: TrialRecord, members: int = 9, photos: int = 10_000) -> list[int]:
    record = StudyRecord("age", "macro_f1", trials)
    return [each.number for each in pick_candidates(record, members, photos)]


def test_of_ties_unlike_backbones_vote_first() -> None:
    assert numbers(BEST, *OTHERS) == [0, 3, 2, 4, 1, 5]


@pytest.mark.parametrize(("members", "wanted"), [(1, [0]), (2, [0, 3]), (5, [0, 3, 2, 4, 1])])
def test_no_more_vote_than_may(members: int, wanted: list[int]) -> None:
    assert numbers(BEST, *OTHERS, members=members) == wanted


def test_without_noise_the_order_of_scores_holds() -> None:
    assert numbers(replace(BEST, repeats=()), *OTHERS) == [0, 1, 2, 3, 4, 5]


def with_loss(trial: TrialRecord, loss: float) -> TrialRecord:
    return replace(trial, reports=(replace(trial.reports[0], valid_loss=loss),))


def test_of_trials_that_luck_may_part_from_the_best_the_least_loss_goes_first() -> None:
    """0.90 of 400 photos has a standard error of 0.015: from 0.87 on a score may be luck."""
    trials = [replace(BEST, repeats=()), *OTHERS]
    trials[2], trials[4] = with_loss(trials[2], 0.5), with_loss(trials[4], 0.1)
    assert numbers(*trials, photos=400) == [2, 0, 1, 3, 4, 5]
    assert numbers(*trials, photos=1_000_000) == [0, 1, 2, 3, 4, 5]


def test_ties_of_one_backbone_go_by_their_loss() -> None:
    """All of 0.90 to 0.83 are ties; of the two resnet18 the second one has less loss."""
    trials = [BEST, with_loss(OTHERS[0], 0.9), *OTHERS[1:]]
    assert numbers(*trials, photos=400) == [1, 3, 2, 4, 0, 5]


def test_trials_of_one_backbone_keep_their_order() -> None:
    same = [trial(number, 0.9 - number / 100, "resnet18") for number in range(4)]
    assert [each.number for each in unlike_first(same)] == [0, 1, 2, 3]


def test_a_study_without_a_complete_trial_has_no_candidate() -> None:
    assert numbers(OTHERS[-1]) == []
