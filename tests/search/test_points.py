import numpy as np
import pytest

from maskopt.search.points import Points
from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, SearchSpace

SPACE = SearchSpace(
    {
        "seed": Fixed(7),
        "lr": FloatRange(1e-4, 1e-2, log=True),
        "loss": Choice((Option("plain"), Option("focal", {"gamma": FloatRange(0.0, 4.0)}))),
        "size": Choice((Option(64), Option(128), Option(256))),
        "layers": IntRange(1, 9, step=2),
    }
)


@pytest.fixture
def points():
    return Points(SPACE)


def test_a_range_becomes_a_place_between_0_and_1_and_a_choice_its_index(points):
    row = points.encode({"lr": 1e-3, "loss": "focal", "loss.focal.gamma": 1.0, "layers": 5})
    np.testing.assert_allclose(row, [0.5, 1.0, 0.25, np.nan, 0.5])


def test_what_is_encoded_is_decoded(points):
    point = {"lr": 1e-3, "loss": "focal", "loss.focal.gamma": 1.0, "size": 128, "layers": 5}
    row = points.encode(point)
    again = {axis.path: points.decode(row, place) for place, axis in enumerate(points.axes)}
    assert again == {**point, "lr": pytest.approx(1e-3)}
    assert type(again["layers"]) is int


def test_two_options_are_1_apart_and_options_that_are_numbers_lie_on_a_line(points):
    rows = np.stack(
        [
            points.encode({"lr": 1e-3, "loss": loss, "size": size, "layers": 1})
            for loss, size in (("plain", 64), ("focal", 128), ("plain", 256))
        ]
    )
    features, owners = points.features(rows)
    assert owners.tolist() == [0, 1, 1, 2, 3, 4]
    half = 0.5**0.5
    np.testing.assert_allclose(features[:, 1:3], [[half, 0], [0, half], [half, 0]])
    np.testing.assert_allclose(features[:, 4], [0, 0.5, 1])


def test_a_value_counts_only_where_its_option_was_chosen(points):
    rows = points.draw(np.random.default_rng(0), 50)
    features, _ = points.features(rows)
    plain = rows[:, 1] == 0
    assert set(features[plain, 3]) == {0.5}
    np.testing.assert_array_equal(features[~plain, 3], rows[~plain, 2])


def test_rows_that_are_drawn_or_varied_are_points_of_the_space(points):
    chance = np.random.default_rng(0)
    drawn = points.draw(chance, 200)
    varied = points.vary(chance, drawn, step=0.3)
    for rows in (drawn, varied):
        assert {points.decode(row, 4) for row in rows} == {1, 3, 5, 7, 9}
        assert {points.decode(row, 3) for row in rows} == {64, 128, 256}
        assert all(1e-4 <= points.decode(row, 0) <= 1e-2 for row in rows)


def test_a_share_of_nothing_varies_nothing(points):
    chance = np.random.default_rng(0)
    drawn = points.draw(chance, 20)
    np.testing.assert_array_equal(points.vary(chance, drawn, step=0.5, share=0.0), drawn)


def test_what_does_not_vary_has_no_place():
    space = SearchSpace({"a": Fixed(1), "b": Choice((Option("x"),)), "c": IntRange(3, 3)})
    points = Points(space)
    assert points.axes == []
    assert points.features(points.draw(np.random.default_rng(0), 3))[0].shape == (3, 0)


def test_a_value_of_the_only_option_always_exists():
    loss = Choice((Option("focal", {"gamma": FloatRange(0.0, 4.0)}),))
    points = Points(SearchSpace({"loss": loss}))
    assert [(axis.path, axis.parent) for axis in points.axes] == [("loss.focal.gamma", None)]


def test_a_step_is_the_number_that_a_person_writes():
    # 0.1 + 2 * 0.1 is 0.30000000000000004, which is another configuration, and more than `high`.
    points = Points(SearchSpace({"drop": FloatRange(0.1, 0.35, step=0.1)}))
    assert points.decode(np.array([0.9]), 0) == 0.3


def test_names_that_compare_equal_are_options_of_their_own():
    space = SearchSpace({"mixed": Choice((Option(1), Option(True), Option(1.0), Option("1")))})
    points = Points(space)
    found = [points.encode({"mixed": name})[0] for name in (1, True, 1.0, "1")]
    assert found == [0, 1, 2, 3]


def test_a_number_outside_of_its_range_counts_as_the_bound():
    points = Points(SPACE)
    row = points.encode({"lr": -1.0, "layers": 99})
    assert (row[0], row[-1]) == (0.0, 1.0)
