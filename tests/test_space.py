import pickle

import pytest

from maskopt.space import (
    Choice,
    Domain,
    Fixed,
    FloatRange,
    IntRange,
    Option,
    Part,
    SearchSpace,
    TrialConfig,
    Value,
    is_settled,
    show_value,
)

SPACE = SearchSpace(
    {
        "backbone": Choice((Option("resnet18"), Option("resnet50.a1", {"drop": Fixed(0.1)}))),
        "lr": FloatRange(1e-5, 1e-3, log=True),
        "loss": Choice(
            (Option("cross_entropy"), Option("focal", {"gamma": FloatRange(0.5, 4.0)}))
        ),
        "size": Choice((Option(96), Option(128))),
        "sampler": Choice((Option("shuffled"),)),
        "epochs": IntRange(3, 3),
        "clip": Fixed(None),
    }
)


def draw(answers: dict[str, Value]) -> tuple[TrialConfig, list[str]]:
    asked: list[str] = []

    def suggest(path: str, domain: FloatRange | IntRange | Choice) -> Value:
        asked.append(path)
        return answers[path]

    return SPACE.draw(suggest), asked


def test_a_parameter_is_asked_for_only_where_its_option_was_chosen() -> None:
    answers: dict[str, Value] = {"backbone": "resnet18", "lr": 1e-4, "size": 96}
    _, asked = draw({**answers, "loss": "cross_entropy"})
    assert asked == ["backbone", "lr", "loss", "size"]
    _, asked = draw({**answers, "loss": "focal", "loss.focal.gamma": 2.0})
    assert asked == ["backbone", "lr", "loss", "loss.focal.gamma", "size"]


def test_a_config_holds_settled_values_too() -> None:
    config, _ = draw(
        {
            "backbone": "resnet50.a1",
            "lr": 1e-4,
            "loss": "focal",
            "loss.focal.gamma": 2.0,
            "size": 128,
        }
    )
    assert config.values == {
        "backbone": "resnet50.a1",
        "backbone.resnet50.a1.drop": 0.1,
        "lr": 1e-4,
        "loss": "focal",
        "loss.focal.gamma": 2.0,
        "size": 128,
        "sampler": "shuffled",
        "epochs": 3,
        "clip": None,
    }
    assert config.part("backbone") == Part("resnet50.a1", {"drop": 0.1})
    assert config.part("loss") == Part("focal", {"gamma": 2.0})
    assert config.part("sampler") == Part("shuffled")


def test_what_varies_is_told_with_conditional_paths() -> None:
    assert [path for path, _ in SPACE.varying()] == [
        "backbone",
        "lr",
        "loss",
        "loss.focal.gamma",
        "size",
    ]


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (FloatRange, (1, 0), "`low <= high` must hold, got low=1, high=0"),
        (FloatRange, (0, 1, True), "`low > 0` must hold where `log: true`, got low=0"),
        (FloatRange, (1, 2, True, 0.5), "`log` and `step` exclude each other, got both"),
        (FloatRange, (1, 2, False, 0.0), "`step > 0` must hold, got step=0"),
        (IntRange, (3, 2), "`low <= high` must hold, got low=3, high=2"),
        (IntRange, (1, 8, True, 2), "`log` and `step` exclude each other, got both"),
        (IntRange, (1, 8, False, -1), "`step > 0` must hold, got step=-1"),
    ],
)
def test_a_range_cannot_be_wrong(
    kind: type[FloatRange | IntRange], arguments: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        kind(*arguments)  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("domain", "settled"),
    [
        (Fixed(1), True),
        (Choice((Option("a"),)), True),
        (Choice((Option("a"), Option("b"))), False),
        (IntRange(1, 1), True),
        (FloatRange(1, 2), False),
    ],
)
def test_a_domain_of_one_value_is_settled(domain: Domain, settled: bool) -> None:
    assert is_settled(domain) is settled


def test_options_are_found_by_value_and_type() -> None:
    choice = Choice((Option(1), Option(True), Option(1.0), Option(None)))
    assert choice.option(True) is choice.options[1]
    assert choice.option(1.0) is choice.options[2]
    assert choice.option(None) is choice.options[3]
    with pytest.raises(KeyError):
        choice.option("1")


def test_a_number_is_a_number() -> None:
    config = TrialConfig({"lr": 1e-3, "clip": None, "flag": True})
    assert config.number("lr") == 1e-3
    for path in ("clip", "flag"):
        with pytest.raises(TypeError, match=f"`{path}` must be a number"):
            config.number(path)


def test_values_print_as_a_person_writes_them() -> None:
    values = [0.00031, (0.5, 0.25), "focal", None, 12, True]
    assert [show_value(value) for value in values] == [
        "0.00031", "[0.5, 0.25]", "focal", "none", "12", "True"
    ]  # fmt: skip


def test_a_space_and_a_config_cross_processes() -> None:
    config, _ = draw({"backbone": "resnet18", "lr": 1e-4, "loss": "cross_entropy", "size": 96})
    assert pickle.loads(pickle.dumps(SPACE)) == SPACE
    assert pickle.loads(pickle.dumps(config)) == config
