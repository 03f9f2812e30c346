import json
from dataclasses import replace

import numpy as np
import pytest

from maskopt.votes.composing import choose, find_blocks
from maskopt.votes.selection import soft_vote
from maskopt.votes.tuning import Tuned, member_marginals

from .simulated import AGE, GENDER, MASK, simulate


def test_attributes_by_the_studies_that_know_them() -> None:
    joint = simulate("joint", ((MASK, GENDER, AGE),), (1.0,), photos=10)
    age = simulate("age", ((AGE,),), (1.0,), photos=10)
    blocks = find_blocks([joint, age], (MASK, GENDER, AGE))
    assert [(block.names, block.studies) for block in blocks] == [
        (("mask", "gender"), ("joint",)),
        (("age",), ("joint", "age")),
    ]


def test_a_vote_that_beats_its_best_member_is_taken() -> None:
    study = simulate("age", ((AGE,),), (1.0, 1.0, 1.0, 1.0), photos=1500)
    choice = choose([study], [AGE], "macro_f1")
    ((attributes, shares),) = choice.ensembles
    assert attributes == ("age",)
    assert len(shares) == 4
    assert sum(shares.values()) == pytest.approx(1)
    assert choice.strategy == "greedy"
    assert choice.reason.startswith("the greedy vote of 4 members scores 0.")
    assert choice.reason.endswith(" and is taken")
    (compared,) = choice.compared
    rows = {row.strategy: row for row in compared.rows}
    assert (compared.of, compared.chosen) == ("age", "greedy")
    assert {name: row.members for name, row in rows.items()} == {
        "greedy": 4,
        "soft": 4,
        "hard": 4,
        "single": 1,
    }
    assert rows["greedy"].interval.low > rows["single"].interval.score
    assert choice.scores["age"].interval == rows["greedy"].interval
    assert (choice.joint, choice.joint_reason) == (None, "")


def test_a_vote_that_does_not_beat_its_best_member_is_not_taken() -> None:
    # members make nearly the same mistakes: the vote gains a little, which may be chance
    study = simulate("age", ((AGE,),), (1.2, 1.2, 1.2), common=0.8)
    choice = choose([study], [AGE], "macro_f1")
    assert choice.strategy == "single"
    assert [len(shares) for _, shares in choice.ensembles] == [1]
    (compared,) = choice.compared
    rows = {row.strategy: row for row in compared.rows}
    assert compared.chosen == "single"
    assert rows["greedy"].members > 1
    assert choice.scores["age"].interval == rows["single"].interval
    assert choice.reason.endswith(", not surely above 0, so the smaller one is taken")
    assert f"the best single member {rows['single'].interval}; the vote gains" in choice.reason


def test_a_member_that_gets_all_the_votes_is_single() -> None:
    # the second makes nearly all the first's mistakes again, and some of its own
    study = simulate("age", ((AGE,),), (1.5, 1.4), common=0.98)
    choice = choose([study], [AGE], "macro_f1")
    assert choice.strategy == "single"
    assert choice.reason.startswith("selection gives all votes to one member an ensemble: ")


def test_what_was_asked_for_is_taken_and_told() -> None:
    study = simulate("age", ((AGE,),), (1.5, 1.4), common=0.98)
    choice = choose([study], [AGE], "macro_f1", vote="soft")
    assert choice.strategy == "soft"
    assert dict(choice.ensembles[0][1]) == {("age", 0): 0.5, ("age", 1): 0.5}
    assert choice.reason.startswith("the equal soft vote was asked for: ")


def test_one_member_is_no_vote_and_has_an_honest_interval() -> None:
    choice = choose([simulate("age", ((AGE,),), (1.5,))], [AGE], "accuracy")
    score = choice.scores["age"]
    assert choice.strategy == "single"
    assert dict(choice.ensembles[0][1]) == {("age", 0): 1.0}
    assert choice.reason == f"there is one member an ensemble: it scores {score.interval}"
    assert score.interval.low < score.interval.score < score.interval.high
    assert score.objective == "accuracy"


