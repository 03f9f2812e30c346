import pytest

from maskopt import errors
from maskopt.errors import MaskoptError, did_you_mean, plural


def test_every_error_is_one_that_a_user_can_mend() -> None:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    names = {cls.__name__ for cls in found if issubclass(cls, Exception)}
    assert names == {"MaskoptError", "SpecError", "DataError", "StudyError", "BundleError"}
    assert all(issubclass(getattr(errors, name), MaskoptError) for name in names)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("focul", "; did you mean 'focal'?"),
        ("crossentropy", "; did you mean 'cross_entropy'?"),
        ("l2", ""),
        ("", ""),
        (3, ""),
    ],
)
def test_only_a_near_miss_is_hinted_at(word: object, hint: str) -> None:
    assert did_you_mean(word, ["focal", "cross_entropy"]) == hint


def test_a_count_agrees_with_its_noun() -> None:
    assert [plural(count, "photo") for count in (0, 1, 2, 200_000)] == [
        "0 photos",
        "1 photo",
        "2 photos",
        "200,000 photos",
    ]
