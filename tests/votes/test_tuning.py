import numpy as np
import pytest

from maskopt.labels import Head
from maskopt.votes.calibration import temper
from maskopt.votes.marginals import marginalise
from maskopt.votes.out_of_fold import OutOfFold
from maskopt.votes.tuning import Settings, Tuned, joint_targets, member_marginals, tune

from .simulated import AGE, GENDER, MASK, simulate

BETTER = (("none", 0.0), ("hflip", 0.5), ("hflip+crops", 1.0))


def tuned_on_all(study: OutOfFold, settings: Settings) -> Tuned:
    names = [attribute.name for attribute in study.label_space.attributes]
    groups = np.arange(len(study)) // 2
    return tune(study, np.arange(len(study)), groups, names, settings)


def test_every_member_and_head_has_its_temperature() -> None:
    plain, doubled = (
        tuned_on_all(
            simulate("s", ((MASK, AGE), (GENDER,)), (1.0, 2.0), sharpness=sharpness),
            Settings("macro_f1"),
        ).temperatures
        for sharpness in (1.0, 2.0)
    )
    assert [len(heads) for heads in plain] == [2, 2]
    assert len(np.unique(plain)) == 4
    assert np.ravel(doubled) == pytest.approx(2 * np.ravel(plain), rel=1e-3)


def test_without_calibration_all_temperatures_are_one() -> None:
    study = simulate("s", ((MASK,), (AGE,)), (1.0, 2.0), sharpness=3.0)
    found = tuned_on_all(study, Settings("macro_f1", calibrate=False))
    assert found == Tuned("none", ((1.0, 1.0), (1.0, 1.0)))


def test_a_dearer_augmentation_that_helps_is_taken() -> None:
    found = tuned_on_all(simulate("s", ((AGE,),), (1.0, 1.2), views=BETTER), Settings("macro_f1"))
    assert found.views == "hflip+crops"
    assert found.gain is not None
    assert found.gain.high < 0


def test_a_cheaper_augmentation_stays_where_the_dearer_one_is_worse() -> None:
    views = (("none", 0.0), ("hflip", 0.5), ("hflip+crops", 0.3))
    found = tuned_on_all(simulate("s", ((AGE,),), (1.0, 1.2), views=views), Settings("macro_f1"))
    assert found.views == "hflip"


@pytest.mark.parametrize("more", [0.0, -0.5])
def test_an_augmentation_that_does_not_help_is_not_taken(more: float) -> None:
    study = simulate("s", ((AGE,),), (1.0, 1.2), views=(("none", 0.0), ("hflip", more)))
    found = tuned_on_all(study, Settings("macro_f1"))
    assert (found.views, found.gain) == ("none", None)


def test_a_lower_log_loss_alone_does_not_buy_crops() -> None:
    # crops are surer of the same decisions but for one photo, which it loses
    study = simulate("s", ((AGE,),), (2.0,), photos=300)
    (logs,) = study.log_probabilities["none"]
    surer = logs.copy()
    right = (logs[0].argmax(axis=1) == study.targets["age"]).nonzero()[0]
    surer[0, right, study.targets["age"][right]] += 1
    surer[0, right[0]] = -surer[0, right[0]]
    surer -= np.log(np.exp(surer).sum(axis=-1, keepdims=True))
    study.log_probabilities["hflip+crops"] = (surer,)  # type: ignore[index]
    assert tuned_on_all(study, Settings("accuracy", calibrate=False)).views == "none"


def surer_of_one(study: OutOfFold) -> np.ndarray:
    """Return what a study says, but that one photo is a little better: that may be chance."""
    (logs,) = study.log_probabilities["none"]
    better = logs.copy()
    row = int((logs[0].argmax(axis=1) == study.targets["age"]).argmax())
    better[0, row, study.targets["age"][row]] += 0.5
    better -= np.log(np.exp(better).sum(axis=-1, keepdims=True))
    return better


def test_a_gain_that_may_be_chance_does_not_buy_crops() -> None:
    study = simulate("s", ((AGE,),), (2.0,), photos=100)
    study.log_probabilities["hflip+crops"] = (surer_of_one(study),)  # type: ignore[index]
    assert tuned_on_all(study, Settings("accuracy", calibrate=False)).views == "none"


def test_a_gain_that_may_be_chance_buys_mirror_images() -> None:
    study = simulate("s", ((AGE,),), (2.0,), photos=100)
    study.log_probabilities["hflip"] = (surer_of_one(study),)  # type: ignore[index]
    found = tuned_on_all(study, Settings("accuracy", calibrate=False))
    assert found.views == "hflip"
    assert found.gain is not None
    assert found.gain.score < 0 <= found.gain.high


@pytest.mark.parametrize(("lost", "views"), [(1, "hflip"), (30, "none")])
def test_mirror_images_may_cost_as_many_decisions_as_luck_does(lost: int, views: str) -> None:
    """Of 300 photos nearly all are right: an accuracy of 0.9 may be 0.017 less by luck."""
    study = simulate("s", ((AGE,),), (2.0,), photos=300)
    (logs,) = study.log_probabilities["none"]
    surer, true = logs.copy(), study.targets["age"]
    right = (logs[0].argmax(axis=1) == true).nonzero()[0]
    surer[0, right, true[right]] += 4
    wrong = (true + 1) % 3
    surer[0, right[:lost], wrong[right[:lost]]] = surer[0, right[:lost], true[right[:lost]]] + 0.01
    surer -= np.log(np.exp(surer).sum(axis=-1, keepdims=True))
    study.log_probabilities["hflip"] = (surer,)  # type: ignore[index]
    assert tuned_on_all(study, Settings("accuracy", calibrate=False)).views == views


def test_views_that_are_asked_for_are_not_judged() -> None:
    study = simulate("s", ((AGE,),), (1.0,), views=BETTER)
    assert tuned_on_all(study, Settings("macro_f1", views="hflip")).views == "hflip"


def test_views_that_were_not_predicted_are_refused() -> None:
    study = simulate("s", ((AGE,),), (1.0,))
    with pytest.raises(ValueError, match=r"^s was not predicted with views 'hflip'$"):
        tuned_on_all(study, Settings("macro_f1", views="hflip"))


def test_members_are_tempered_head_by_head_before_heads_are_summed() -> None:
    study = simulate("s", ((MASK, AGE), (GENDER,)), (1.0, 2.0), photos=20)
    rows = np.array([3, 5])
    found = member_marginals(study, Tuned("none", ((2.0, 1.0), (0.5, 3.0))), rows)
    first, second = study.log_probabilities["none"]
    heads = (temper(first[1, rows], 0.5), temper(second[1, rows], 3.0))
    expected = marginalise(study.label_space, heads)
    for name, said in expected.items():
        assert found[name][1] == pytest.approx(said)


def test_targets_of_a_head_are_its_joint_class_ids() -> None:
    study = simulate("s", ((MASK, AGE), (GENDER,)), (1.0,), photos=5)
    joint, gender = joint_targets(study.label_space, dict(study.targets))
    ids = zip(study.targets["mask"], study.targets["age"], strict=True)
    assert joint.tolist() == [Head((MASK, AGE)).join(each) for each in ids]
    assert gender.tolist() == study.targets["gender"].tolist()