def test_the_evidence_is_what_the_chosen_ensemble_says() -> None:
    study = simulate("both", ((MASK, AGE),), (1.0, 1.1, 1.2), sharpness=3.0, photos=1000)
    choice = choose([study], [MASK, AGE], "macro_f1", vote="greedy")
    (_, shares), evidence = choice.ensembles[0], choice.evidence["age"]
    order = [shares.get(("both", trial), 0.0) for trial in study.trials]
    temperatures = tuple(choice.temperatures["both", trial] for trial in study.trials)
    assert len(set(temperatures)) == 3
    said = member_marginals(study, Tuned("none", temperatures), np.arange(1000))
    (expected,) = soft_vote([said["age"]], order)
    assert evidence.probabilities == pytest.approx(expected)
    assert evidence.probabilities.dtype == np.float32
    assert evidence.targets.tolist() == study.targets["age"].tolist()
    assert evidence.photos.tolist() == study.photos.tolist()
    counts = np.bincount(study.targets["age"]) / 1000
    assert choice.priors["age"] == pytest.approx(counts)


def test_a_joint_study_and_a_better_age_study_compose() -> None:
    joint = simulate("joint", ((MASK, GENDER, AGE),), (1.5, 1.5), photos=600)
    age = simulate("age", ((AGE,),), (4.0, 4.0), photos=600, seed=1)
    choice = choose([joint, age], [MASK, GENDER, AGE], "macro_f1", vote="greedy")
    assert [names for names, _ in choice.ensembles] == [("mask", "gender"), ("age",)]
    (_, first), (_, second) = choice.ensembles
    assert {study for study, _ in first} == {"joint"}
    assert sum(share for (study, _), share in second.items() if study == "age") > 0.7
    assert [compared.of for compared in choice.compared] == ["mask+gender", "age", "joint"]
    alone = choose([joint], [MASK, GENDER, AGE], "macro_f1", vote="greedy")
    assert choice.joint is not None
    assert alone.joint is not None
    assert choice.joint.interval.low > alone.joint.interval.score
    assert len(choice.joint.f1) == 12


@pytest.mark.parametrize(("seed", "better"), [(3, "greedy jointly"), (4, "greedy")])
def test_the_joint_selection_stays_only_where_it_does_not_score_lower(
    seed: int, better: str
) -> None:
    joint = simulate("joint", ((MASK, AGE),), (1.0, 1.0, 1.0), photos=200, seed=seed)
    age = simulate("age", ((AGE,),), (1.0, 1.0), photos=200, seed=seed)
    choice = choose([joint, age], [MASK, AGE], "macro_f1", vote="greedy")
    rows = {row.strategy: row.interval.score for row in choice.compared[-1].rows}
    assert better == max("greedy", "greedy jointly", key=lambda name: (rows[name], len(name)))
    assert choice.joint is not None
    assert choice.joint.interval.score == rows[better]
    # where it stays, no row of a block alone is of the shares that are taken
    assert [compared.chosen for compared in choice.compared] == [better] * 3


def test_studies_of_other_photos_compose_without_a_joint_score() -> None:
    mask = simulate("mask", ((MASK,),), (1.0, 1.0, 1.0), photos=900)
    age = simulate("age", ((AGE,),), (1.5, 1.4), common=0.98, folder="/other")
    choice = choose([mask, age], [MASK, AGE], "macro_f1")
    assert choice.joint is None
    assert choice.joint_reason == (
        "There is no joint score: the studies of mask and age share too few photos."
    )
    assert choice.strategy == "mixed"
    assert choice.reason.startswith("mask: the greedy vote of 3 members scores ")
    assert "; age: selection gives all votes to one member an ensemble: the gre" in choice.reason
    assert len(choice.evidence["mask"].photos) == 900
    assert len(choice.evidence["age"].photos) == 400


