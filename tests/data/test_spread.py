import numpy as np

from maskopt.data.spread import spread


def test_every_class_gives_as_many_as_it_can() -> None:
    class_ids = np.repeat([0, 2, 5], [100, 3, 10])
    chosen = class_ids[spread(class_ids, 21)]
    assert np.bincount(chosen).tolist() == [9, 0, 3, 0, 0, 9]


def test_photos_of_a_class_lie_far_apart() -> None:
    assert spread(np.zeros(101, np.int64), 3).tolist() == [0, 50, 100]


def test_fewer_photos_than_wanted_are_all_taken() -> None:
    assert spread(np.array([1, 0, 1]), 64).tolist() == [0, 1, 2]
