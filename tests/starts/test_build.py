from pathlib import Path
from typing import Any

from maskopt.records import Start, StudyRecord, TrialRecord, TrialState
from maskopt.space import Choice, Fixed, FloatRange, Option, SearchSpace
from maskopt.spec import read_spec
from maskopt.starts.build import build_starts, choose_starts
from maskopt.starts.former import Taken
from maskopt.study.storage import default_storage

AGE = Path(__file__).parents[2] / "search_spaces" / "age.yaml"
NONE = Taken((), ())
EMPTY = StudyRecord("age", "macro_f1")
FAMILIES = ("resnet18", "resnext50", "vit_small", "mobilenetv2_100", "volo_d1")


def space(*backbones: str) -> SearchSpace:
    return SearchSpace(
        {
            "backbone": Choice(tuple(map(Option, backbones))),
            "optimizer": Fixed("adamw"),
            "batch_size": Fixed(64),
            "accumulate": Fixed(1),
            "lr": FloatRange(1e-5, 1e-2, log=True),
        }
    )


def shown(starts: tuple[Start, ...]) -> list[tuple[Any, str, int]]:
    return [(start.point.get("backbone"), start.source, start.reach) for start in starts]


def test_every_family_is_probed_once_the_most_different_first() -> None:
    found = choose_starts(space(*FAMILIES), 15, EMPTY, NONE)
    assert shown(found.starts) == [
        ("resnet18", "portfolio: resnet", 1),
        ("vit_small", "portfolio: vit", 1),
        ("mobilenetv2_100", "portfolio: mobilenetv2", 1),
        ("volo_d1", "probe: volo", 1),
        ("resnext50", "portfolio: resnext", 1),
    ]
    assert found.notes == ()


def test_few_trials_probe_a_third_of_them_and_say_so() -> None:
    found = choose_starts(space(*FAMILIES), 8, EMPTY, NONE)
    assert shown(found.starts) == [
        ("resnet18", "portfolio: resnet", 1),
        ("vit_small", "portfolio: vit", 1),
    ]
    assert found.notes == (
        "8 trials: 2 of 5 backbone families (resnet, vit) are sure to reach the second rung; "
        "15 trials would do for all",
    )
    assert len(choose_starts(space(*FAMILIES), 1, EMPTY, NONE).starts) == 1


def test_nothing_is_promised_of_a_pruner_that_lets_no_probe_pass(tmp_path: Path) -> None:
    def notes(pruner: str) -> tuple[str, ...]:
        sets = ["budget.trials=6", f"pruner={pruner}", "warm_start=none"]
        spec = read_spec(AGE, sets=sets)
        return build_starts(spec, default_storage(tmp_path), tmp_path, EMPTY).notes

    assert [note.partition(" are sure")[0] for note in notes("halving")][:1] == [
        "6 trials: 2 of 4 backbone families (resnet, efficientnet)"
    ]
    assert not any("second rung" in note for note in notes("successive_halving"))


def test_the_portfolio_gives_at_most_a_quarter_of_the_trials_or_eight() -> None:
    """Five backbones of one family with two points each; one is the probe."""
    names = [f"mobilenetv2_{size}" for size in ("035", "050", "075", "100", "140")]
    counts = [len(choose_starts(space(*names), n, EMPTY, NONE).starts) for n in (3, 4, 12, 80)]
    assert counts == [1, 1, 3, 10]
    assert len(choose_starts(space(*names), None, EMPTY, NONE).starts) == 8
    assert [s.reach for s in choose_starts(space(*names), 12, EMPTY, NONE).starts] == [1, 0, 0]


def test_where_there_is_room_each_backbone_of_a_family_is_probed() -> None:
    """A large member of a family learns slowly at first."""
    names = ("mobilenetv2_035", "mobilenetv2_100")
    for trials, reaches in ((None, [1, 1, 0, 0]), (8, [1, 1]), (5, [1])):
        found = choose_starts(space(*names), trials, EMPTY, NONE)
        assert [start.reach for start in found.starts] == reaches
        backbones = [start.point["backbone"] for start in found.starts]
        assert backbones == [*names, *names][: len(backbones)]


def test_what_the_portfolio_says_and_the_space_has_not_is_told_in_one_line() -> None:
    given = space("resnet18", "mobilenetv2_100")
    small = SearchSpace({**given.domains, "image_size": Choice((Option(96), Option(112)))})
    assert choose_starts(small, 60, EMPTY, NONE).notes == (
        "3 points of the portfolio; not in this space: image_size 224 -> 112, "
        "image_size 128 -> 112",
    )
    assert choose_starts(given, 60, EMPTY, NONE).notes == ()


def test_points_of_former_studies_come_last_and_do_not_replace_a_probe() -> None:
    former = Taken(
        (Start({"backbone": "resnet18", "lr": 0.001}, "study old, trial 3"),), ("note",)
    )
    found = choose_starts(space("resnet18", "vit_small"), 6, EMPTY, former)
    assert shown(found.starts) == [
        ("resnet18", "portfolio: resnet", 1),
        ("vit_small", "portfolio: vit", 1),
        ("resnet18", "study old, trial 3", 0),
    ]
    assert found.notes == ("note",)


