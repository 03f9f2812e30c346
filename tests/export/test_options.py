from types import SimpleNamespace

import pytest

from maskopt.cluster.devices import Devices
from maskopt.errors import SpecError
from maskopt.export import story
from maskopt.export.options import SETTINGS, read_names, read_settings
from maskopt.plan import packing
from maskopt.spec.model import BudgetSpec


def test_settings_are_read_into_what_they_mean() -> None:
    sets = ["members=3", "calibrate=False", "tta=hflip+crops", "attributes=[mask, age]", "seed=0"]
    assert read_settings(sets, {"refit": "all", "vote": None, "folds": 2}) == {
        "refit": "all",
        "folds": 2,
        "members": 3,
        "calibrate": False,
        "tta": "hflip+crops",
        "attributes": ("mask", "age"),
        "seed": 0,
    }


def test_all_wrong_settings_are_told_at_once() -> None:
    sets = ["membrs=3", "folds=0", "vote=hard", "calibrate=maybe", "seed", "refit=all", "seed=x"]
    with pytest.raises(SpecError) as told:
        read_settings(sets, {"refit": "folds"})
    assert str(told.value).splitlines() == [
        "--set membrs=3: must be KEY=VALUE with a known key; did you mean 'members'?",
        "--set folds=0: `folds` must be a whole number from 1, got '0'",
        "--set vote=hard: `vote` must be one of auto, greedy, soft, single, got 'hard'",
        "--set calibrate=maybe: `calibrate` must be true or false, got 'maybe'",
        "--set seed: must be KEY=VALUE with a known key; did you mean 'seed'?",
        "--set refit=all: `refit` is given twice; leave one out",
        "--set seed=x: `seed` must be a whole number from 0, got 'x'",
    ]


def test_a_key_like_no_other_is_answered_with_all_keys() -> None:
    with pytest.raises(SpecError) as told:
        read_settings(["zzz=1"], {})
    assert str(told.value) == (
        f"--set zzz=1: must be KEY=VALUE with a known key; it takes {', '.join(SETTINGS)}"
    )


def test_names_may_stand_in_brackets() -> None:
    assert read_names("mask,age") == read_names("[mask, age]") == ("mask", "age")


@pytest.mark.parametrize("text", ["", " , ", "[]"])
def test_no_names_are_not_taken_for_all(text: str) -> None:
    with pytest.raises(ValueError, match="must be names") as told:
        read_names(text)
    assert str(told.value) == f"must be names with commas between them, got {text!r}"
    with pytest.raises(SpecError) as refused:
        read_settings([f"attributes={text}"], {})
    assert str(refused.value) == (
        f"--set attributes={text}: `attributes` must be names with commas between them, "
        f"got {text.strip()!r}"
    )


@pytest.mark.parametrize(
    ("said", "options", "shared"),
    [
        (["auto", "auto"], {}, 3),
        (["auto", 2], {}, 2),
        ([4, 2], {"address": "head:6379"}, 2),
        (["auto", 2], {"address": "head:6379"}, None),
        ([4, None], {}, None),
        ([4, 2], {"gpus_per_trial": 0.5}, None),
    ],
    ids=["measured", "the least", "a cluster", "nothing measured there", "not all", "typed"],
)
def test_trials_share_a_device_as_all_studies_have_it(
    tmp_path, monkeypatch, said, options, shared
) -> None:
    monkeypatch.setattr(story, "local_devices", lambda: Devices(2))
    monkeypatch.setattr(packing, "wanted_steps", lambda _: {"name": "a", "image_size": 32})
    (tmp_path / "packing.json").write_text('{"a, 32 px, 2 CPU cores": 3}')
    budgets = [BudgetSpec(3, 2, trials_per_device=each) for each in said]
    sources = [SimpleNamespace(spec=SimpleNamespace(budget=budget)) for budget in budgets]
    given = {"studies": tmp_path, "address": None, "gpus_per_trial": None, **options}
    export = SimpleNamespace(sources=sources, options=SimpleNamespace(**given))
    assert story._per_device(export) == shared
