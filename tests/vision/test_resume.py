"""What a trial leaves behind: a checkpoint to go on from, and nothing in memory."""

import gc
from itertools import islice
from pathlib import Path

import pytest
import torch

from maskopt.catalog.label_policies import LABEL_POLICIES
from maskopt.vision.failures import TrainingError
from maskopt.vision.trial import run

FULL = {
    "augmentation": "medium",
    "dropout": 0.3,
    "sampler": "class_balanced",
    "warmup_epochs": 0.5,
    "accumulate": 2,
    "batch_size": 8,
    "clip": 1.0,
}


def log_of(folder: Path) -> list[str]:
    """The log's lines without their times."""
    return [line[21:] for line in (folder / "log.txt").read_text().splitlines()]


@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_a_trial_that_was_stopped_goes_on_as_if_it_never_was(
    make_task, tmp_path, timeless, stopped
) -> None:
    wanted = timeless(run(make_task(tmp_path / "straight", epochs=4, **FULL)))
    running = run(make_task(tmp_path / "stopped", epochs=4, **FULL))
    first = timeless(islice(running, stopped))
    running.close()
    torch.rand(3)
    task = make_task(tmp_path / "stopped", epochs=4, known=stopped, **FULL)
    assert first + timeless(run(task)) == wanted
    assert f"goes on after epoch {stopped}" in log_of(tmp_path / "stopped")


@pytest.mark.parametrize("policy", LABEL_POLICIES)
def test_whatever_is_taught_goes_on_from_its_checkpoint(
    make_task, tmp_path, timeless, policy
) -> None:
    chosen = {"label_policy": policy, "label_policy.cut.to": 50.0, "ema": 0.9}
    wanted = timeless(run(make_task(tmp_path / "straight", epochs=2, **chosen)))
    running = run(make_task(tmp_path / "stopped", epochs=2, **chosen))
    first = timeless(islice(running, 1))
    running.close()
    assert first + timeless(run(make_task(tmp_path / "stopped", epochs=2, known=1, **chosen))) == (
        wanted
    )


def test_what_losses_have_learned_and_where_they_stand_goes_on(
    make_task, tmp_path, timeless, two_heads
) -> None:
    changes = {"label_space": two_heads, "head_weights": "learned", "head_losses.age": "ldam",
               "head_losses.age.ldam.deferred": 0.5, "epochs": 4}  # fmt: skip
    wanted = timeless(run(make_task(tmp_path / "straight", **changes)))
    running = run(make_task(tmp_path / "stopped", **changes))
    first = timeless(islice(running, 3))
    running.close()
    task = make_task(tmp_path / "stopped", known=3, **changes)
    assert first + timeless(run(task)) == wanted


@pytest.mark.parametrize("optimizer", ["sgd", "lion", "adan", "lamb", "muon", "adafactorbv"])
@pytest.mark.parametrize("schedule", ["warm_restarts", "one_cycle", "plateau"])
def test_it_goes_on_with_the_learning_rates_and_the_memory_of_its_optimiser(
    make_task, tmp_path, timeless, optimizer, schedule
) -> None:
    told = {"optimizer": optimizer, "schedule": schedule, "epochs": 4, "layer_decay": 0.8}
    if schedule == "plateau":
        told |= {"schedule.plateau.patience": 0, "lr": 0.1}  # losses that rise now and then
    wanted = timeless(run(make_task(tmp_path / "straight", **told)))
    running = run(make_task(tmp_path / "stopped", **told))
    first = timeless(islice(running, 2))
    running.close()
    rest = timeless(run(make_task(tmp_path / "stopped", known=2, **told)))
    assert first + rest == wanted


def test_an_epoch_that_the_study_does_not_know_is_reported_again(make_task, tmp_path) -> None:
    done = list(run(make_task(tmp_path)))
    assert list(run(make_task(tmp_path, known=1))) == done[1:]  # seconds too: nothing ran again


def test_a_trial_at_its_last_epoch_ends_at_once(make_task, tmp_path) -> None:
    list(run(make_task(tmp_path)))
    assert list(run(make_task(tmp_path, known=3))) == []
    assert log_of(tmp_path)[-1] == "was over already"


def break_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "checkpoint.pt").unlink(), "there is no checkpoint"),
        (
            lambda folder: break_off(folder / "checkpoint.pt"),
            "the checkpoint cannot be read (RuntimeError)",
        ),
        (lambda folder: (folder / "best.safetensors").unlink(), "the best weights are missing"),
    ],
    ids=["missing", "truncated", "without its best weights"],
)
def test_a_lost_checkpoint_is_trained_again_to_the_same_reports(
    make_task, tmp_path, timeless, damage, reason
) -> None:
    done = timeless(run(make_task(tmp_path)))
    damage(tmp_path)
    assert timeless(run(make_task(tmp_path, known=2))) == done[2:]
    assert f"{reason}: 2 epochs are trained again, the same as before" in log_of(tmp_path)


def test_a_checkpoint_of_another_trial_is_not_used(make_task, tmp_path, timeless) -> None:
    list(run(make_task(tmp_path / "here", lr=0.01)))
    wanted = timeless(run(make_task(tmp_path / "there")))
    assert timeless(run(make_task(tmp_path / "here"))) == wanted


def test_two_folds_go_on_from_their_checkpoint(make_task, tmp_path, timeless) -> None:
    wanted = timeless(run(make_task(tmp_path / "straight", folds=(0, 3))))
    running = run(make_task(tmp_path / "stopped", folds=(0, 3)))
    next(running)
    running.close()
    rest = timeless(run(make_task(tmp_path / "stopped", folds=(0, 3), known=1)))
    assert rest == wanted[1:]


def living_tensors() -> int:
    gc.collect()
    # By type: `isinstance` would ask torch's deprecated names for their class, and they warn
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())


@pytest.mark.parametrize("how", ["closed", "ended", "failed"])
def test_nothing_of_a_trial_is_left_in_memory(make_task, tmp_path, how) -> None:
    before = living_tensors()
    changes = {"lr": 1e35, "clip": None} if how == "failed" else {}
    running = run(make_task(tmp_path, **changes))
    if how == "closed":
        next(running)
        assert living_tensors() > before
        running.close()
    elif how == "ended":
        list(running)
    else:
        with pytest.raises(TrainingError) as raised:
            list(running)
        assert raised.tb  # the error is still at hand, as it is in a worker that reports it
    assert living_tensors() == before
