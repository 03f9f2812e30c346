"""A bundle whose networks nobody built: its votes are the photos' colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from maskopt.bundle import seal, staging
from maskopt.catalog.views import Input
from maskopt.data.competition import ANSWER
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.predict import loaded, story, verify

MASK, GENDER, AGE = ANSWER.attributes
RED, GREEN, BLUE = (200, 40, 10), (50, 150, 50), (0, 50, 200)
SIZE, FOLDS = 8, 2


class ColourVoter:
    """Says of every attribute what part of a photo's light is red, green and blue."""

    inputs = (Input(SIZE),)

    def __init__(self, attributes: Sequence[Attribute]) -> None:
        self.attributes = attributes
        self.batches: list[int] = []

    def __call__(self, pixels: Mapping[Input, np.ndarray]) -> SimpleNamespace:
        given = pixels[Input(SIZE)]
        light = given.reshape(len(given), -1, 3).mean(axis=1)
        self.batches.append(len(light))
        said = {}
        for attribute in self.attributes:
            part = light[:, : len(attribute.classes)] + 1e-3
            said[attribute.name] = (part / part.sum(axis=1, keepdims=True)).astype(np.float32)
        by_fold = {name: np.stack([found] * FOLDS) for name, found in said.items()}
        features = {name: np.stack([light.astype(np.float32)] * FOLDS) for name in said}
        return SimpleNamespace(probabilities=said, by_fold=by_fold, features=features)


@pytest.fixture
def paint() -> Callable[..., Path]:
    """Write a photo of one colour."""

    def write(file: Path, colour: tuple[int, int, int] = RED) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((12, 10, 3), colour[::-1], dtype=np.uint8)
        file.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        return file

    return write


@pytest.fixture
def make_bundle(tmp_path: Path, paint: Callable[..., Path]) -> Callable[..., Path]:
    """Write a bundle that answers attributes, all known by one member."""

    def make(
        attributes: Sequence[Attribute] = ANSWER.attributes,
        *,
        folds: int = FOLDS,
        evidence: Mapping[str, np.ndarray] | None = None,
        stored: Mapping[str, tuple[float, ...]] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> Path:
        place = tmp_path / "people.bundle"
        weights = tuple(f"members/0-{fold}.safetensors" for fold in range(folds))
        half = (0.5, 0.5, 0.5)
        space = LabelSpace((Head(tuple(attributes)),))
        member = Member("age", 3, space, "test_resnet", {}, SIZE, half, half, weights, {})
        names = tuple(attribute.name for attribute in attributes)
        even = {a.name: (1 / len(a.classes),) * len(a.classes) for a in attributes}
        photos = (StoredPhoto("photos/00.png", stored),) if stored else ()
        ensembles = (Ensemble(names, {0: 1.0}),)
        bundle = Bundle(tuple(attributes), (member,), ensembles, even, photos, facts or {})
        with staging(place) as folder:
            for file in weights:
                (folder / file).parent.mkdir(exist_ok=True)
                (folder / file).write_bytes(b"weights")
            for photo in photos:
                paint(folder / photo.file)
            seal(folder, bundle, evidence or {})
        return place

    return make


@pytest.fixture
def voters(monkeypatch: pytest.MonkeyPatch) -> list[ColourVoter]:
    """Let colours vote; gives the voters that were built."""
    built: list[ColourVoter] = []

    def load(
        bundle: Bundle, folder: Path, *, details: bool = False, alone: bool = False
    ) -> ColourVoter:
        built.append(ColourVoter(bundle.attributes))
        return built[-1]

    for module in (story, verify, loaded):
        monkeypatch.setattr(module, "load_voter", load)
    return built
