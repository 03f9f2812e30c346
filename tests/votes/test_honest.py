from dataclasses import replace

import numpy as np
import pytest

from maskopt.votes import ballots as ballots_room
from maskopt.votes import honest
from maskopt.votes.ballots import JOINTLY, Block, ballots, fit_votes, predict
from maskopt.votes.honest import nested, unsearched
from maskopt.votes.scores import accuracy, confusion
from maskopt.votes.shared import Shared, share
from maskopt.votes.tuning import Settings, Tuned

from .simulated import AGE, GENDER, MASK, simulate

SETTINGS = Settings("accuracy", resamples=50)


def shared_by(*studies: object) -> Shared:
    shared = share(studies)  # type: ignore[arg-type]
    assert shared is not None
    return shared


def accuracy_of(predicted: np.ndarray, targets: np.ndarray) -> float:
    return accuracy(confusion(targets, predicted, 3))


def test_every_photo_is_predicted_by_every_strategy() -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0, 1.0, 1.2)))
    found = nested(shared, [Block((AGE,), ("age",))], SETTINGS)
    assert set(found) == {"greedy", "soft", "hard", "single"}
    for said in found.values():
        assert accuracy_of(said["age"], shared.targets["age"]) > 0.55


def test_nothing_is_fitted_on_the_groups_that_it_is_scored_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0, 1.0), per_group=4))
    seen: list[tuple[set[int], set[int]]] = []
    real = honest._outside

    def noted(shared, blocks, settings, fitted, scored):  # type: ignore[no-untyped-def]
        seen.append((set(shared.groups[fitted]), set(shared.groups[scored])))
        return real(shared, blocks, settings, fitted, scored)

    monkeypatch.setattr(honest, "_outside", noted)
    nested(shared, [Block((AGE,), ("age",))], SETTINGS)
    assert len(seen) == 5
    assert all(not fitted & scored for fitted, scored in seen)
    assert set().union(*(scored for _, scored in seen)) == set(range(100))


def test_augmentations_are_compared_by_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0, 1.0), per_group=4))
    real, seen = honest.tune, []

    def noted(study, rows, groups, *others):  # type: ignore[no-untyped-def]
        seen.append(groups.tolist() == shared.groups[rows].tolist())
        return real(study, rows, groups, *others)

    monkeypatch.setattr(honest, "tune", noted)
    nested(shared, [Block((AGE,), ("age",))], SETTINGS)
    assert seen == [True] * 5


def test_what_is_fitted_sees_no_target_of_the_scored_photos() -> None:
    # Targets of one part are turned: what is decided of that part's photos must not change.
    study = simulate("age", ((AGE,),), (1.0, 1.0, 1.1), photos=200)
    shared = shared_by(study)
    block = Block((AGE,), ("age",))
    scored = np.arange(40)
    fitted = np.arange(40, 200)
    turned = study.targets["age"].copy()
    turned[scored] = (turned[scored] + 1) % 3
    other = shared_by(replace(study, targets={"age": turned}))
    first, second = (
        honest._outside(each, [block], SETTINGS, fitted, scored) for each in (shared, other)
    )
    for strategy, said in first.items():
        assert said["age"].tolist() == second[strategy]["age"].tolist()


def test_the_best_of_many_guessing_members_is_not_believed() -> None:
    # 20 members that guess: the best seem good on their own photos, and are not on others
    block = Block((AGE,), ("age",))
    gaps = []
    for seed in range(4):
        shared = shared_by(simulate("age", ((AGE,),), (0.0,) * 20, photos=150, seed=seed))
        given = ballots(shared, [block], {"age": Tuned("none", ((1.0,),) * 20)})
        votes = fit_votes(given, [block], shared.targets, shared.groups, SETTINGS)
        seen, found = predict(given, [block], votes), nested(shared, [block], SETTINGS)
        truth = shared.targets["age"]
        gaps.append(
            [accuracy_of(p[s]["age"], truth) for s in ("greedy", "single") for p in (seen, found)]
        )
    greedy_seen, greedy, single_seen, single = np.mean(gaps, axis=0)
    assert min(greedy_seen, single_seen) > 0.39
    assert [greedy, single] == pytest.approx([1 / 3, 1 / 3], abs=0.04)


