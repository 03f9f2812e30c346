import pytest
import torch

from maskopt.vision import probe

WANTED = {"name": "test_resnet", "options": {}, "freeze_stages": 0}
WANTED |= {"image_size": 32, "batch_size": 4}
SIZES = {**WANTED, "image_sizes": [32, 64], "batch_size": 64}


@pytest.fixture
def on_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "find_device", lambda: torch.device("cpu"))


class Timed:
    """Stands for timing: a step takes a second for each of so many pixels, and 0.1 s beside."""

    def __init__(self, pixels_a_second: float) -> None:
        self.speed, self.asked = pixels_a_second, []

    def __call__(self, wanted: dict) -> float | None:
        photos, size = wanted["batch_size"], wanted["image_size"]
        self.asked.append((size, photos))
        return photos / (0.1 + photos * size**2 / self.speed)


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


def test_where_steps_are_quick_whole_batches_are_timed_at_both_sizes(on_cpu, monkeypatch) -> None:
    monkeypatch.setattr(probe, "time_steps", timed := Timed(1e6))
    found = probe.time_sizes(SIZES)
    assert timed.asked == [(32, 16), (32, 64), (64, 16), (64, 64)]
    assert found == pytest.approx([64 / (0.1 + 0.065536), 64 / (0.1 + 0.262144)])


def test_where_steps_are_slow_few_photos_of_the_first_size_tell_by_their_pixels(
    on_cpu, monkeypatch
) -> None:
    monkeypatch.setattr(probe, "time_steps", timed := Timed(1e4))
    found = probe.time_sizes(SIZES)
    assert timed.asked == [(32, 16)]
    assert found == pytest.approx([16 / 1.7384, 16 / 1.7384 / 4])


def test_what_cannot_train_at_all_has_no_speed_at_any_size(monkeypatch) -> None:
    monkeypatch.setattr(probe, "time_steps", lambda wanted: None)
    assert probe.time_sizes(SIZES) == [None, None]


def test_a_size_that_the_device_cannot_hold_has_none(on_cpu, monkeypatch) -> None:
    fits = Timed(1e6)
    monkeypatch.setattr(
        probe, "time_steps", lambda wanted: fits(wanted) if wanted["image_size"] < 64 else None
    )
    assert probe.time_sizes(SIZES) == [pytest.approx(64 / (0.1 + 0.065536)), None]
