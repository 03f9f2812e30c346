from pathlib import Path

import pytest

from maskopt.spec import read_spec

SMALLEST = Path(__file__).parents[1] / "specs" / "good" / "smallest.yaml"


@pytest.mark.parametrize(
    ("sets", "warnings"),
    [
        (["budget.epochs=3", "space.warmup_epochs=3"],
         ("space.warmup_epochs: the learning rate is still rising when a trial of 3 epochs "
          "ends",)),
        (["budget.epochs=3", "space.warmup_epochs={low: 1, high: 5}"], ()),
        (["budget.epochs=3", "space.warmup_epochs=[3, 1]"], ()),
        (["budget.epochs=3", "space.freeze_epochs=3"],
         ("space.freeze_epochs: the backbone learns nothing in a trial of 3 epochs",)),
        (["budget.epochs=3", "space.freeze_epochs=[0, 3]"], ()),
        (["pretrained=none", "space.freeze_stages=2"],
         ("space.freeze_stages: the first stages of resnet18 start from random weights and never "
          "learn",)),
        (["pretrained=none", "space.freeze_stages=[0, 2]"], ()),
        (["space.backbone={test_vit: {weights: none}}", "space.freeze_stages={low: 1, high: 2}"],
         ("space.freeze_stages: the first stages of test_vit start from random weights and never "
          "learn",)),
        (["space.backbone=test_vit", "space.freeze_stages=2"], ()),
        (["budget.epochs=3", "space.schedule=step"],
         ("space.schedule.step.epochs: the learning rate never falls in a trial of 3 epochs",)),
        (["budget.epochs=4", "space.schedule=step"], ()),
        (["budget.epochs=3", "space.schedule=warm_restarts"],
         ("space.schedule.warm_restarts.period: nothing restarts in a trial of 3 epochs",)),
        (["budget.epochs=3", "space.schedule=plateau"],
         ("space.schedule.plateau.patience: the learning rate never falls in a trial of 3 "
          "epochs",)),
        (["budget.epochs=4", "space.schedule=plateau"], ()),
        (["budget.epochs=5", "pruner.successive_halving.first_rung=4"], ()),
        (["budget.gpus_per_trial=2"],
         ("budget.gpus_per_trial: a trial trains on one GPU; 2 leaves the others idle",)),
        (["budget.gpus_per_trial=0.5"], ()),
        (["space.augmentation=custom"],
         ("space.augmentation.custom has no strength above 0, so photos stay as they are",)),
        (["space.augmentation=custom", "space.augmentation.custom.blur={low: 0, high: 1}"], ()),
        (["space.sampler=factors"],
         ("space.sampler.factors names no class, so it changes nothing",)),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)  # fmt: skip
def test_values_that_defeat_each_other_are_warned_about(
    sets: list[str], warnings: tuple[str, ...]
) -> None:
    assert read_spec(SMALLEST, sets=sets).warnings == warnings


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ("whole", False),
        ("[whole, face]", True),
        ("{mixed: {view: face}}", True),
        ("{mixed: {view: [center, face]}}", True),
        ("{mixed: {view: center}}", False),
    ],
)
def test_a_detector_that_is_missing_is_told(
    view: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maskopt.spec.doubts.find_spec", lambda _: None)
    line = (
        "space.view: `face` needs dlib, which is not installed here; pip install 'maskopt[faces]'"
    )
    assert (line in read_spec(SMALLEST, sets=[f"space.view={view}"]).warnings) is told


@pytest.mark.parametrize(
    ("budget", "more", "epochs", "warning"),
    [
        ("", "pruner: {successive_halving: {first_rung: 5}}", 5,
         "pruner: successive_halving(eta=4, first_rung=5) judges after 5 of 5 epochs, so it ends "
         "nothing"),
        ("", "pruner: {wilcoxon: {startup_epochs: 3}}", 2,
         "pruner: wilcoxon(p_threshold=0.1, startup_epochs=3) judges after 3 of 2 epochs, so it "
         "ends nothing"),
        (", patience: 4", "", 4,
         "budget.patience: 4 epochs without a better score cannot pass in a trial of 4"),
    ],
    ids=["halving", "wilcoxon", "patience"],
)  # fmt: skip
def test_what_fewer_epochs_of_the_command_line_leave_without_effect_is_warned_about(
    tmp_path: Path, budget: str, more: str, epochs: int, warning: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SMALLEST.read_text().replace("trials: 1", f"trials: 1{budget}") + more)
    assert warning in read_spec(file, sets=[f"budget.epochs={epochs}"]).warnings


def test_frozen_stages_with_weights_of_a_file_are_not_random(tmp_path: Path) -> None:
    (tmp_path / "vit.pth").touch()
    backbone = f"space.backbone={{test_vit: {{weights: {tmp_path / 'vit.pth'}}}}}"
    spec = read_spec(SMALLEST, sets=["pretrained=none", backbone, "space.freeze_stages=2"])
    assert spec.warnings == ()
