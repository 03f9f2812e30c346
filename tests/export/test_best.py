from pathlib import Path

import pytest

from maskopt.bundle import read_bundle
from maskopt.data.images import build_images
from maskopt.data.photos import read_photos
from maskopt.export.best import BestBundle, Scene, standing, write_best
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.spec import read_spec

from .weights import write_said, write_weights

SAID = [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]]


@pytest.fixture
def scene(studies) -> Scene:
    studies.add("age", "[age]")
    spec = read_spec(studies.folder.parent / "age.yaml")
    table = read_photos(studies.folder / "age" / "photos.csv")
    build_images(table, 32, studies.folder / "cache")
    return Scene(spec, table, studies.folder / "age", studies.folder / "cache")


def trial(scene: Scene, number: int, score: float, state=TrialState.COMPLETE) -> TrialRecord:
    """Return a trial that left its files."""
    folder = scene.folder / "trials" / f"{number:05d}"
    write_weights(folder / "best.safetensors", scene.spec.label_space, 1)
    write_said(folder, [0, 2, 4, 6], SAID, 1)
    return TrialRecord(number, state, {}, (EpochReport(1, score, 1.0, 1.0, 1.0),))


@pytest.fixture
def warned() -> list[str]:
    return []


@pytest.fixture
def best(scene: Scene, warned: list[str]) -> BestBundle:
    return BestBundle(scene, warned.append)


def opened(best: BestBundle, *trials: TrialRecord) -> None:
    best.opened(None, StudyRecord("age", "macro_f1", trials))  # type: ignore[arg-type]


def closed(best: BestBundle) -> None:
    best.closed(StudyRecord("age", "macro_f1"), "all 3 trials done")


def test_the_best_trial_is_a_bundle_of_one_member(scene, best, warned) -> None:
    opened(best)
    best.ended(trial(scene, 4, 0.5))
    closed(best)
    bundle = read_bundle(scene.place)
    assert [(m.name, m.weights) for m in bundle.members] == [
        ("age/4", ("members/age-00004.safetensors",))
    ]
    assert [photo.probabilities["age"] for photo in bundle.photos] == [
        pytest.approx((0.9, 0.1)),
        pytest.approx((0.2, 0.8)),
    ]
    assert bundle.priors == {"age": (0.5, 0.5)}
    assert warned == []


def test_its_score_is_that_of_the_fold_that_chose_it_and_says_so(scene, best) -> None:
    """Photo 0 is young and said young, 4 is young and said old, 2 and 6 are old and said old."""
    opened(best)
    best.ended(trial(scene, 4, 0.5))
    closed(best)
    scores = read_bundle(scene.place).facts["scores"]
    assert scores["attributes"]["age"]["confusion"] == [[1, 1], [0, 2]]
    assert scores["joint"]["score"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert scores["how"] == (
        "On 4 photos of the folds that chose trial and epoch, so they are optimistic: "
        "maskopt export-best age scores honestly."
    )


def test_only_a_better_trial_replaces_it(scene, best) -> None:
    opened(best)
    for number, score in ((0, 0.3), (1, 0.5), (2, 0.4)):
        best.ended(trial(scene, number, score))
    closed(best)
    assert standing(scene.place) == 1


def test_a_pruned_trial_stands_until_one_is_complete(scene, best) -> None:
    opened(best)
    best.ended(trial(scene, 0, 0.9, TrialState.PRUNED))
    best._thread.submit(lambda: None).result()
    assert standing(scene.place) == 0
    best.ended(trial(scene, 1, 0.2))
    best.ended(trial(scene, 2, 0.8, TrialState.PRUNED))
    closed(best)
    assert standing(scene.place) == 1


def test_what_an_earlier_sweep_could_not_write_is_written(scene, best) -> None:
    opened(best, trial(scene, 0, 0.2), trial(scene, 1, 0.6), trial(scene, 2, 0.4))
    closed(best)
    assert standing(scene.place) == 1


def test_what_stands_already_is_left_alone(scene, best) -> None:
    known = trial(scene, 0, 0.2)
    write_best(scene, known)
    before = (scene.place / "bundle.json").stat().st_ino
    opened(best, known)
    closed(best)
    assert (scene.place / "bundle.json").stat().st_ino == before


def test_weights_of_another_epoch_than_what_they_said_are_passed_over(scene) -> None:
    torn = trial(scene, 0, 0.2)
    write_said(scene.folder / "trials" / "00000", [0], [[0.5, 0.5]], 2)
    write_best(scene, torn)
    assert not scene.place.exists()


def test_a_bundle_that_cannot_be_written_is_told_and_the_sweep_goes_on(
    scene: Scene, best: BestBundle, warned: list[str]
) -> None:
    scene.place.mkdir()
    (scene.place / "thesis.txt").write_text("mine")
    opened(best)
    best.ended(trial(scene, 0, 0.2))
    closed(best)
    assert [line.partition(": ")[0] for line in warned] == [f"{scene.place} could not be written"]
    assert Path(scene.place, "thesis.txt").read_text() == "mine"


def test_a_trial_of_an_earlier_version_is_told_with_what_to_do(scene, best, warned) -> None:
    old = trial(scene, 0, 0.2)
    (scene.folder / "trials" / "00000" / "best.npz").unlink()
    opened(best, old)
    closed(best)
    assert warned == [
        f"{scene.place} could not be written: trial 0 has no best.npz, which earlier versions did "
        "not leave; maskopt export-best age makes a bundle of it"
    ]


def test_it_tells_whether_the_best_trial_stands(scene, best) -> None:
    known = trial(scene, 0, 0.2)
    study = StudyRecord("age", "macro_f1", (known,))
    assert not best.is_behind(StudyRecord("age", "macro_f1"))
    assert best.is_behind(study)
    write_best(scene, known)
    assert not best.is_behind(study)
    closed(best)


def test_what_an_auxiliary_head_learned_is_not_in_it(studies) -> None:
    studies.add("age", "[age, mask]\nauxiliary: [mask]")
    spec = read_spec(studies.folder.parent / "age.yaml")
    table = read_photos(studies.folder / "age" / "photos.csv")
    build_images(table, 32, studies.folder / "cache")
    scene = Scene(spec, table, studies.folder / "age", studies.folder / "cache")
    known = trial(scene, 0, 0.5)
    write_said(scene.folder / "trials" / "00000", [0, 2, 4, 6], SAID, 1, others=[SAID])
    write_best(scene, known)
    bundle = read_bundle(scene.place)
    assert [attribute.name for attribute in bundle.attributes] == ["age"]
    assert [attribute.name for attribute in bundle.members[0].label_space.attributes] == [
        "age",
        "mask",
    ]
    assert list(bundle.photos[0].probabilities) == list(bundle.priors) == ["age"]
    assert bundle.facts["scores"]["joint"]["confusion"] == [[1, 1], [0, 2]]
