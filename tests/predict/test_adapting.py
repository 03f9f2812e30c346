"""Old photos are red or green as their class is, with a doubt; new ones are drawn from them."""

import csv
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from maskopt.errors import BundleError
from maskopt.labels import Attribute
from maskopt.predict import adapting
from maskopt.predict.adapting import Sample, Spool
from maskopt.predict.answers import Answers
from maskopt.predict.outcome import Order, Outcome
from maskopt.predict.story import run_predict
from maskopt.votes.evidence import Rehearsed, from_arrays, to_arrays
from maskopt.votes.shift import Evidence, Projection

AGE = Attribute("age", ("young", "old"))
OLD = 800
# What the colour voter sees in full red and full green light.
MOST = 255.0


def old_photos() -> tuple[np.ndarray, Rehearsed]:
    """Return each old photo's red light, and what a bundle keeps of them."""
    rng = np.random.default_rng(1)
    red = np.round(MOST * rng.beta(0.6, 0.6, OLD))
    part = red / MOST
    targets = (rng.random(OLD) > part).astype(np.int64)
    said = np.stack([part, 1 - part], axis=1).astype(np.float32)
    light = np.stack([red, MOST - red], axis=1).astype(np.float32)
    mean, components = np.full(3, 127.5, np.float32), np.eye(3, 2, dtype=np.float32) / 90
    projection = Projection(mean, components)
    seen = projection.apply(np.pad(light, ((0, 0), (0, 1))))
    evidence = Evidence(said, targets, np.arange(OLD), np.arange(OLD) % 2, seen)
    return red, Rehearsed(evidence, [projection] * 2)


def write_new(folder: Path, paint, red: np.ndarray) -> Path:
    for number, light in enumerate(red.astype(int).tolist()):
        paint(folder / f"{number:04d}.png", (light, 255 - light, 0))
    return folder


