import numpy as np
import pytest

from maskopt.votes.calibration import HIGHEST, fit_temperature, temper


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))).astype(np.float32)


def log_loss(logs: np.ndarray, targets: np.ndarray, temperature: float) -> float:
    return -float(log_softmax(logs / temperature)[np.arange(len(targets)), targets].mean())


def draw(sharpness: float, seed: int = 0, photos: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return log-probabilities that are `sharpness` times as sharp as the truth, and targets."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(photos, 6)) * 2
    targets = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    return log_softmax(logits * sharpness), targets


def test_tempering_by_hand() -> None:
    # the root of 0.8 : 0.2 is 2 : 1; their square is 16 : 1
    logs = np.log(np.array([[0.8, 0.2]], np.float32))
    assert temper(logs, 2.0).tolist() == [pytest.approx([2 / 3, 1 / 3])]
    assert temper(logs, 0.5).tolist() == [pytest.approx([16 / 17, 1 / 17])]


def test_each_member_has_its_own_temperature_and_rows_sum_to_one() -> None:
    logs = np.stack([draw(3.0)[0], draw(0.3)[0]])
    both = temper(logs, np.array([2.0, 0.5], np.float32)[:, None, None])
    assert both.sum(axis=-1) == pytest.approx(np.ones(both.shape[:2]), abs=1e-5)
    assert both[1] == pytest.approx(temper(logs[1], 0.5))


@pytest.mark.parametrize("sharpness", [0.2, 0.5, 2.0, 4.0])
def test_a_planted_temperature_is_found(sharpness: float) -> None:
    logs, targets = draw(sharpness)
    assert fit_temperature(logs, targets) == pytest.approx(sharpness, rel=0.06)


@pytest.mark.parametrize("sharpness", [0.3, 1.4, 3.0])
def test_no_temperature_on_a_fine_grid_has_a_lower_log_loss(sharpness: float) -> None:
    logs, targets = draw(sharpness, seed=1, photos=300)
    found = log_loss(logs, targets, fit_temperature(logs, targets))
    grid = np.geomspace(0.05, 20, 400)
    assert found <= min(log_loss(logs, targets, t) for t in grid) + 1e-6


def test_a_temperature_that_does_not_lower_the_log_loss_is_exactly_one() -> None:
    # 3 of 4 photos are of class 0, which has 0.75: calibrated already
    logs = np.log(np.tile(np.array([[0.75, 0.25]], np.float32), (4, 1)))
    assert fit_temperature(logs, np.array([0, 0, 0, 1])) == 1.0


def test_a_head_that_is_always_wrong_is_flattened_to_the_bound() -> None:
    logs = np.log(np.tile(np.array([[0.9, 0.1]], np.float32), (5, 1)))
    assert fit_temperature(logs, np.ones(5, np.int64)) == pytest.approx(HIGHEST, rel=1e-3)


def test_a_head_that_is_always_right_is_sharpened_to_the_bound() -> None:
    logs = np.log(np.tile(np.array([[0.6, 0.4]], np.float32), (5, 1)))
    assert fit_temperature(logs, np.zeros(5, np.int64)) < 0.1


def test_a_probability_of_zero_is_no_trouble() -> None:
    logs = np.array([[0.0, -np.inf], [-np.inf, 0.0], [0.0, -np.inf]], np.float32)
    found = fit_temperature(logs, np.array([0, 1, 1]))
    assert np.isfinite(found)
    assert found > 1
    assert temper(logs, found).sum(axis=1) == pytest.approx([1, 1, 1])


def test_no_photos_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^a temperature needs at least one photo, got none$"):
        fit_temperature(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
