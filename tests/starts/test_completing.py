import pytest

from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, SearchSpace
from maskopt.starts.completing import complete_point, middle_value, plain_value


def choice(*names: object) -> Choice:
    return Choice(tuple(map(Option, names)))


@pytest.mark.parametrize(
    ("path", "domain", "value"),
    [
        ("sampler", choice("class_balanced", "shuffled"), "shuffled"),
        ("augmentation", choice("none", "medium"), "none"),
        ("image_size", choice(96, 128), 128),
        ("image_size", choice(48, 64), 48),
        ("batch_size", IntRange(16, 32, step=8), 32),
        ("batch_size", IntRange(4, 16), 10),
        ("dropout", FloatRange(0.0, 0.5), 0.0),
        ("dropout", FloatRange(0.1, 0.5), 0.3),
        ("weight_decay", FloatRange(1e-4, 0.1, log=True), 0.01),
        ("lr", FloatRange(1e-6, 1e-4, log=True), 1e-5),
        ("clip", choice(5.0, None), None),
        ("loss.focal.gamma", FloatRange(0.5, 4.0), 2.0),
        ("loss.cross_entropy.class_weights", choice("effective", None), None),
        ("backbone.resnet50.a1_in1k.drop_path_rate", FloatRange(0.0, 0.2), 0.1),
    ],
)
def test_plain_is_the_default_or_near_it_or_the_middle(path, domain, value) -> None:
    found = plain_value(path, domain)
    assert found == value
    assert type(found) is type(value)


def test_the_middle_of_a_range_lies_in_it_and_on_its_steps() -> None:
    assert middle_value(FloatRange(1e-5, 1e-3, log=True)) == 1e-4
    assert middle_value(FloatRange(0.0, 1.0, step=0.25)) == 0.5
    assert middle_value(IntRange(1, 9, step=3)) == 4
    assert middle_value(IntRange(128, 2048, step=32)) == 1088  # 1090 is none of them
    assert middle_value(FloatRange(0.1, 0.5, step=0.1)) == 0.3  # 0.1 + 0.2 is another number
    narrow = FloatRange(0.0012345, 0.0012349)
    assert narrow.low <= middle_value(narrow) <= narrow.high


def test_a_point_keeps_what_it_says_and_what_only_that_leads_to() -> None:
    space = SearchSpace(
        {
            "loss": Choice(
                (
                    Option("cross_entropy", {"label_smoothing": FloatRange(0.0, 0.2)}),
                    Option("focal", {"gamma": FloatRange(1.0, 4.0)}),
                )
            ),
            "lr": FloatRange(1e-4, 1e-2, log=True),
            "clip": Fixed(5.0),
        }
    )
    assert complete_point({"loss": "focal", "lr": 0.005}, space) == {
        "loss": "focal",
        "loss.focal.gamma": 2.0,
        "lr": 0.005,
    }
    assert complete_point({}, space) == {
        "loss": "cross_entropy",
        "loss.cross_entropy.label_smoothing": 0.0,
        "lr": 0.001,
    }
