import pytest
import torch

from maskopt.vision import probe

WANTED = {"name": "test_resnet", "options": {}, "freeze_stages": 0}
WANTED |= {"image_size": 32, "batch_size": 4}


def test_a_backbone_is_timed_in_photos_a_second() -> None:
    speed = probe.time_steps(WANTED)
    assert speed is not None
    assert speed > 0


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory"), ValueError("more than 1 value per channel")],
    ids=["memory", "batch norm"],
)
def test_a_backbone_that_cannot_train_leaves_the_others_their_times(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> float:
        raise error

    monkeypatch.setattr(probe, "_loss", fail)
    assert probe.time_steps(WANTED) is None
