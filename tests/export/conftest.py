"""Studies as sweeps leave them, without a device: trials are reported and closed by hand."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.data.photos import PhotoTable, write_photos
from maskopt.export.options import ExportOptions
from maskopt.records import Ending, EpochReport
from maskopt.spec import read_spec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study

from .weights import write_weights

FILE = """\
study: {name}
data:
  photos: photos
  attributes:
    mask: {{classes: [worn, bare]}}
    age: {{classes: {classes}}}
  group: none
heads: {heads}
folds: {{count: 2, use: 1}}
budget: {{trials: 3, epochs: 3}}
searcher: random
pruner: none
pretrained: none
objective: {objective}
space: {{backbone: test_resnet, image_size: 32, lr: {{low: 1e-3, high: 1e-2}}}}
"""
PHOTOS = 8


class Studies:
    """A folder of studies that tests fill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "studies"
        for number in range(PHOTOS):
            photo = folder / "photos" / f"{number}.png"
            photo.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(photo), np.full((8, 8, 3), number, np.uint8))

    def options(self, *names: str, **changes: object) -> ExportOptions:
        output = self.folder.parent / "out.bundle"
        return ExportOptions(names, output, studies=self.folder, **changes)

    def add(
        self,
        name: str,
        heads: str,
        *curves: Sequence[float],
        classes: str = "[young, old]",
        objective: str = "macro_f1",
        losses: Sequence[float] = (),
    ) -> None:
        """Sweep a study by hand: one complete trial a curve of scores; losses are 1 by default."""
        file = self.folder.parent / f"{name}.yaml"
        file.write_text(FILE.format(name=name, heads=heads, classes=classes, objective=objective))
        spec = read_spec(file, trials=max(1, len(curves)))
        folder = self.folder / name
        with Study.open(spec, default_storage(self.folder), folder) as study:
            for curve in curves:
                asked = study.ask()
                valid = losses or [1.0] * len(curve)
                for epoch, (score, loss) in enumerate(zip(curve, valid, strict=True), 1):
                    study.report(asked.number, EpochReport(epoch, score, 1.0, loss, 1.0))
                study.close(asked.number, Ending.ENDED)
                trial = folder / "trials" / f"{asked.number:05d}"
                trial.mkdir(parents=True)
                best = max(range(len(curve)), key=lambda place: curve[place]) + 1
                write_weights(trial / "best.safetensors", spec.label_space, best)
        write_photos(self.table(spec.label_space.attributes), folder / "photos.csv")
        (folder / "weights.json").write_text(json.dumps({"scratch": ["test_resnet"]}))

    def table(self, attributes) -> PhotoTable:
        numbers = np.arange(PHOTOS)
        names = np.array([f"{number}.png" for number in numbers])
        ids = {a.name: numbers // (place + 2) % 2 for place, a in enumerate(attributes)}
        return PhotoTable(
            str(self.folder.parent / "photos"), names, names, numbers % 2, ids, "stamp"
        )


@pytest.fixture
def studies(tmp_path: Path) -> Studies:
    return Studies(tmp_path)