def draw(red: np.ndarray, targets: np.ndarray, young: int, old: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    counts = {0: young, 1: old}
    return np.concatenate([rng.choice(red[targets == c], n) for c, n in counts.items()])


def predict(bundle: Path, photos: Path, output: Path, **given: object) -> tuple[Outcome, list]:
    outcome = run_predict(Order(bundle, photos, str(output), **given))
    with output.open(newline="") as stream:
        return outcome, list(csv.reader(stream))[1:]


def test_a_planted_shift_is_found_and_corrected(make_bundle, voters, paint, tmp_path) -> None:
    red, rehearsed = old_photos()
    new = draw(red, rehearsed.evidence.targets, young=40, old=360)
    bundle = make_bundle([AGE], evidence=to_arrays("age", rehearsed))
    photos = write_new(tmp_path / "new", paint, new)
    _, plain = predict(bundle, photos, tmp_path / "plain.csv")
    outcome, rows = predict(bundle, photos, tmp_path / "adapted.csv", adapt=True)
    found = outcome.adaptation["age"]
    assert found.applied
    assert found.low[1] <= 0.9 <= found.high[1]
    assert [row[0] for row in rows] == [row[0] for row in plain]
    for before, after in zip(plain, rows, strict=True):
        weighted = [float(p) * w for p, w in zip(before[2:], found.weights, strict=True)]
        wanted = weighted[1] / sum(weighted)
        assert float(after[3]) == pytest.approx(wanted, abs=2e-5)
        assert after[1] == ("old" if float(after[3]) > 0.5 else "young")
    said = Counter(row[1] for row in rows)
    assert said["old"] > Counter(row[1] for row in plain)["old"]
    assert outcome.proportions["age"]["old"] == said["old"] / 400
    told = outcome.to_dict()["adaptation"]["age"]
    assert told["classes"]["old"]["estimated"] == found.proportions[1]
    assert (told["applied"], told["reasons"]) == (True, list(found.reasons))


def test_without_a_shift_predictions_stay_as_they_are(
    make_bundle, voters, paint, tmp_path
) -> None:
    red, rehearsed = old_photos()
    counts = np.bincount(rehearsed.evidence.targets) // 3
    new = draw(red, rehearsed.evidence.targets, *counts.tolist())
    bundle = make_bundle([AGE], evidence=to_arrays("age", rehearsed))
    photos = write_new(tmp_path / "new", paint, new)
    predict(bundle, photos, tmp_path / "plain.csv")
    outcome, _ = predict(bundle, photos, tmp_path / "same.csv", adapt=True)
    found = outcome.adaptation["age"]
    assert (found.applied, len(found.reasons) > 0) == (False, True)
    assert (tmp_path / "same.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


def test_photos_that_cannot_be_read_keep_their_empty_rows(
    make_bundle, voters, paint, tmp_path
) -> None:
    red, rehearsed = old_photos()
    new = draw(red, rehearsed.evidence.targets, young=10, old=90)
    photos = write_new(tmp_path / "new", paint, new)
    (photos / "0003.png").write_bytes(b"")
    bundle = make_bundle([AGE], evidence=to_arrays("age", rehearsed))
    order = {"adapt": True, "on_error": "skip", "batch_size": 1}
    _, rows = predict(bundle, photos, tmp_path / "out.csv", **order)
    assert (len(rows), rows[3]) == (100, ["0003.png", "", "", ""])
    for file in photos.iterdir():
        file.write_bytes(b"")
    outcome, rows = predict(bundle, photos, tmp_path / "out.csv", **order)
    assert outcome.adaptation == {"age": "no photo could be read"}
    assert rows[0] == ["0000.png", "", "", ""]


@pytest.mark.parametrize(
    ("folds", "drop", "why"),
    [
        (
            1,
            (),
            "its members have one network each, so that nothing tells how they judge photos that "
            "they never saw; export with --refit folds and two folds or more",
        ),
        (
            2,
            ("targets/age",),
            "the bundle holds no out-of-fold predictions to rehearse on; export it again",
        ),
    ],
    ids=["one_network", "no_evidence"],
)
def test_where_adapting_cannot_be_done_it_says_why_and_predicts(
    folds, drop, why, make_bundle, voters, paint, tmp_path
) -> None:
    arrays = to_arrays("age", old_photos()[1])
    kept = {name: array for name, array in arrays.items() if name not in drop}
    bundle = make_bundle([AGE], folds=folds, evidence=kept)
    photos = write_new(tmp_path / "new", paint, np.array([250.0]))
    outcome, rows = predict(bundle, photos, tmp_path / "out.csv", adapt=True)
    assert outcome.adaptation == {"age": why}
    assert rows[0][1] == "young"
    assert outcome.to_dict()["adaptation"] == {
        "age": {"applied": False, "reasons": [why], "classes": None}
    }


def test_evidence_whose_arrays_do_not_belong_together_is_refused(
    make_bundle, voters, tmp_path, paint
) -> None:
    arrays = to_arrays("age", old_photos()[1])
    bundle = make_bundle([AGE], evidence={**arrays, "groups/age": np.arange(3)})
    photos = write_new(tmp_path / "new", paint, np.array([250.0]))
    with pytest.raises(BundleError) as caught:
        predict(bundle, photos, tmp_path / "out.csv", adapt=True)
    why = f"one of groups a photo is needed, got 3 for {OLD} photos"
    assert str(caught.value) == f"{bundle}: evidence.npz: age: {why}"


def test_arrays_come_back_as_they_were() -> None:
    rehearsed = old_photos()[1]
    back = from_arrays("age", to_arrays("age", rehearsed))
    assert back is not None
    assert np.array_equal(back.evidence.features, rehearsed.evidence.features)
    assert np.array_equal(back.projections[1].components, rehearsed.projections[1].components)
    assert from_arrays("mask", to_arrays("age", rehearsed)) is None
    with pytest.raises(ValueError, match=r"got \(2, 3\), \(2, 3, 2\) and \(800, 1\)"):
        from_arrays(
            "age",
            {**to_arrays("age", rehearsed), "features/age": np.zeros((OLD, 1), np.float32)},
        )


def test_the_sample_is_the_same_whatever_the_batches_are(voters, monkeypatch) -> None:
    monkeypatch.setattr(adapting, "SAMPLE", 5)
    seen: list[np.ndarray] = []

    def keep(evidence: object, new: object, *, seed: int) -> str:
        seen.append(new.probabilities)
        return "kept"

    monkeypatch.setattr(adapting, "adapt", keep)
    light = np.arange(20, dtype=np.float32)
    rehearsed = {"age": Rehearsed(old_photos()[1].evidence)}
    for size in (1, 7, 20):
        sample = Sample(20, rehearsed)
        for start in range(0, 20, size):
            places = range(start, min(start + size, 20))
            part = np.stack([light[places.start : places.stop, None]] * 2)
            voted = type("Voted", (), {"by_fold": {"age": part}, "features": {}})()
            sample.add(Answers(places, tuple(places), {}, voted))
        assert list(sample.adapt()) == [("age", "kept")]
    assert seen[0].shape == (2, 5, 1)
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[0], seen[2])


def test_a_spool_gives_back_what_it_was_given(monkeypatch) -> None:
    monkeypatch.setattr(adapting, "_BLOCK", 3)
    age = np.array([[0.5, 0.5], [0.25, 0.75], [np.nan, np.nan], [1, 0]], np.float32)
    mask = np.arange(12, dtype=np.float32).reshape(4, 3)
    with Spool([AGE, Attribute("mask", ("a", "b", "c"))]) as spool:
        for rows in (slice(0, 1), slice(1, 4)):
            spool.add({"mask": mask[rows], "age": age[rows]})
        blocks = list(spool.blocks({"age": np.array([3.0, 1.0])}))
    assert [len(block["age"]) for block in blocks] == [3, 1]
    assert np.array_equal(np.concatenate([block["mask"] for block in blocks]), mask)
    # 0.5 * 3 / (0.5 * 3 + 0.5) = 0.75; 0.25 * 3 / (0.25 * 3 + 0.75) = 0.5
    wanted = [[0.75, 0.25], [0.5, 0.5], [np.nan, np.nan], [1, 0]]
    found = np.concatenate([block["age"] for block in blocks])
    assert np.array_equal(found, np.array(wanted, np.float32), equal_nan=True)


def test_one_bar_is_gone_before_the_next_one_comes(
    make_bundle, voters, paint, tmp_path, monkeypatch
) -> None:
    open_bars: list[str] = []

    @contextmanager
    def bar(label: str, total: int):
        open_bars.append(label)
        assert len(open_bars) == 1
        yield lambda done, total: None
        open_bars.remove(label)

    monkeypatch.setattr("maskopt.predict.story.progress", bar)
    bundle = make_bundle([AGE], evidence=to_arrays("age", old_photos()[1]))
    photos = write_new(tmp_path / "new", paint, np.array([250.0]))
    predict(bundle, photos, tmp_path / "out.csv", adapt=True)
    assert open_bars == []
