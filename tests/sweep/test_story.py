import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from maskopt.errors import StudyError
from maskopt.plan.costs import Costs
from maskopt.records import Ending, EpochReport
from maskopt.spec import read_spec
from maskopt.study.study import Study
from maskopt.sweep import story
from maskopt.sweep.options import SweepOptions
from maskopt.sweep.preparing import prepare
from maskopt.sweep.story import run_sweep

FILE = """\
study: masks
data:
  photos: photos
  attributes: {mask: {classes: [worn, bare]}}
  group: none
heads: [mask]
folds: {count: 2}
budget: {trials: 1, epochs: 1}
pretrained: none
noise: 0
space: {backbone: test_resnet, image_size: 32}
"""


def photos_and_file(folder: Path) -> SweepOptions:
    for number in range(8):
        photo = folder / "photos" / ("worn", "bare")[number % 2] / f"{number}.png"
        photo.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(photo), np.full((8, 8, 3), number, np.uint8))
    file = folder / "masks.yaml"
    file.write_text(FILE)
    return SweepOptions(str(file), studies=folder / "studies")


def test_a_second_sweep_leaves_the_photos_of_the_first_alone(tmp_path: Path) -> None:
    """The first one's workers read them, and the images that were decoded under their stamp."""
    options = photos_and_file(tmp_path)
    file, studies = options.file, options.studies
    with Study.open(read_spec(file), options.storage_url, studies / "masks"):
        (studies / "masks" / "photos.csv").write_text("the first one's")
        with pytest.raises(StudyError, match="study 'masks' is being swept by process"):
            run_sweep(options)
    assert (studies / "masks" / "photos.csv").read_text() == "the first one's"


def test_a_finished_study_gets_the_bundle_that_its_killed_sweep_could_not_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The trial left nothing to make one of, which is told: so it was tried."""
    options = photos_and_file(tmp_path)
    spec = prepare(options).spec
    with Study.open(spec, options.storage_url, tmp_path / "studies" / "masks") as study:
        number = study.ask().number
        study.report(number, EpochReport(1, 0.5, 1.0, 1.0, 1.0))
        study.close(number, Ending.ENDED)
    capsys.readouterr()
    run_sweep(options)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"warning: {tmp_path}/studies/masks/best.bundle could not be written: trial 0 has no "
        "best.npz, which earlier versions did not leave; maskopt export-best masks makes a "
        "bundle of it"
    )


class Short:
    """A sweep in so little time that it matters what decoding and measuring take.

    The devices take 12 s to start, and 2.5 x (3 + 1) s are reserved for the ending.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.decodes, self.measures, self.rings = 0.0, 0.0, False
        self.did: list[str] = []
        self.stage: Any = SimpleNamespace(
            left=60.0, options=SimpleNamespace(exports=True), trials=Path()
        )
        monkeypatch.setattr(story, "_decoded", self.decoded)
        monkeypatch.setattr(story, "settle_per_device", self.settle)
        for name in ("_search_decoded", "_deliver_late", "end_search"):
            monkeypatch.setattr(story, name, self.noting(name))

    def noting(self, name: str) -> Any:
        return lambda *given: self.did.append(name)

    @contextmanager
    def decoded(self, stage: Any) -> Iterator[None]:
        self.did.append("decoding")
        if self.rings:
            signal.raise_signal(signal.SIGALRM)
        self.take(self.decodes)
        yield
        self.did.append("let go")

    def settle(self, stage: Any) -> int:
        self.did.append("measuring")
        self.take(self.measures)
        return 2

    def take(self, seconds: float) -> None:
        if self.stage.left is not None:
            self.stage.left -= seconds

    def search(self) -> list[str]:
        costs = Costs({"begin": [12.0], "end": [3.0], "fall back": [1.0]})
        story._search(self.stage, None, costs)  # type: ignore[arg-type]
        return self.did


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Short:
    return Short(monkeypatch)


LATE = ["end_search", "_deliver_late"]
SEARCHES = ["decoding", "measuring", "_search_decoded", "let go"]


@pytest.mark.parametrize(
    ("left", "does"), [(22.0, SEARCHES), (21.9, LATE), (None, SEARCHES)], ids=str
)
def test_nothing_is_begun_that_devices_would_start_too_late_for(
    short: Short, monkeypatch: pytest.MonkeyPatch, left: float | None, does: list[str]
) -> None:
    short.stage.left = left
    monkeypatch.setattr(story, "cutting_off", noting_seconds([]))
    assert short.search() == does


def noting_seconds(noted: list[float]) -> Any:
    @contextmanager
    def cutting_off(seconds: float) -> Iterator[None]:
        noted.append(seconds)
        yield

    return cutting_off


def test_decoding_is_cut_off_when_devices_would_start_too_late(
    short: Short, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short.rings = True
    assert short.search() == ["decoding", *LATE]
    assert capsys.readouterr().err == (
        "note: photos were not decoded in time to train; what is trained already is exported\n"
    )
    noted: list[float] = []
    monkeypatch.setattr(story, "cutting_off", noting_seconds(noted))
    short.rings, short.did = False, []
    assert short.search() == SEARCHES
    assert noted == [38.0]  # of 60


@pytest.mark.parametrize(
    ("what", "begun"), [("decodes", ["decoding"]), ("measures", ["decoding", "measuring"])]
)
def test_after_what_took_too_long_devices_are_not_started(
    short: Short, what: str, begun: list[str]
) -> None:
    setattr(short, what, 38.5)
    assert short.search() == [*begun, *LATE, "let go"]


def test_without_a_bundle_that_is_owed_decoding_takes_its_time(short: Short) -> None:
    short.stage.options.exports, short.decodes = False, 70.0
    assert short.search() == SEARCHES


@pytest.mark.parametrize("bereft", [False, True])
def test_a_sweep_whose_devices_were_gone_has_failed_and_tells_nothing_of_how_long_they_take(
    monkeypatch: pytest.MonkeyPatch, bereft: bool
) -> None:
    acting = SimpleNamespace(
        run=lambda: "over", deliver=lambda: "a bundle", ballot=lambda: None, is_bereft=bereft
    )
    told: list[Any] = []
    monkeypatch.setattr(story, "devices_for", lambda *given: nullcontext())
    monkeypatch.setattr(story, "Acting", lambda *given: nullcontext(acting))
    monkeypatch.setattr(story, "is_running", lambda: False)
    monkeypatch.setattr(story.time, "monotonic", lambda: 7.0)
    monkeypatch.setattr(story, "note_ending", lambda costs, began, studies: told.append(began))
    monkeypatch.setattr(story, "_told", lambda *given, gave_up: told.append((given[2:], gave_up)))
    spec = SimpleNamespace(budget=SimpleNamespace(gpus_per_trial=1.0))
    stage: Any = SimpleNamespace(spec=spec, options=SimpleNamespace(studies=Path()))
    story._search_decoded(stage, None, Costs(), None)  # type: ignore[arg-type]
    assert told == [None if bereft else 7.0, (("over", "a bundle", None), bereft)]
