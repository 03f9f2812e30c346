import json
from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import StudyError
from maskopt.records import Ending, EpochReport, Start, StudyRecord, TrialRecord, TrialState
from maskopt.space import Choice, FloatRange, Option, SearchSpace
from maskopt.spec import StudySpec, read_spec
from maskopt.starts.former import Former, Taken, check_warm_start, find_formers, take_points
from maskopt.study.storage import default_storage
from maskopt.study.study import Study
from maskopt.sweep.identity import PHOTOS

AGE = Path(__file__).parents[2] / "search_spaces" / "age.yaml"
SPACE = SearchSpace(
    {
        "backbone": Choice((Option("resnet18"), Option("vit_small"))),
        "lr": FloatRange(1e-4, 1e-2, log=True),
    }
)


def trained(
    study: str, *points: tuple[str, float, float], scratch: tuple[str, ...] = ()
) -> Former:
    """Return a study with a complete trial a point: backbone, lr and score."""
    trials = tuple(
        TrialRecord(
            number,
            TrialState.COMPLETE,
            {"backbone": backbone, "lr": lr},
            (EpochReport(1, score, 1.0, 1.0, 1.0),),
        )
        for number, (backbone, lr, score) in enumerate(points)
    )
    spec = read_spec(AGE, study=study)
    return Former(spec, StudyRecord(study, "macro_f1", trials), frozenset(scratch), "same photos")


def test_studies_take_turns_and_near_copies_are_left_out() -> None:
    """The better half of each study: 3 of 6 trials, of which one is a near copy, and 1 of 2."""
    one = trained(
        "one",
        ("resnet18", 1e-3, 0.9),
        ("resnet18", 1.1e-3, 0.8),
        ("resnet18", 5e-3, 0.7),
        *[("resnet18", 2e-4, 0.1)] * 3,
    )
    two = trained("two", ("vit_small", 1e-3, 0.5), ("vit_small", 5e-3, 0.4))
    taken = take_points([one, two], SPACE, ())
    assert taken.starts == (
        Start({"backbone": "resnet18", "lr": 1e-3}, "study one, trial 0"),
        Start({"backbone": "vit_small", "lr": 1e-3}, "study two, trial 0"),
        Start({"backbone": "resnet18", "lr": 5e-3}, "study one, trial 2"),
    )
    assert taken.notes == (
        "warm start from study 'one' (same photos): 2 points",
        "warm start from study 'two' (same photos): 1 point",
    )
    assert [start.source for start in take_points([one, two], SPACE, (), 1).starts] == [
        "study one, trial 0"
    ]


def test_trials_of_before_there_were_views_saw_whole_photos() -> None:
    views = Choice((Option("face"), Option("whole")))
    space = SearchSpace({**SPACE.domains, "view": views})
    (start,) = take_points([trained("one", ("resnet18", 1e-3, 0.9))], space, ()).starts
    assert start.point == {"backbone": "resnet18", "lr": 1e-3, "view": "whole"}


def test_what_does_not_fit_is_said_once_a_study() -> None:
    old = trained("old", ("resnet18", 0.015, 0.9), ("resnet18", 0.5, 0.8), ("resnet50", 1e-3, 0.7))
    taken = take_points([old], SPACE, ())
    assert [start.point for start in taken.starts] == [
        {"backbone": "resnet18", "lr": 0.01},
        {"backbone": "resnet18"},
    ]
    assert taken.notes == (
        "warm start from study 'old' (same photos): 2 points; not in this space: "
        "lr 0.015 -> 0.01, lr 0.5",
    )


def test_trials_of_other_backbones_or_other_first_weights_are_passed_over() -> None:
    other = trained("other", ("resnet50", 1e-3, 0.9))
    fresh = trained("fresh", ("resnet18", 1e-3, 0.9), scratch=("resnet18",))
    taken = take_points([other, fresh], SPACE, ())
    assert taken == Taken((), ())
    assert len(take_points([fresh], SPACE, ("resnet18",)).starts) == 1


def stored(studies: Path, spec: StudySpec) -> None:
    with Study.open(spec, default_storage(studies), studies / spec.study) as study:
        number = study.ask().number
        for epoch in range(1, spec.budget.epochs + 1):
            study.report(number, EpochReport(epoch, 0.5, 1.0, 1.0, 1.0))
        study.close(number, Ending.ENDED)


def read(study: str, *sets: str, photos: str = "2 photos (a)") -> StudySpec:
    spec = read_spec(AGE, study=study, sets=["budget.epochs=2", "try_first=[]", *sets])
    object.__setattr__(spec, "content", {**spec.content, PHOTOS: photos})
    return spec


def test_the_most_alike_study_comes_first_and_strange_ones_not_at_all(tmp_path: Path) -> None:
    stored(tmp_path, read("a_partly", "heads=[[age,mask]]", photos="2 photos (b)"))
    stored(tmp_path, read("b_accuracy", "objective=accuracy", photos="2 photos (b)"))
    stored(tmp_path, read("c_classes", photos="2 photos (b)"))
    stored(tmp_path, read("d_photos"))
    stored(tmp_path, read("e_strange", "heads=[mask]"))
    (tmp_path / "d_photos" / "weights.json").write_text(json.dumps({"scratch": ["resnet34"]}))
    formers = find_formers(read("now"), default_storage(tmp_path), tmp_path)
    assert [(former.spec.study, former.shares) for former in formers] == [
        ("d_photos", "same photos"),
        ("c_classes", "same classes"),
        ("b_accuracy", "same classes"),
        ("a_partly", "age"),
    ]
    assert formers[0].scratch == {"resnet34"}
    named = find_formers(
        read("now", "warm_start=[c_classes]"), default_storage(tmp_path), tmp_path
    )
    assert [former.spec.study for former in named] == ["c_classes"]
    none = find_formers(read("now", "warm_start=none"), default_storage(tmp_path), tmp_path)
    assert none == ()


def test_a_study_is_no_former_one_of_itself(tmp_path: Path) -> None:
    stored(tmp_path, read("now"))
    assert find_formers(read("now"), default_storage(tmp_path), tmp_path) == ()


def test_all_that_is_wrong_with_named_studies_is_told_at_once(tmp_path: Path) -> None:
    stored(tmp_path, read("faces"))
    stored(tmp_path, read("masks", "heads=[mask]"))
    spec = read("now", "warm_start=[facs,masks,now,faces]")
    with pytest.raises(StudyError) as refusal:
        check_warm_start(spec, default_storage(tmp_path))
    assert str(refusal.value) == (
        "warm_start: no study 'facs' in the storage; did you mean 'faces'?\n"
        "warm_start: study 'masks' learns mask, and none of age with the same classes: its "
        "points say nothing here; leave it out\n"
        "warm_start: 'now' is this study itself; name former ones, or `auto`"
    )
    check_warm_start(read("now", "warm_start=[faces]"), default_storage(tmp_path))


@pytest.mark.parametrize("name", ["auto", "none"])
def test_without_names_nothing_is_refused(tmp_path: Path, name: str) -> None:
    check_warm_start(read("now", f"warm_start={name}"), default_storage(tmp_path))


def test_with_no_storage_yet_a_name_is_refused(tmp_path: Path) -> None:
    spec: Any = read("now", "warm_start=[old]")
    with pytest.raises(StudyError) as refusal:
        check_warm_start(spec, default_storage(tmp_path))
    assert str(refusal.value) == ("warm_start: no study 'old' in the storage; there is none yet")
