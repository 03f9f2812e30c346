import pytest

from maskopt.space import Choice, FloatRange, IntRange, Option, Part, SearchSpace
from maskopt.study.suggesting import label_of, option_labels


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("focal", "cross_entropy"), ["focal", "cross_entropy"]),
        ((128, 224, None), [128, 224, None]),
        ((True, False), [True, False]),
        ((True, 1), ["True", "1"]),
        (((0.5, 0.5), "same"), ["[0.5, 0.5]", "same"]),
        (((0.50001,), (0.50002,)), ["0: [0.5]", "1: [0.5]"]),
    ],
    ids=str,
)
def test_options_are_stored_as_values_that_optuna_can_tell_apart(names, labels):
    stored = option_labels(Choice(tuple(map(Option, names))))
    assert [(type(label), label) for label in stored] == [(type(x), x) for x in labels]


def test_a_value_is_stored_as_its_option_s_label(spec):
    choice = Choice((Option((0.5, 0.5)), Option("same")))
    assert label_of(choice, (0.5, 0.5)) == "[0.5, 0.5]"
    assert label_of(FloatRange(0.1, 0.2), 0.15) == 0.15
    with pytest.raises(KeyError):
        label_of(choice, "other")


def test_ragged_ranges_end_at_their_last_whole_step_without_a_warning(sweeper):
    space = SearchSpace(
        {"a": FloatRange(0.1, 0.35, step=0.1), "b": IntRange(1, 9, step=3), "c": IntRange(2, 2)}
    )
    study = sweeper.open(space=space, trials=40)
    configs = [study.ask().config for _ in range(40)]
    assert {round(config.number("a"), 9) for config in configs} == {0.1, 0.2, 0.3}
    assert {config["b"] for config in configs} == {1, 4, 7}
    assert {config["c"] for config in configs} == {2}


def test_tpe_learns_which_option_and_which_of_its_values_are_good(sweeper):
    """Conditional: gamma exists under focal only, and is best at 3."""
    study = sweeper.open(trials=80, epochs=1, searcher=Part("tpe"))
    for _ in range(80):
        asked = study.ask()
        is_focal = asked.config["loss"] == "focal"
        gamma = asked.config.number("loss.focal.gamma") if is_focal else None
        score = 1.0 - abs(gamma - 3.0) / 4 if gamma is not None else 0.1
        sweeper_report(study, asked.number, score)
    late = [trial.config for trial in study.record().trials[40:]]
    gammas = [config["loss.focal.gamma"] for config in late if config["loss"] == "focal"]
    assert len(gammas) > 30
    assert sum(abs(gamma - 3.0) < 0.5 for gamma in gammas) > len(gammas) / 2


def sweeper_report(study, number, score):
    from maskopt.records import Ending, EpochReport

    study.report(number, EpochReport(1, score, 0.0, 0.0, 0.0))
    study.close(number, Ending.ENDED)
