from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.errors import StudyError
from maskopt.spec import read_spec
from maskopt.study.study import Study
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
space: {backbone: test_resnet, image_size: 32}
"""


def test_a_second_sweep_leaves_the_photos_of_the_first_alone(tmp_path: Path) -> None:
    """The first one's workers read them, and the images that were decoded under their stamp."""
    for number in range(8):
        photo = tmp_path / "photos" / ("worn", "bare")[number % 2] / f"{number}.png"
        photo.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(photo), np.full((8, 8, 3), number, np.uint8))
    file, studies = tmp_path / "masks.yaml", tmp_path / "studies"
    file.write_text(FILE)
    options = SweepOptions(str(file), studies=studies)
    with Study.open(read_spec(file), options.storage_url, studies / "masks"):
        (studies / "masks" / "photos.csv").write_text("the first one's")
        with pytest.raises(StudyError, match="study 'masks' is being swept by process"):
            run_sweep(options)
    assert (studies / "masks" / "photos.csv").read_text() == "the first one's"