def test_of_studies_without_common_photos_the_better_answers_alone() -> None:
    near = simulate("near", ((AGE,),), (1.0, 1.0))
    far = simulate("far", ((AGE,),), (2.0, 2.0), folder="/other")
    choice = choose([near, far], [AGE], "macro_f1", vote="greedy")
    assert {study for study, _ in choice.ensembles[0][1]} == {"far"}
    (note,) = choice.notes
    assert note.startswith(
        "near and far share too few photos to be compared on age: far alone answers, as it scores "
        "higher on its own photos (near 0."
    )


def test_partial_folds_are_compared_on_what_is_shared() -> None:
    mask = simulate("mask", ((MASK,),), (1.0, 1.0), photos=400)
    age = simulate("age", ((AGE,),), (1.0, 1.0), photos=400)
    few = np.flatnonzero(age.folds == 0)
    part = replace(
        age,
        photos=age.photos[few],
        groups=age.groups[few],
        folds=age.folds[few],
        targets={"age": age.targets["age"][few]},
        log_probabilities={"none": (age.log_probabilities["none"][0][:, few],)},
    )
    choice = choose([mask, part], [MASK, AGE], "macro_f1")
    assert choice.joint is not None
    assert choice.joint.photos == len(few) == 80
    assert choice.scores["mask"].photos == 400
    assert choice.scores["age"].photos == 80


def test_priors_are_of_all_photos_that_the_voters_know() -> None:
    whole = simulate("whole", ((AGE,),), (1.0, 1.0), photos=100)
    young = np.flatnonzero(whole.targets["age"] == 0)
    part = replace(
        whole,
        study="part",
        photos=whole.photos[young],
        groups=whole.groups[young],
        folds=whole.folds[young],
        targets={"age": whole.targets["age"][young]},
        log_probabilities={"none": (whole.log_probabilities["none"][0][:, young],)},
    )
    choice = choose([part, whole], [AGE], "macro_f1", vote="soft")
    assert choice.evidence["age"].photos.tolist() == part.photos.tolist()
    assert choice.priors["age"] == pytest.approx(np.bincount(whole.targets["age"]) / 100)


def test_photos_of_searched_folds_are_not_scored() -> None:
    study = simulate("age", ((AGE,),), (1.0, 1.0), searched=frozenset({2}))
    score = choose([study], [AGE], "macro_f1").scores["age"]
    assert (score.photos, score.left_out, score.searched) == (320, 80, False)
    assert sum(map(sum, score.confusion)) == 320


def test_where_all_folds_were_searched_it_is_said() -> None:
    study = simulate("age", ((AGE,),), (1.0, 1.0), searched=frozenset(range(5)))
    choice = choose([study], [AGE], "macro_f1")
    assert (choice.scores["age"].photos, choice.scores["age"].searched) == (400, True)
    assert choice.facts()["scores"]["how"].endswith(
        " The search judged trials by these photos too: the scores are a little optimistic."
    )


def test_facts_are_plain_values() -> None:
    joint = simulate("joint", ((MASK, AGE),), (1.0, 1.2), photos=200)
    facts = choose([joint], [MASK, AGE], "macro_f1").facts()
    assert json.loads(json.dumps(facts)) == facts
    assert list(facts) == ["scores", "compared", "reason", "notes"]
    assert list(facts["scores"]["attributes"]) == ["mask", "age"]
    assert facts["scores"]["joint"]["objective"] == "macro_f1"
    assert facts["compared"][0]["of"] == "joint"


def test_a_seed_repeats_the_choice() -> None:
    study = simulate("age", ((AGE,),), (1.0, 1.0, 1.0), photos=200)
    first, again = (choose([study], [AGE], "macro_f1", seed=3) for _ in range(2))
    assert first.facts() == again.facts()
    assert first.ensembles == again.ensembles
