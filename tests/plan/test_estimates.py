import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from maskopt.cluster.devices import DevicePlan
from maskopt.errors import SpecError
from maskopt.plan import clock, estimates, kept, probing
from maskopt.plan.speeds import Key
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.spec import read_spec

TWO_CORES = DevicePlan(2, 1, 0.0, "2 CPU cores")
SPACE = """
study: faces
data: {attributes: {age: {cuts: [30], names: [young, old]}}, group: none}
heads: [age]
budget: {trials: 6, epochs: 4}
space: {backbone: [test_resnet, test_vit], image_size: 32}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "faces.yaml"
    file.write_text(SPACE)
    return file


def write_speeds(studies: Path, **speeds: float) -> None:
    known = {kept.speed_key(Key(name, 32), TWO_CORES): speed for name, speed in speeds.items()}
    (studies / "speeds.json").write_text(json.dumps(known))


@pytest.mark.parametrize("deadline", ["25:00", "half past six", "18.30", ""])
def test_what_is_no_time_of_day_is_refused(deadline: str) -> None:
    with pytest.raises(SpecError) as refusal:
        clock.seconds_until(deadline, datetime(2026, 1, 1))
    assert str(refusal.value) == (
        f"--deadline must be a time of day like 18:30, got {deadline!r}; "
        "for a span of time use --time 2h"
    )


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is Berlin's, by its rule and not by the machine's tables."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_a_night_in_which_clocks_are_changed_is_an_hour_shorter_or_longer() -> None:
    hours = {
        day: clock.seconds_until("06:00", datetime(2026, *day, 22)) / 3600
        for day in ((3, 27), (3, 28), (10, 24))
    }
    assert hours == {(3, 27): 8, (3, 28): 7, (10, 24): 9}


def test_an_estimate_follows_from_the_speeds_that_sweeps_left(file: Path, tmp_path: Path) -> None:
    # 1,000 photos, 4 epochs: 40 s at 100 a second, 80 s at 50; 6 trials of 60 s, two at once.
    write_speeds(tmp_path, test_resnet=100.0, test_vit=50.0)
    estimate = estimates.estimate_sweep(read_spec(file), 1000, TWO_CORES, tmp_path)
    assert estimate == estimates.Estimate(
        180.0,
        "3 min at most; a full trial takes 60 s, 40 s to 80 s, weak ones end early "
        "(from earlier sweeps)",
    )


@pytest.mark.parametrize(
    ("budget", "at_once", "seconds", "words"),
    [
        # 1,000 photos, 4 epochs at 50 a second: 80 s a trial, and the last row is not shared.
        ("{trials: 1, epochs: 4}", 2, 80.0, "80 s at most; "),
        ("{trials: 5, epochs: 4}", 2, 240.0, "4 min at most; "),
        ("{epochs: 4, time: 150s}", 4, 150.0, "2 min: room for 4 full trials; "),
    ],
)
def test_a_trial_takes_its_time_however_many_run_beside_it(
    file: Path, tmp_path: Path, budget: str, at_once: int, seconds: float, words: str
) -> None:
    write_speeds(tmp_path, test_resnet=50.0, test_vit=50.0)
    spec = read_spec(file, sets=[f"budget={budget}"])
    devices = DevicePlan(at_once, 1, 0.0, "2 CPU cores")
    estimate = estimates.estimate_sweep(spec, 1000, devices, tmp_path)
    assert estimate is not None
    assert estimate.seconds == seconds
    assert estimate.words.startswith(words)


@pytest.mark.parametrize(("gpus", "visible"), [(0.0, ""), (1.0, "3")])
def test_steps_are_timed_on_the_device_that_trials_are_given(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gpus: float, visible: str
) -> None:
    seen: list[str] = []

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        seen.append(given["env"]["CUDA_VISIBLE_DEVICES"])
        return subprocess.CompletedProcess(command, 0, "[[100.0], [50.0]]")

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    monkeypatch.setattr(probing.subprocess, "run", run)
    devices = DevicePlan(2, 1, gpus, "1 GPU")
    estimate = estimates.estimate_sweep(read_spec(file), 1000, devices, tmp_path)
    # As above, 180 s, if all photos were trained on; of the fifth that is judged each is a third.
    assert (seen, estimate and estimate.seconds) == ([visible], pytest.approx(180.0 * 13 / 15))


def test_the_clock_limits_an_estimate(file: Path, tmp_path: Path) -> None:
    write_speeds(tmp_path, test_resnet=100.0, test_vit=50.0)
    limited = read_spec(file, seconds=90)
    assert estimates.estimate_sweep(limited, 1000, TWO_CORES, tmp_path).seconds == 90
    by_time = read_spec(file, sets=["budget={epochs: 4, time: 10m}"])
    assert estimates.estimate_sweep(by_time, 1000, TWO_CORES, tmp_path) == estimates.Estimate(
        600.0,
        "10 min: room for 20 full trials; a full trial takes 60 s, 40 s to 80 s "
        "(from earlier sweeps)",
    )


def test_a_sweep_leaves_the_median_speed_of_each_backbone(file: Path, tmp_path: Path) -> None:
    # 600 photos; epochs of 2, 3 and 30 s (a hiccup): 200 photos a second.
    reports = [
        EpochReport(epoch, 0.5, 1.0, 1.0, s) for epoch, s in ((1, 2.0), (2, 30.0), (3, 3.0))
    ]
    config = {"backbone": "test_vit", "image_size": 32}
    trial = TrialRecord(0, TrialState.COMPLETE, config, tuple(reports))
    write_speeds(tmp_path, test_resnet=100.0)
    # Another trial's work, perhaps another machine's: it is not learnt from.
    taken = replace(trial, number=1, reports=tuple(replace(r, seconds=0.1) for r in reports))
    folder = tmp_path / "faces" / "trials" / "00001"
    folder.mkdir(parents=True)
    (folder / "origin.json").touch()
    record = StudyRecord("faces", "macro_f1", (trial, taken))
    kept.learn_speeds(tmp_path, record, read_spec(file), 600, TWO_CORES)
    assert kept.read_speeds(tmp_path) == {
        "test_resnet, 32 px, 2 CPU cores, 1 each": 100.0,
        "test_vit, 32 px, 2 CPU cores, 1 each": 200.0,
    }


def test_speeds_are_kept_apart_by_the_stages_that_are_frozen(file: Path, tmp_path: Path) -> None:
    reports = (EpochReport(1, 0.5, 1.0, 1.0, 2.0),)
    config = {"backbone": "test_vit", "image_size": 32}
    both = (config, {**config, "freeze_stages": 2})
    trials = [TrialRecord(n, TrialState.COMPLETE, c, reports) for n, c in enumerate(both)]
    trials[1] = replace(trials[1], reports=(replace(reports[0], seconds=1.0),))
    record = StudyRecord("faces", "macro_f1", tuple(trials))
    kept.learn_speeds(tmp_path, record, read_spec(file), 600, TWO_CORES)
    assert kept.read_speeds(tmp_path) == {
        "test_vit, 32 px, 2 CPU cores, 1 each": 300.0,
        "test_vit, 32 px, 2 stages frozen, 2 CPU cores, 1 each": 600.0,
    }


def test_the_least_and_the_most_frozen_stages_are_timed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        wanted = json.loads(given["input"])["wanted"]
        asked.extend((each["name"], each["freeze_stages"]) for each in wanted)
        return subprocess.CompletedProcess(command, 0, "[[100.0], [200.0], [50.0], [100.0]]")

    monkeypatch.setattr(probing.subprocess, "run", run)
    spec = read_spec(file, sets=["space.freeze_stages=[2, 0, 1]"])
    epochs, source = estimates.known_epochs(spec, 1300, TWO_CORES, tmp_path)
    assert asked == [("test_resnet", 0), ("test_resnet", 2), ("test_vit", 0), ("test_vit", 2)]
    # A fifth of 1,300 photos is judged, each a third of the work: 1,126.7 of training.
    assert {key: round(seconds, 2) for key, seconds in epochs.items()} == {
        Key("test_resnet", 32): 11.27,
        Key("test_resnet", 32, 2): 5.63,
        Key("test_vit", 32): 22.53,
        Key("test_vit", 32, 2): 11.27,
    }
    assert source == "measured just now"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        # 0.01 and 0.04 s a photo of 1,024 and 9,216 pixels: 0.0225 of 4,352
        (
            "[[100.0, 25.0], [null, null]]",
            {32: 100.0, 66: 1 / (0.01 + 0.03 * 3332 / 8192), 96: 25},
        ),
        # what cannot train at the largest size is judged at others by their pixels
        ("[[100.0, null], [null, null]]", {32: 100.0, 66: 100 * (32 / 66) ** 2}),
    ],
    ids=["both sizes", "one size"],
)
def test_between_two_image_sizes_a_photo_s_seconds_grow_with_its_pixels(
    file: Path, monkeypatch: pytest.MonkeyPatch, told: str, found: dict[int, float]
) -> None:
    asked: list[list[int]] = []

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        asked.extend(each["image_sizes"] for each in json.loads(given["input"])["wanted"])
        return subprocess.CompletedProcess(command, 0, told)

    monkeypatch.setattr(probing.subprocess, "run", run)
    spec = read_spec(file, sets=["space.image_size=[96, 32, 66]"])
    speeds = probing.probe_speeds(spec, TWO_CORES)
    assert asked == [[32, 96], [32, 96]]
    assert {key.image_size: speed for key, speed in speeds.items()} == pytest.approx(found)
    assert {key.backbone for key in speeds} == {"test_resnet"}


def test_a_time_beside_a_target_says_how_many_full_trials_have_room(
    file: Path, tmp_path: Path
) -> None:
    # 60 s a trial on two slots: 90 s are room for three.
    write_speeds(tmp_path, test_resnet=100.0, test_vit=50.0)
    estimate = estimates.estimate_sweep(read_spec(file, seconds=90), 1000, TWO_CORES, tmp_path)
    assert estimate == estimates.Estimate(
        90.0,
        "90 s at most; a full trial takes 60 s, 40 s to 80 s, and 90 s have room for about 3.0, "
        "weak ones end early (from earlier sweeps)",
    )
