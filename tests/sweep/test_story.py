from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.errors import StudyError
from maskopt.records import Ending, EpochReport
from maskopt.spec import read_spec
from maskopt.study.study import Study
from maskopt.sweep import story
from maskopt.sweep.options import SweepOptions
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
    spec = story._prepare(options).spec
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
