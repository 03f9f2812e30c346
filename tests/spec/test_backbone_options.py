"""What an option of `backbone` may carry besides what the catalog names."""

import json
from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option
from maskopt.spec import read_spec, spec_from_content

SMALLEST = Path(__file__).parents[1] / "specs" / "good" / "smallest.yaml"


def read(option: str):
    return read_spec(SMALLEST, sets=[f"space.backbone={option}"])


def parameters(option: str):
    backbone = read(option).space.domains["backbone"]
    assert isinstance(backbone, Choice)
    return backbone.options[0].parameters


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ("32", Fixed(32)),
        ("0.5", Fixed(0.5)),
        ("1e-3", Fixed(0.001)),
        ("deep", Fixed("deep")),
        ("yes", Fixed(True)),
        ("none", Fixed(None)),
        ("[32, 64]", Choice((Option(32), Option(64)))),
        ("[deep, none]", Choice((Option("deep"), Option(None)))),
        ("{low: 16, high: 64, step: 16}", IntRange(16, 64, step=16)),
        ("{low: 0, high: 0.5}", FloatRange(0.0, 0.5)),
    ],
    ids=str,
)
def test_a_keyword_of_timms_takes_whatever_a_plain_value_reads_as(told: str, domain) -> None:
    spec = read(f"{{resnet18: {{stem_width: {told}}}}}")
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    assert backbone.options[0].parameters == {"stem_width": domain}
    assert spec_from_content(json.loads(json.dumps(spec.content))) == spec


def test_such_keywords_are_searched_by_their_dotted_path() -> None:
    spec = read("[resnet18, {swin_tiny_patch4_window7_224: {window_size: [7, 8]}}]")
    varying = dict(spec.space.varying())
    assert varying["backbone.swin_tiny_patch4_window7_224.window_size"] == Choice(
        (Option(7), Option(8))
    )


def test_random_weights_may_be_the_wish_for_one_backbone() -> None:
    assert parameters("{resnet18: {weights: none}}") == {"weights": Fixed(None)}
    assert parameters("resnet18") == {}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "{resnet34: {stem_widht: 32}}",
            "`space.backbone`: 'resnet34' has no parameter 'stem_widht'; did you mean "
            "'stem_width'?",
        ),
        (
            "{resnet34: {img_size: 64}}",
            "`space.backbone`: 'resnet34' cannot be given 'img_size': write `space.image_size`",
        ),
        (
            "{resnet34: {num_classes: 3}}",
            "`space.backbone`: 'resnet34' cannot be given 'num_classes': the study's heads say "
            "that",
        ),
        (
            "{resnet34: {attn_drop_rate: 1}}",
            "`space.backbone.resnet34.attn_drop_rate` must be a number from 0 to 0.9 or none, "
            "got 1",
        ),
        (
            "{resnet34: {stem_width: {low: 64, high: 32}}}",
            "`space.backbone.resnet34.stem_width`: `low <= high` must hold, got low=64, high=32",
        ),
        (
            "{resnet34: {stem_width: {low: a, high: 32}}}",
            "`space.backbone.resnet34.stem_width.low` must be a number, got 'a'",
        ),
    ],
    ids=["misspelt", "our own", "the heads'", "rule", "order", "text in a range"],
)
def test_what_a_backbone_cannot_be_given_is_told_at_once(option: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        read(option)
    assert str(raised.value) == f"--set space.backbone={option}: {message}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("adahessian", "it needs second derivatives, which training steps do not compute"),
        ("lbfgs", "it needs the loss several times a step"),
        ("kron", "a trial that goes on from its checkpoint would not be the same"),
        ("bnbadamw8bit", "it needs bitsandbytes, which maskopt does not bring"),
        (
            "fusedlamb",
            "it needs NVIDIA's apex, which maskopt does not bring; adam, adamw and sgd are fused "
            "here",
        ),
        ("momentum", "write `sgd: {nesterov: false}`"),
        ("lookahead_lion", "timm's Lookahead is not offered; write lion"),
    ],
)
def test_optimisers_that_cannot_be_chosen_say_why(name: str, reason: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_spec(SMALLEST, sets=[f"space.optimizer={name}"])
    where = f"--set space.optimizer={name}"
    assert str(raised.value) == f"{where}: the optimizer {name!r} cannot be chosen: {reason}"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("layer_decay=0", "`space.layer_decay` must be a number from 0.01 to 1 or none, got 0"),
        (
            "freeze_epochs=0.5",
            "`space.freeze_epochs` must be a whole number from 0 to 10000, got 0.5",
        ),
        (
            "schedule={warm_restarts: {mult: 0.5}}",
            "`space.schedule.warm_restarts.mult` must be a number from 1 to 10, got 0.5",
        ),
        (
            "optimizer={lion: {momentum: 0.9}}",
            "`space.optimizer`: 'lion' has no parameter 'momentum'; it takes beta1, beta2",
        ),
    ],
)
def test_values_that_break_a_rule_are_told_with_it(told: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_spec(SMALLEST, sets=[f"space.{told}"])
    assert str(raised.value).startswith(f"--set space.{told}: {message}")
