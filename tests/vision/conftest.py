"""A tiny study: 60 photos of 32 px whose colour tells the class, with some noise; tiny bundles."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from maskopt.catalog.views import Input
from maskopt.data.photos import PhotoTable, read_photos, write_photos
from maskopt.ensembles import Bundle, Ensemble, Member
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.records import EpochReport, TrialSetup, TrialTask, derive_seed
from maskopt.space import Part, TrialConfig
from maskopt.vision.fold_photos import open_photos, split_photos
from maskopt.vision.learner import build_learner
from maskopt.vision.learning import Learner
from maskopt.vision.loaders import Photos
from maskopt.vision.models import build_model

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("wear", "not_wear"))
PHOTOS = 60
SIZE = 32


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def label_space() -> LabelSpace:
    return LabelSpace((Head((AGE,)),))


@pytest.fixture(scope="session")
def two_heads() -> LabelSpace:
    return LabelSpace((Head((MASK,)), Head((AGE,))))


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> PhotoTable:
    """30 young, 20 middle, 10 senior; two of three wear a mask; five folds."""
    random = np.random.default_rng(0)
    root = tmp_path_factory.mktemp("photos")
    ages = np.repeat([0, 1, 2], [30, 20, 10])
    masks = (np.arange(PHOTOS) % 3 == 0).astype(np.int64)
    paths = [f"{index:03}.png" for index in range(PHOTOS)]
    for path, age, mask in zip(paths, ages, masks, strict=True):
        pixels = random.integers(0, 120, (SIZE, SIZE, 3))
        pixels[..., age] += 90
        pixels[SIZE // 2 :] += 40 * mask
        Image.fromarray(pixels.astype(np.uint8)).save(root / path)
    return PhotoTable(
        str(root),
        np.array(paths),
        np.array(paths),
        np.arange(PHOTOS) % 5,
        {"mask": masks, "age": ages.astype(np.int64)},
        numbers={"age": 20.0 + 25 * ages + np.arange(PHOTOS) % 10},
    )


MakeTask = Callable[..., TrialTask]


@pytest.fixture(scope="session")
def make_task(
    tmp_path_factory: pytest.TempPathFactory, table: PhotoTable, label_space: LabelSpace
) -> MakeTask:
    """Make a task: keyword arguments are its configuration's values, or its setup's."""
    study = tmp_path_factory.mktemp("study")
    write_photos(table, study / "photos.csv")

    def make(folder: Path, *, known: int = 0, number: int = 0, **changes: Any) -> TrialTask:
        setup = TrialSetup(
            study="tiny",
            label_space=label_space,
            photos_table=str(study / "photos.csv"),
            cache_folder=str(study / "cache"),
            folds=(0,),
            objective="macro_f1",
            epochs=3,
            scratch=("test_resnet", "test_efficientnet", "test_vit"),
            threads=1,
        )
        known_setup = {key: changes.pop(key) for key in list(changes) if hasattr(setup, key)}
        values = {
            "backbone": "test_resnet",
            "image_size": SIZE,
            "batch_size": 16,
            "lr": 0.003,
            "augmentation": "none",
            **changes,
        }
        return TrialTask(
            number,
            TrialConfig(values),
            derive_seed("tiny", number),
            known,
            str(folder),
            replace(setup, **known_setup),
        )

    return make


@pytest.fixture(scope="session")
def build_parts() -> Callable[[TrialTask], tuple[Photos, Photos]]:
    """Read the training and the validation photos of a task's fold 0."""

    def read(task: TrialTask) -> tuple[Photos, Photos]:
        table = read_photos(task.setup.photos_table)
        return split_photos(open_photos(task, table), table, task.setup.label_space, 0)

    return read


@pytest.fixture
def build(
    make_task: MakeTask, tmp_path: Path, build_parts: Callable[[TrialTask], tuple[Photos, Photos]]
) -> Callable[..., Learner]:
    """Build the learner of fold 0 of a task; keyword arguments as of `make_task`."""

    def make(**changes: Any) -> Learner:
        task = make_task(tmp_path, **changes)
        return build_learner(task, *build_parts(task), 0)

    return make


@pytest.fixture(scope="session")
def timeless() -> Callable[[Any], list[EpochReport]]:
    """Strip reports of their wall times, which nothing can repeat."""
    return lambda reports: [replace(report, seconds=0.0, spent={}) for report in reports]


@pytest.fixture(scope="session")
def make_network() -> Callable[..., torch.nn.Module]:
    """Write the weights of a tiny network whose heads say something."""

    def make(file: Path, backbone: str, space: LabelSpace, size: int, seed: int) -> Any:
        torch.manual_seed(seed)
        model = build_model(Part(backbone), space, image_size=size, dropout=0.0, scratch=True)
        for head in model.heads:
            torch.nn.init.normal_(head.weight, std=0.5)
        save_file(model.state_dict(), file)
        return model.eval()

    return make


@pytest.fixture
def bundle(tmp_path: Path, make_network: Callable[..., Any], two_heads: LabelSpace) -> Bundle:
    """A joint member with two networks; one of two heads, of another size; one of age alone."""
    (tmp_path / "members").mkdir()
    joint, age = LabelSpace((two_heads.joint,)), LabelSpace((Head((AGE,)),))
    kinds = [("test_resnet", joint, 32, 2), ("test_efficientnet", two_heads, 48, 3),
             ("test_vit", age, 32, 1)]  # fmt: skip
    half, members = (0.5, 0.5, 0.5), []
    for place, (backbone, space, size, networks) in enumerate(kinds):
        files = tuple(f"members/{place}-{fold}.safetensors" for fold in range(networks))
        for fold, file in enumerate(files):
            make_network(tmp_path / file, backbone, space, size, 10 * place + fold)
        members.append(Member("study", place, space, backbone, {}, size, half, half, files, {}))
    ensembles = (Ensemble(("mask",), {0: 0.25, 1: 0.75}), Ensemble(("age",), {0: 0.6, 1: 0.4}))
    priors = {"mask": (0.5, 0.5), "age": (0.4, 0.4, 0.2)}
    return Bundle((AGE, MASK), tuple(members), ensembles, priors)


@pytest.fixture(scope="session")
def photos() -> Callable[..., dict[Input, Any]]:
    """Make pixels by input of photos that differ in their colours, left and right."""

    def make(count: int = 7, sizes: tuple[int, ...] = (32, 48)) -> dict[Input, Any]:
        random = np.random.default_rng(1)
        colours = random.integers(0, 192, (count, 1, 2, 3))
        noise = {size: random.integers(0, 64, (size, size, 3)) for size in sizes}
        return {Input(s): np.uint8(np.repeat(colours, s // 2, 2) + noise[s]) for s in sizes}

    return make
