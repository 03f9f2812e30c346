from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.spec import differences, read_spec, spec_from_content

AGE = Path(__file__).parents[2] / "search_spaces" / "age.yaml"


@pytest.mark.parametrize(
    ("sets", "lines"),
    [
        (["space.lr.high=0.01"], ["space.lr: 1e-05 to 0.003, log -> 1e-05 to 0.01, log"]),
        (["space.lr=1e-3"], ["space.lr: 1e-05 to 0.003, log -> 0.001"]),
        (["space.backbone=[resnet34, resnet50]"], ["space.backbone: [resnet34, efficientnet_b0, "
          "mobilenetv3_large_100, convnext_nano] -> [resnet34, resnet50]"]),
        (["space.loss.focal.gamma=2"], ["space.loss.focal.gamma: 0.5 to 4.0 -> 2.0"]),
        (["space.sampler=shuffled"], ["space.sampler: [shuffled, class_balanced] -> [shuffled]"]),
        (["space.clip=none"], ["space.clip: 5.0 -> none"]),
        (["folds.seed=1", "heads=[[age, mask]]"], ["heads: [[age]] -> [[age, mask]]",
          "folds.seed: 20 -> 1"]),
        (["pruner=median"], ["pruner: halving -> median",
          "pruner.median.startup_trials: added, 5",
          "pruner.median.warmup_epochs: added, 1", "pruner.halving.eta: removed, was 4",
          "pruner.halving.first_rung: removed, was none"]),
        (["heads=[age, gender]", "auxiliary=[gender]"],
         ["heads: [[age]] -> [[age], [gender]]", "auxiliary: [] -> [gender]"]),
        (["auxiliary=none"], []),
        (["searcher=random"], ["searcher: gp -> random",
          "searcher.gp.startup_trials: removed, was 5"]),
        (["data.attributes.age.cuts=[30, 58]"],
         ["data.attributes.age.cuts: [30, 60] -> [30, 58]"]),
        (["budget.trials=5", "budget.time=3h", "budget.gpus_per_trial=0.5", "try_first=[]"], []),
        (["budget.epochs=5", "budget.patience=2"], ["budget.epochs: 12 -> 5",
          "budget.patience: none -> 2"]),
        (["budget.disk=1", "budget.cache=1", "warm_start=[mask]", "referee=0.2", "noise=0"], []),
        (["objective=[macro_f1, latency]"], ["objective: macro_f1 -> [macro_f1, latency]"]),
        (["objective=[macro_f1]"], []),
        ([], []),
    ],
    ids=lambda value: value[0] if value and "=" in value[0] else "",
)  # fmt: skip
def test_what_differs_is_told_by_dotted_path(sets: list[str], lines: list[str]) -> None:
    assert differences(read_spec(AGE).content, read_spec(AGE, sets=sets).content) == lines


def test_photos_that_a_study_did_not_have_are_told() -> None:
    photos = str(Path.cwd() / "photos")
    old, new = read_spec(AGE).content, read_spec(AGE, data="photos").content
    assert differences(old, new) == [f"data.photos: added, {photos}"]
    assert differences(new, old) == [f"data.photos: removed, was {photos}"]


def test_content_that_this_version_cannot_read_is_told() -> None:
    content = {**read_spec(AGE).content, "objective": "beauty"}
    with pytest.raises(SpecError) as caught:
        spec_from_content(content)
    assert str(caught.value) == (
        "the study's stored content: unknown objective 'beauty'; "
        "known: macro_f1, accuracy, latency, parameters"
    )


def test_content_says_everything_that_is_in_force() -> None:
    content = read_spec(AGE).content
    assert list(content["space"]) == [
        "backbone", "loss", "sampler", "label_policy", "augmentation", "optimizer", "schedule",
        "view", "head_weights", "image_size", "batch_size", "lr", "weight_decay", "warmup_epochs",
        "dropout", "layer_decay", "freeze_epochs", "freeze_stages", "clip",
        "accumulate", "mixup", "cutmix", "ema",
    ]  # fmt: skip
    assert content["space"]["optimizer"] == [{"adamw": {"beta1": 0.9, "beta2": 0.999}}]
    assert content["searcher"] == {"gp": {"startup_trials": 5}}


def test_content_of_an_earlier_version_says_what_was_in_force_then() -> None:
    now = read_spec(AGE)
    new = ("warm_start", "referee", "noise")
    then = {key: value for key, value in now.content.items() if key not in new}
    then["budget"] = {k: v for k, v in now.content["budget"].items() if k not in ("disk", "cache")}
    spec = spec_from_content(then)
    assert (spec.warm_start, spec.referee, spec.noise) == ("none", 0.0, 0)
    assert (now.warm_start, now.referee, now.noise) == ("auto", 0.05, 3)
    assert differences(spec.content, now.content) == []


def test_studies_of_before_there_were_auxiliary_heads_have_none() -> None:
    content = dict(read_spec(AGE).content)
    assert content.pop("auxiliary") == []
    assert spec_from_content(content).content == read_spec(AGE).content
