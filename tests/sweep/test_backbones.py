from pathlib import Path

import pytest

from maskopt.errors import StudyError
from maskopt.spec import StudySpec, read_spec
from maskopt.sweep import backbones
from maskopt.sweep.backbones import check_backbones

SMALLEST = Path(__file__).parents[1] / "specs" / "good" / "smallest.yaml"


def ask(monkeypatch: pytest.MonkeyPatch, complaints: list[str], *sets: str) -> list[object]:
    asked: list[object] = []

    def look(function: str, payload: object) -> list[str]:
        asked.extend([function, payload])
        return complaints

    monkeypatch.setattr(backbones, "run_job", look)
    spec: StudySpec = read_spec(SMALLEST, sets=[f"space.{each}" for each in sets])
    check_backbones(spec)
    return asked


def test_every_backbone_is_tried_with_each_value_of_its_options(monkeypatch) -> None:
    told = "{resnet18: {stem_type: [deep, tiered], drop_path_rate: 0.1, mean: [0, 0, 0]}}"
    asked = ask(monkeypatch, [], f"backbone=[vgg11, {told}]", "image_size=[128, 96]")
    options = [{"stem_type": stem, "drop_path_rate": 0.1} for stem in ("deep", "tiered")]
    assert asked == [
        "maskopt.vision.sizes:find_unfit",
        {
            "backbones": [
                {"name": "vgg11", "options": {}},
                *({"name": "resnet18", "options": each} for each in options),
            ],
            "sizes": [96, 128],
            "freeze_stages": 0,
        },
    ]


@pytest.mark.parametrize(
    ("told", "sizes"),
    [
        ("{low: 96, high: 224, step: 32}", [96, 128, 160, 192, 224]),
        ("{low: 100, high: 260}", [*range(100, 261, 10)]),
        ("{low: 96, high: 96}", [96]),
        ("64", [64]),
    ],
    ids=["all of few", "some of many", "one", "fixed"],
)
def test_of_a_range_the_least_the_greatest_and_steps_between_are_tried(
    monkeypatch, told: str, sizes: list[int]
) -> None:
    payload = ask(monkeypatch, [], f"image_size={told}")[1]
    assert isinstance(payload, dict)
    assert payload["sizes"] == sizes


def test_all_complaints_are_one_error(monkeypatch) -> None:
    with pytest.raises(StudyError) as raised:
        ask(monkeypatch, ["a cannot", "b cannot"])
    assert str(raised.value) == "a cannot\nb cannot"


@pytest.mark.parametrize(("told", "most"), [("2", 2), ("[3, 0]", 3), ("{low: 0, high: 4}", 4)])
def test_the_most_stages_that_a_space_freezes_are_asked_for(monkeypatch, told, most) -> None:
    payload = ask(monkeypatch, [], f"freeze_stages={told}")[1]
    assert isinstance(payload, dict)
    assert payload["freeze_stages"] == most
