import math

import numpy as np
import pytest

from maskopt.search.process import JITTER, Observed, Process, Settings, factorised


def observe(points, values, times=None):
    features = np.array(points, float)
    return Observed(
        features,
        np.ones(len(features)) if times is None else np.array(times, float),
        np.array(values, float),
    )


def matern(distance):
    scaled = math.sqrt(5) * distance
    return (1 + scaled + scaled**2 / 3) * math.exp(-scaled)


@pytest.fixture
def process():
    made = Process(np.array([0]), 1)
    made.settings = Settings(np.log([0.5]), np.log([1.0, 0.5, 0.25, 0.1]))
    return made


def test_covariance_falls_with_distance_and_a_part_of_it_with_time(process):
    first, second = observe([[0.0]], [0], [1.0]), observe([[0.5]], [0], [0.5])
    expected = matern(0.5 / 0.5) * (1.0 + 0.5 * math.exp(-0.5 / 0.25))
    assert process.covariance(first, second)[0, 0] == pytest.approx(expected)


def test_one_observation_is_half_believed_when_noise_is_as_great_as_the_signal(process):
    process.settings.others = np.log([1.0, 1e-12, 1.0, 1.0])
    means, deviations = process.condition(observe([[0.3]], [2.0])).predict(np.array([[0.3]]))
    assert means[0] == pytest.approx(1.0, abs=1e-5)
    assert deviations[0] == pytest.approx(math.sqrt(0.5), abs=1e-5)


def test_a_prediction_is_what_the_book_says(process):
    seen = observe([[0.1], [0.4]], [1.0, -0.5], [1.0, 0.2])
    asked = np.array([[0.2]])
    matrix = process.covariance(seen, seen) + (0.1 + JITTER) * np.eye(2)
    across = process.covariance(seen, observe(asked, [0]))[:, 0]
    mean, deviation = process.condition(seen).predict(asked)
    assert mean[0] == pytest.approx(across @ np.linalg.solve(matrix, seen.values))
    expected = 1.5 - across @ np.linalg.solve(matrix, across)
    assert deviation[0] == pytest.approx(math.sqrt(expected))


def test_far_from_all_that_was_seen_nothing_is_known(process):
    means, deviations = process.condition(observe([[0.0]], [3.0])).predict(np.array([[100.0]]))
    assert means[0] == pytest.approx(0.0, abs=1e-9)
    assert deviations[0] == pytest.approx(math.sqrt(1.5))


def test_a_point_that_is_believed_in_is_surer_and_no_better(process):
    posterior = process.condition(observe([[0.0], [1.0]], [1.0, 0.0]))
    asked = np.array([[0.5]])
    before, after = posterior.predict(asked), posterior.believe(asked).predict(asked)
    assert after[0][0] == pytest.approx(before[0][0], abs=1e-4)
    assert after[1][0] < before[1][0] / 2
    assert posterior.believe(np.zeros((0, 0))) is posterior


def test_the_gradient_is_that_of_the_likelihood(process):
    chance = np.random.default_rng(0)
    process = Process(np.array([0, 1, 1]), 2)
    seen = Observed(chance.random((12, 3)), chance.random(12), chance.normal(size=12))
    apart, times = process._apart(seen.features), np.abs(seen.times[:, None] - seen.times)
    settings = np.array([-0.3, 0.2, 0.1, -1.0, -0.4, -2.0])

    def unlikeliness(settings):
        return process._unlikeliness(settings, apart, times, seen.values)

    steps = 1e-6 * np.eye(6)
    by_hand = [
        (unlikeliness(settings + step)[0] - unlikeliness(settings - step)[0]) / 2e-6
        for step in steps
    ]
    np.testing.assert_allclose(unlikeliness(settings)[1], by_hand, rtol=1e-5)


def test_fitting_finds_which_axis_matters():
    chance = np.random.default_rng(0)
    features = chance.random((60, 2))
    process = Process(np.array([0, 1]), 2)
    process.fit(observe(features, np.sin(6 * features[:, 0])), chance, 50)
    matters, does_not = process.settings.lengths
    assert does_not > matters + 1


def test_of_many_observations_a_part_is_fitted_to():
    chance = np.random.default_rng(0)
    features = chance.random((400, 1))
    process, fewer = Process(np.array([0]), 1), []
    inner = process._apart
    process._apart = lambda shown: fewer.append(len(shown)) or inner(shown)
    process.fit(observe(features, features[:, 0]), chance, 3)
    assert fewer == [150]


def test_a_covariance_that_rounding_has_spoilt_is_factorised_with_jitter():
    spoilt = np.array([[1.0, 1.0], [1.0, 1.0 - 1e-9]])
    factor = factorised(spoilt)
    np.testing.assert_allclose(factor @ factor.T, spoilt, atol=2e-6)
    sound = np.array([[4.0, 2.0], [2.0, 5.0]])
    np.testing.assert_allclose(factorised(sound), [[2.0, 0.0], [1.0, 2.0]])


def test_what_is_believed_is_as_if_it_had_been_seen_from_the_start(process):
    """The factor that grows by rows is that of everything at once."""
    points, values, times = [[0.1], [0.4], [0.8]], [0.3, -0.2, 0.5], [0.5, 1.0, 0.0]
    posterior = process.condition(observe(points, values, times))
    believed = np.array([[0.3], [0.6]])
    means, _ = posterior.predict(believed)
    whole = process.condition(
        observe([*points, *believed.tolist()], [*values, *means], [*times, 1.0, 1.0])
    )
    asked = np.array([[0.0], [0.5], [1.0]])
    for grown, at_once in zip(
        posterior.believe(believed).predict(asked), whole.predict(asked), strict=True
    ):
        assert grown == pytest.approx(at_once)


def test_a_point_that_is_observed_often_counts_as_often(process):
    features, times = np.array([[0.1], [0.4]]), [0.2, 0.6, 1.0]
    once = Observed(features, np.array(times), np.array([1.0, 0.5, -0.5]), np.array([0, 0, 1]))
    each = observe([[0.1], [0.1], [0.4]], [1.0, 0.5, -0.5], times)
    assert once.spread().tolist() == each.features.tolist()
    assert process.covariance(once, each) == pytest.approx(process.covariance(each, once))
    asked = np.array([[0.2], [0.7]])
    for one, other in (
        (process.condition(once), process.condition(each)),
        (process.condition(once).believe(asked), process.condition(each).believe(asked)),
        (
            process.condition(once.rows(np.array([0, 2]))),
            process.condition(each.rows(np.array([0, 2]))),
        ),
    ):
        assert one.predict(asked)[0] == pytest.approx(other.predict(asked)[0])
        assert one.predict(asked)[1] == pytest.approx(other.predict(asked)[1])
