from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maskopt.data.photos import PhotoTable, write_photos
from maskopt.records import Ending, EpochReport
from maskopt.spec import StudySpec, read_spec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study
from maskopt.sweep.beginning import begin_search
from maskopt.sweep.identity import PHOTOS

FILE = """\
data: {photos: photos, attributes: {mask: {classes: [worn, bare]}}, group: none}
heads: [mask]
folds: {count: 2}
budget: {trials: 9, epochs: 2}
try_first: [{lr: 0.01}]
space: {backbone: [resnet18, xcit_nano_12_p8_384], lr: {low: 1e-4, high: 1e-2, log: true}}
"""
TABLE = PhotoTable("photos", np.array(["a"]), np.array(["a"]), np.array([0]), {}, stamp="1")


def spec_of(folder: Path, study: str, *sets: str) -> StudySpec:
    file = folder / "masks.yaml"
    file.write_text(FILE)
    spec = read_spec(str(file), study=study, sets=list(sets))
    return replace(spec, content={**spec.content, PHOTOS: "1 photo (a)"})


def test_a_search_begins_with_try_first_the_portfolio_probes_and_former_studies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = default_storage(tmp_path)
    with Study.open(spec_of(tmp_path, "old"), url, tmp_path / "old") as study:
        asked = study.ask()
        assert asked is not None
        for epoch in (1, 2):
            study.report(asked.number, EpochReport(epoch, 0.5, 1.0, 1.0, 1.0))
        study.close(asked.number, Ending.ENDED)
        backbone = asked.config["backbone"]
    spec = spec_of(tmp_path, "new", "budget.epochs=4")
    with Study.open(spec, url, tmp_path / "new") as study:
        for name in ("old", "new"):
            write_photos(TABLE, tmp_path / name / "photos.csv")
        begin_search(study, spec, url, tmp_path, ())
        tried = [study.ask() for _ in range(4)]
        sources = [trial.source for trial in study.record().trials]
    assert sources == ["try_first", "portfolio: resnet", "probe: xcit", "study old, trial 0"]
    assert [(a.config["backbone"], a.config["lr"]) for a in tried[1:] if a] == [
        ("resnet18", 0.0003),
        ("xcit_nano_12_p8_384", 0.001),
        (backbone, 0.01),
    ]
    assert capsys.readouterr().err == (
        "note: 1 point of the portfolio; not in this space: loss.cross_entropy.label_smoothing "
        "0.1, warmup_epochs 1\n"
        "note: warm start from study 'old' (same photos): 1 point\n"
        "note: study 'old' trains for 2 epochs, not 4: a schedule that fills its epochs is "
        "another one then, and trials that have one are trained again\n"
    )