def test_random_weights_are_probed_at_the_middle() -> None:
    found = choose_starts(space("resnet18"), 9, EMPTY, NONE, scratch=("resnet18",))
    assert shown(found.starts) == [(None, "probe: resnet", 1)]


def trial(number: int, source: str | None, state: TrialState, **config: Any) -> TrialRecord:
    return TrialRecord(number, state, config, source=source)


def test_a_resumed_study_does_not_probe_again() -> None:
    begun = StudyRecord(
        "age",
        "macro_f1",
        (
            trial(
                0,
                "portfolio: resnet",
                TrialState.WAITING,
                backbone="resnet18",
                lr=3e-4,
                optimizer="adamw",
            ),
            trial(1, None, TrialState.COMPLETE, backbone="vit_tiny", lr=1e-3),
            trial(2, None, TrialState.PRUNED, backbone="volo_d1", lr=1e-3),
            trial(3, None, TrialState.WAITING),
        ),
    )
    found = choose_starts(space(*FAMILIES), 15, begun, NONE)
    assert shown(found.starts) == [
        ("mobilenetv2_100", "portfolio: mobilenetv2", 1),
        ("volo_d1", "probe: volo", 1),
        ("resnext50", "portfolio: resnext", 1),
    ]


def test_a_resumed_study_probes_no_backbone_again_by_another_point() -> None:
    """Each backbone has two points of the portfolio; where one is left that is no first one."""
    for names in (("resnet18",), ("resnet18", "resnet34")):
        given = SearchSpace(
            {**space(*names).domains, "optimizer": Choice((Option("adamw"), Option("sgd")))}
        )
        first = choose_starts(given, 20, EMPTY, NONE).starts
        assert [start.reach for start in first] == [1] * len(names) + [0] * len(names)
        tried = tuple(
            trial(number, start.source, TrialState.PRUNED, **{"backbone": name, **start.point})
            for number, (name, start) in enumerate(zip(names, first, strict=False))
        )
        again = choose_starts(given, 20, StudyRecord("age", "macro_f1", tried), NONE).starts
        assert [(start.point, start.reach) for start in again] == [
            (start.point, 0) for start in first[len(names) :]
        ]


def test_a_resumed_study_with_few_trials_probes_no_further_families() -> None:
    first = choose_starts(space(*FAMILIES), 8, EMPTY, NONE).starts
    tried = tuple(
        trial(n, start.source, TrialState.WAITING, **start.point) for n, start in enumerate(first)
    )
    assert choose_starts(space(*FAMILIES), 8, StudyRecord("a", "b", tried), NONE).starts == ()
    one = choose_starts(space(*FAMILIES), 8, StudyRecord("a", "b", tried[:1]), NONE)
    assert (one.starts, one.notes) == (first[1:], ())


def test_former_studies_that_went_on_give_a_resumed_study_no_more_than_it_had_room_for() -> None:
    """12 trials have room for 3 of them; 2 were given before."""
    starts = tuple(
        Start({"backbone": "vit_small", "lr": lr}, "study old, trial 3")
        for lr in (1e-3, 2e-3, 3e-3, 4e-3)
    )
    given = tuple(trial(n, "study old, trial 1", TrialState.PRUNED, lr=0.5) for n in range(2))
    former = Taken(starts, ("note",))
    found = choose_starts(space("vit_small"), 12, StudyRecord("a", "b", given), former)
    assert [start for start in found.starts if start in starts] == [starts[0]]
    full = StudyRecord("a", "b", (*given, *given))
    assert not set(choose_starts(space("vit_small"), 12, full, former).notes)


def test_what_a_resumed_study_has_tried_is_not_given_again() -> None:
    space_ = space("mobilenetv2_035", "mobilenetv2_100")
    first = choose_starts(space_, 16, EMPTY, NONE).starts
    tried = StudyRecord(
        "age",
        "macro_f1",
        tuple(
            trial(n, start.source, TrialState.COMPLETE, **start.point, clip=5.0)
            for n, start in enumerate(first[:2])
        ),
    )
    former = Taken((Start(dict(first[0].point), "study old, trial 3"),), ())
    again = choose_starts(space_, 16, tried, former).starts
    assert [start.point for start in again] == [start.point for start in first[2:4]]


def test_a_named_study_that_gives_nothing_is_told(tmp_path: Path) -> None:
    """The storage is empty here; that the study exists is told elsewhere."""
    spec = read_spec(AGE, sets=["warm_start=[old]"])
    found = build_starts(spec, default_storage(tmp_path), tmp_path, EMPTY)
    assert found.notes == (
        "warm start from study 'old': none of its best complete trials adds a point of this space",
    )
    auto = build_starts(read_spec(AGE), default_storage(tmp_path), tmp_path, EMPTY)
    assert (len(auto.starts), auto.notes) == (7, ())
