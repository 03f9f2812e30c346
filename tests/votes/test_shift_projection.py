import numpy as np
import pytest

from maskopt.votes.shift import fit_projection


def _features(photos: int = 300, wide: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    scales = 0.7 ** np.arange(wide)
    return (3 + rng.standard_normal((photos, wide)) * scales).astype(np.float16)


def test_numbers_have_mean_0_variance_1_and_do_not_vary_together() -> None:
    features = _features()

    numbers = fit_projection(features, dimensions=5).apply(features)

    assert numbers.shape == (300, 5)
    assert numbers.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-3)
    assert np.cov(numbers.T) == pytest.approx(np.eye(5), abs=1e-3)


def test_the_main_directions_are_those_of_a_full_decomposition() -> None:
    features = _features().astype(np.float64)
    _, values, rows = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)

    components = fit_projection(features, dimensions=3).components

    whole = rows[:3].T / values[:3] * np.sqrt(299)
    assert np.abs(components) == pytest.approx(np.abs(whole), abs=1e-3)


def test_new_photos_are_measured_on_the_old_ones_scale() -> None:
    features = _features()
    projection = fit_projection(features, dimensions=4)

    assert projection.apply(features + np.float16(1)).mean(axis=0) == pytest.approx(
        projection.components.sum(axis=0), abs=2e-2
    )
    assert projection.apply(np.stack([features, features])).shape == (2, 300, 4)


@pytest.mark.parametrize("photos", [1, 3, 300])
def test_directions_without_variance_come_out_as_zeros(photos: int) -> None:
    features = _features(photos)
    features[:, 2:] = 1

    numbers = fit_projection(features, dimensions=6).apply(features)

    assert np.isfinite(numbers).all()
    assert np.abs(numbers[:, 2:]).max() < 1e-2


def test_the_same_features_give_the_same_projection() -> None:
    first, second = (fit_projection(_features()) for _ in range(2))

    assert np.array_equal(first.components, second.components)
