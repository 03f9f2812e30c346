from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from maskopt.catalog.parts import HEAD_LOSSES, NUMBERS, PARTS
from maskopt.catalog.searching import PRUNERS, SEARCHERS
from maskopt.spec import json_schema

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "specs" / "bad"
GOOD = [*(ROOT / "tests" / "specs" / "good").glob("*.yaml"), *ROOT.glob("search_spaces/*.yaml")]
WRONG = [
    "attributes", "head_keys", "head_lists", "head_words", "missing_keys", "no_end",
    "one_cost", "options", "ranges", "searching", "study_name", "times", "try_first",
    "unknown_keys", "unknown_names", "warm_start", "wrong_types", "wrong_values",
]  # fmt: skip


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def places(validator: Draft202012Validator, text: str) -> set[str]:
    return {error.json_path for error in validator.iter_errors(yaml.safe_load(text))}


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_it_accepts_what_the_reader_accepts(validator: Draft202012Validator, file: Path) -> None:
    assert places(validator, file.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("name", WRONG)
def test_it_finds_mistakes_of_form(validator: Draft202012Validator, name: str) -> None:
    assert places(validator, (BAD / f"{name}.yaml").read_text(encoding="utf-8"))


def test_it_points_at_each_mistake(validator: Draft202012Validator) -> None:
    assert places(validator, (BAD / "unknown_names.yaml").read_text(encoding="utf-8")) == {
        "$.objective",
        "$.searcher",
        "$.pruner",
        "$.pretrained",
        *(f"$.space.{key}" for key in PARTS),
    }


def test_numbers_are_numbers_in_both_versions_of_yaml(validator: Draft202012Validator) -> None:
    text = (BAD.parent / "good" / "smallest.yaml").read_text(encoding="utf-8")
    for lr in ("1e-4", "0.0001", "'1e-4'", "[1e-4, 0.001]", "{low: 1e-5, high: 1.0e-3}"):
        changed = text.replace("resnet18", f"resnet18, lr: {lr}")
        assert places(validator, changed) == set(), lr
    for lr in ("fast", "100", "[]", "{low: 1}", "true"):
        changed = text.replace("resnet18", f"resnet18, lr: {lr}")
        assert places(validator, changed) == {"$.space.lr"}, lr


def test_every_name_of_the_catalog_is_offered_with_its_help() -> None:
    properties = json_schema()["properties"]
    tables = {"searcher": SEARCHERS, "pruner": PRUNERS}
    for key, table in tables.items():
        offered = {
            one["const"]: one["description"] for one in properties[key]["anyOf"][0]["anyOf"]
        }
        assert offered == {name: entry.help for name, entry in table.items()}
    assert list(properties["space"]["properties"]) == [*PARTS, HEAD_LOSSES, *NUMBERS]


@pytest.mark.parametrize(
    ("key", "value", "is_right"),
    [
        ("head_losses", "{age: focal, mask: [bce, focal: {gamma: {low: 1, high: 3}}]}", True),
        ("head_losses", "none", True),
        ("head_losses", "{age: focul}", False),
        ("head_losses", "focal", False),
        ("head_weights", "{age: 2, mask: {low: 0.5, high: 3}}", True),
        ("head_weights", "[equal, learned, fixed: {age: [1, 2]}, {mask: 2}]", True),
        ("head_weights", "{age: 0}", False),
        ("head_weights", "{low: 1, high: 2}", False),
        ("head_weights", "{fixed: 2}", False),
    ],
)
def test_what_goes_by_heads_is_checked(
    validator: Draft202012Validator, key: str, value: str, is_right: bool
) -> None:
    text = (BAD.parent / "good" / "smallest.yaml").read_text(encoding="utf-8")
    found = places(validator, text.replace("resnet18", f"resnet18, {key}: {value}"))
    assert (found == set()) is is_right, found