def test_a_single_group_is_scored_on_itself() -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0, 1.0), photos=60, per_group=60))
    found = nested(shared, [Block((AGE,), ("age",))], SETTINGS)
    assert len(found["greedy"]["age"]) == 60


@pytest.mark.parametrize("groups", [2, 3])
def test_few_groups_are_fewer_parts(groups: int) -> None:
    shared = shared_by(simulate("age", ((AGE,),), (2.0, 2.0), photos=60, per_group=60 // groups))
    found = nested(shared, [Block((AGE,), ("age",))], SETTINGS)
    assert accuracy_of(found["greedy"]["age"], shared.targets["age"]) > 0.7


def test_a_class_of_one_group_is_no_trouble() -> None:
    study = simulate("age", ((AGE,),), (1.5, 1.5), photos=100)
    rare = np.where(np.arange(100) < 2, 2, study.targets["age"] % 2)
    found = nested(
        shared_by(replace(study, targets={"age": rare})), [Block((AGE,), ("age",))], SETTINGS
    )
    assert len(found["single"]["age"]) == 100


def test_several_blocks_are_also_selected_jointly() -> None:
    shared = shared_by(
        simulate("both", ((MASK, AGE),), (1.0, 1.2)), simulate("age", ((AGE,),), (1.0,))
    )
    blocks = [Block((MASK,), ("both",)), Block((AGE,), ("both", "age"))]
    found = nested(shared, blocks, SETTINGS)
    assert set(found) == {"greedy", JOINTLY, "soft", "hard", "single"}
    assert set(found[JOINTLY]) == {"mask", "age"}


def test_a_joint_selection_is_given_what_the_others_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = shared_by(
        simulate("mg", ((MASK, GENDER),), (1.0, 1.2)), simulate("age", ((AGE,),), (1.0, 1.0))
    )
    blocks = [Block((MASK, GENDER), ("mg",)), Block((AGE,), ("age",))]
    plain = {"mg": Tuned("none", ((1.0,),) * 2), "age": Tuned("none", ((1.0,),) * 2)}
    given = ballots(shared, blocks, plain)
    asked = []
    real = ballots_room.greedy_shares

    def noted(*arguments, decided=None, **named):  # type: ignore[no-untyped-def]
        asked.append(decided)
        return real(*arguments, decided=decided, **named)

    monkeypatch.setattr(ballots_room, "greedy_shares", noted)
    votes = fit_votes(given, blocks, shared.targets, shared.groups, SETTINGS)
    said = predict(given, blocks, votes)
    assert asked[:2] == [None, None]
    assert [each.class_count for each in asked[2:]] == [3, 4]
    assert asked[2].predicted.tolist() == said["greedy"]["age"].tolist()
    assert asked[2].targets.tolist() == shared.targets["age"].tolist()
    joined = 2 * said[JOINTLY]["mask"] + said[JOINTLY]["gender"]
    assert asked[3].predicted.tolist() == joined.tolist()


@pytest.mark.parametrize(
    ("searched", "expected"),
    [((), 400), ((0,), 320), ((0, 1, 2), 160), ((0, 1, 2, 3), 400), (range(5), 400)],
    ids=["none", "one", "three", "less than a third is left", "all"],
)
def test_searched_folds_are_left_out_where_enough_is_left(
    searched: tuple[int, ...], expected: int
) -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0,), searched=frozenset(searched)))
    assert unsearched(shared, shared.targets["age"]).sum() == expected


def test_searched_folds_stay_where_a_class_would_be_missed() -> None:
    shared = shared_by(simulate("age", ((AGE,),), (1.0,), photos=100, searched=frozenset({0})))
    only_there = np.where(shared.searched, 2, 1)
    assert unsearched(shared, only_there).all()
