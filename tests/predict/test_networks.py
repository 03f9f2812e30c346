"""A bundle of real, tiny networks, used the three ways there are."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from maskopt.bundle import read_bundle, seal, staging
from maskopt.catalog.views import Input
from maskopt.data.decode import read_image
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.errors import BundleError
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.predict.voters import load_voter
from maskopt.space import Part
from maskopt.vision.models import build_model
from maskopt.vision.voting import build_voter

AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))
MASK = Attribute("mask", ("wear", "not_wear"))
PROGRAM = """
import json, sys
import maskopt
from maskopt.cli import main

def run(*arguments):
    sys.argv = ["maskopt", *arguments]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, ended.code

bundle, photos = sys.argv[1:]
run("verify", bundle, "--json")
run("predict", bundle, photos, "-o", "out.csv", "--adapt")
frame = maskopt.load_bundle(bundle).predict(photos)
print(json.dumps({"rows": frame.values.tolist(), "columns": list(frame.columns)}))
print(json.dumps(sorted({"ray", "optuna", "sqlalchemy", "wandb"} & set(sys.modules))))
"""


def write_network(file: Path, space: LabelSpace, size: int) -> None:
    torch.manual_seed(size)
    part = Part("test_resnet")
    model = build_model(part, space, image_size=size, dropout=0.0, scratch=True)
    for head in model.heads:
        torch.nn.init.normal_(head.weight, std=0.5)  # a new one says the same of all photos
    save_file(model.state_dict(), file)


@pytest.fixture
def bundle(tmp_path: Path, paint) -> Path:
    """A joint member of two networks at 32 px, and one of age at 48, in two ensembles."""
    place, half = tmp_path / "people.bundle", (0.5, 0.5, 0.5)
    with staging(place) as folder:
        (folder / "members").mkdir()
        members = []
        for kind, (attributes, size) in enumerate((((MASK, AGE), 32), ((AGE,), 48))):
            space = LabelSpace((Head(attributes),))
            files = tuple(f"members/{kind}-{fold}.safetensors" for fold in range(2))
            for file in files:
                write_network(folder / file, space, size)
            member = Member("study", 3, space, "test_resnet", {}, size, half, half, files, {})
            members.append(member)
        votes = (Ensemble(("mask",), {0: 1.0}), Ensemble(("age",), {0: 0.25, 1: 0.75}))
        priors = {"mask": (0.5, 0.5), "age": (0.4, 0.4, 0.2)}
        made = Bundle((MASK, AGE), tuple(members), votes, priors)
        photo = paint(folder / "photos" / "00.png", (200, 90, 30))
        pixels = {Input(size): read_image(photo, size)[None] for size in (32, 48)}
        said = build_voter(made, folder)(pixels).probabilities
        stored = {name: tuple(map(float, found[0])) for name, found in said.items()}
        photos = (StoredPhoto("photos/00.png", stored),)
        seal(folder, Bundle((MASK, AGE), tuple(members), votes, priors, photos), {})
    return place


def test_a_bundle_that_is_replaced_before_its_networks_are_read_is_told(bundle: Path) -> None:
    read = read_bundle(bundle)
    other = replace(read, ensembles=(*read.ensembles[:1], Ensemble(("age",), {1: 1.0})))
    with pytest.raises(BundleError) as caught:
        load_voter(other, bundle)
    assert str(caught.value) == (
        f"{bundle}: was replaced by another while it was read; type it again"
    )


def test_commands_and_python_agree_and_import_neither_ray_nor_optuna(
    bundle: Path, paint, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for number in range(3):
        colour = tuple(rng.integers(0, 256, 3).tolist())
        paint(tmp_path / "photos" / f"{number}.png", colour)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(bundle), "photos"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *verified, adapted, predicted, frame, strangers = done.stdout.splitlines()
    assert json.loads("\n".join(verified))["difference"] < 1e-6
    assert adapted.startswith("mask, age: not adapted: the bundle holds no out-of-fold")
    assert predicted.startswith("out.csv: 3 photos in ")
    with (tmp_path / "out.csv").open(newline="") as stream:
        header, *rows = csv.reader(stream)
    told = json.loads(frame)
    assert header == told["columns"]
    for row, other in zip(rows, told["rows"], strict=True):
        assert [row[0], row[1], row[4]] == [other[0], other[1], other[4]]
        for place in (2, 3, 5, 6, 7):
            assert float(row[place]) == pytest.approx(other[place], abs=1e-5)
    assert strangers == "[]"
