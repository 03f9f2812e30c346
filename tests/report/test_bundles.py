import pytest
from rich.console import Console

from maskopt.ensembles import Bundle, Ensemble, Member
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.report.bundles import export_summary

AGE, MASK = Attribute("age", ("young", "old")), Attribute("mask", ("worn", "bare"))


def member(study: str, trial: int, attribute: Attribute, lr: float, networks: int) -> Member:
    weights = tuple(f"members/{study}-{fold}" for fold in range(networks))
    config = {"backbone": "resnet34", "image_size": 128, "lr": lr}
    space = LabelSpace((Head((attribute,)),))
    return Member(study, trial, space, "resnet34", {}, 128, (0, 0, 0), (1, 1, 1), weights, config)


def score(value: float, photos: int) -> dict:
    return {"score": value, "low": value - 0.05, "high": value + 0.05, "photos": photos}


def row(strategy: str, members: int, value: float) -> dict:
    return {"strategy": strategy, "members": members, **score(value, 0)}


FACTS = {
    "objective": "macro_f1",
    "compared": [
        {"of": "age", "chosen": "greedy", "rows": [row("greedy", 2, 0.7), row("single", 1, 0.65)]},
        {"of": "mask", "chosen": "single", "rows": [row("greedy", 1, 0.9), row("single", 1, 0.9)]},
    ],
    "reason": "the greedy vote is taken",
    "notes": ["age predicts with views hflip"],
    "scores": {
        "attributes": {"age": score(0.7, 1200), "mask": score(0.9, 80)},
        "joint": None,
        "joint_reason": "no photo carries both",
        "how": "Measured out of fold.",
    },
}
BUNDLE = Bundle(
    (AGE, MASK),
    (
        member("age", 3, AGE, 0.001, 5),
        member("age", 7, AGE, 0.003, 5),
        member("mask", 1, MASK, 0.01, 1),
    ),
    (Ensemble(("age",), {0: 0.75, 1: 0.25}), Ensemble(("mask",), {2: 1.0})),
    {},
    (),
    FACTS,
)
SUMMARY = """\
who votes, each judged on photos unseen
of    vote    members  macro f1     95 % interval
age   greedy        2    0.7000  0.6500 to 0.7500  taken
age   single        1    0.6500  0.6000 to 0.7000
mask  greedy        1    0.9000  0.8500 to 0.9500
mask  single        1    0.9000  0.8500 to 0.9500  taken

the greedy vote is taken
age predicts with views hflip

members
member  vote share                configuration
age/3   75% of age    5 networks  resnet34 image_size 128 lr 0.001
age/7   25% of age    5 networks  resnet34 image_size 128 lr 0.003
mask/1  100% of mask  1 network   resnet34 image_size 128 lr 0.01

what the bundle scores
attribute  macro f1     95 % interval  photos
age          0.7000  0.6500 to 0.7500   1,200
mask         0.9000  0.8500 to 0.9500      80
Measured out of fold.
no photo carries both

where everything lies
  bundle  people.bundle

next
  maskopt verify people.bundle
"""


def shown(bundle: Bundle, width: int = 200) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as caught:
        console.print(
            export_summary(bundle, {"bundle": "people.bundle"}, ["maskopt verify people.bundle"]),
            soft_wrap=True,
        )
    return caught.get()


def test_an_export_ends_with_who_votes_why_and_how_well() -> None:
    assert [line.rstrip() for line in shown(BUNDLE).splitlines()] == SUMMARY.splitlines()


@pytest.mark.parametrize("facts", [{}, {"scores": {}}], ids=["nothing", "no scores"])
def test_a_bundle_that_says_little_is_shown_all_the_same(facts: dict) -> None:
    bare = Bundle(BUNDLE.attributes, BUNDLE.members, BUNDLE.ensembles, {}, (), facts)
    assert "maskopt verify people.bundle" in shown(bare)
