"""Small photos in every layout, made in a test's own folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskopt.data.audit import Audit, audit
from maskopt.data.photos import PhotoTable
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.spec.model import DataSpec, FoldsSpec

MASK = Attribute("mask", ("wear", "incorrect", "not_wear"))
GENDER = Attribute("gender", ("male", "female"))
AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))
ATTRIBUTES = {"mask": MASK, "gender": GENDER, "age": AGE}
PERSON = ("mask1", "mask2", "mask3", "mask4", "mask5", "incorrect_mask", "normal")


@pytest.fixture
def write_photo() -> Callable[[Path], Path]:
    """Write 12 x 16 pixels that only this file name gives."""

    def write(file: Path) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        chance = np.frombuffer(hashlib.shake_128(str(file).encode()).digest(576), dtype=np.uint8)
        _, content = cv2.imencode(file.suffix, chance.reshape(12, 16, 3))
        file.write_bytes(content.tobytes())
        return file

    return write


@pytest.fixture
def make_table() -> Callable[[Path, Sequence[str]], PhotoTable]:
    """Make a table of photos, given their folder and their paths, of one fold and one class."""

    def make(root: Path, paths: Sequence[str]) -> PhotoTable:
        nothing = np.zeros(len(paths), dtype=np.int64)
        return PhotoTable(str(root), np.array(paths), np.array(paths), nothing, {"mask": nothing})

    return make


@pytest.fixture
def table(
    tmp_path: Path,
    write_photo: Callable[[Path], Path],
    make_table: Callable[[Path, Sequence[str]], PhotoTable],
) -> PhotoTable:
    """Write 150 photos, JPEG and PNG in turn; give their table."""
    paths = [f"{number:03d}.{('jpg', 'png')[number % 2]}" for number in range(150)]
    for path in paths:
        write_photo(tmp_path / "photos" / path)
    return make_table(tmp_path / "photos", paths)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Name a folder that is not there yet, for decoded photos."""
    return tmp_path / "cache"


@pytest.fixture
def write_people(write_photo: Callable[[Path], Path]) -> Callable[..., Path]:
    """Write persons of two genders and three ages, seven photos each."""

    def write(root: Path, count: int = 12) -> Path:
        for number in range(count):
            gender, age = ("male", "female")[number % 2], (20, 45, 60)[number // 2 % 3]
            for name in PERSON:
                write_photo(root / f"{number:06d}_{gender}_Asian_{age}" / f"{name}.jpg")
        return root

    return write


@pytest.fixture
def write_manifest(write_photo: Callable[[Path], Path]) -> Callable[..., Path]:
    """Write a manifest, and the photos that it names in its first column."""

    def write(file: Path, text: str) -> Path:
        for line in text.splitlines()[1:]:
            name = line.partition(",")[0].strip()
            if name.endswith(".jpg"):
                write_photo(file.parent / name)
        file.write_text(text)
        return file

    return write


@pytest.fixture
def run_audit() -> Callable[..., Audit]:
    """Audit photos that messages call `photos`."""

    def run(
        photos: Path,
        learn: Sequence[str] = ("mask",),
        *,
        layout: str | None = None,
        group: str | None = None,
        corrections: Path | None = None,
        folds: int = 2,
    ) -> Audit:
        spec = DataSpec(
            str(photos),
            layout,
            tuple(ATTRIBUTES.values()),
            group,
            str(corrections) if corrections else None,
        )
        label_space = LabelSpace((Head(tuple(ATTRIBUTES[name] for name in learn)),))
        return audit(spec, label_space, FoldsSpec(folds, 1, 20), source="photos")

    return run
