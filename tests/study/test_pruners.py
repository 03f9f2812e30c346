import pytest

from maskopt.records import Verdict
from maskopt.space import Part

GOOD = tuple(0.5 + 0.01 * epoch for epoch in range(1, 13))
BAD = tuple(0.4 - 0.01 * epoch for epoch in range(1, 13))


@pytest.mark.parametrize(
    ("pruner", "epoch"),
    [
        (Part("median", {"startup_trials": 2, "warmup_epochs": 0}), 1),
        (Part("median", {"startup_trials": 2, "warmup_epochs": 3}), 4),
        (Part("successive_halving"), 2),
        (Part("successive_halving", {"eta": 3, "first_rung": 5}), 5),
        (Part("hyperband", {"eta": 3, "first_rung": 2}), None),
        (Part("patient", {"patience": 2}), 4),
        (Part("wilcoxon", {"p_threshold": 0.2}), 3),
        (Part("none"), 12),
    ],
    ids=str,
)
def test_a_bad_trial_after_good_ones_ends_early(sweeper, pruner, epoch):
    study = sweeper.open(pruner=pruner, epochs=12, trials=60)
    for step in range(6):
        sweeper.run(study, scores=tuple(score + 0.01 * step for score in GOOD))
    number, _ = sweeper.run(study, scores=BAD)
    seen = len(study.trial_record(number).reports)
    # Hyperband's brackets start at different epochs, by a trial's number.
    assert seen == epoch if epoch else seen in (2, 6)


def test_each_bracket_of_hyperband_judges(sweeper):
    study = sweeper.open(pruner=Part("hyperband"), epochs=12, trials=60)
    for step in range(20):
        sweeper.run(study, scores=tuple(score + 0.01 * step for score in GOOD))
    ends = {len(study.trial_record(sweeper.run(study, scores=BAD)[0]).reports) for _ in range(12)}
    assert ends == {2, 8}


def test_good_trials_are_not_pruned(sweeper):
    study = sweeper.open(epochs=12, pruner=Part("median", {"startup_trials": 1}))
    answers = [sweeper.run(study, tuple(s + 0.01 * step for s in GOOD))[1] for step in range(6)]
    assert answers == [Verdict.CONTINUE] * 6
