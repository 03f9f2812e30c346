from pathlib import Path

import pytest

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.objectives import COSTS, SCORES, WHEN
from maskopt.catalog.page import RENEW, kinds, page
from maskopt.catalog.parts import BACKBONE_PARAMETERS, NUMBERS
from maskopt.catalog.recipes import RECIPES

PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"
ENTRIES = {f"{kind.key}.{name}": entry for kind in kinds() for name, entry in kind.table.items()}
KEYS = {**NUMBERS, **{f"backbone.{key}": each for key, each in BACKBONE_PARAMETERS.items()}}


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), f"docs/catalog.md is not current; renew it: {RENEW}"


@pytest.mark.parametrize(("path", "entry"), ENTRIES.items(), ids=list(ENTRIES))
def test_an_entry_says_what_it_is_when_it_helps_and_what_its_parameters_do(
    path: str, entry: Entry
) -> None:
    assert entry.help, f"`help` of {path}: say what it is, in one line"
    assert entry.when, f"`when` of {path}: say when it helps, in one line"
    silent = [key for key, parameter in entry.parameters.items() if not parameter.help]
    assert silent == [], f"parameters of {path} without `help`"
    assert entry.named is None or entry.names_help or entry.named.help


@pytest.mark.parametrize(("path", "parameter"), KEYS.items(), ids=list(KEYS))
def test_a_key_says_what_it_is_and_when_it_helps(path: str, parameter: Parameter) -> None:
    assert parameter.help, f"`help` of {path}: say what it is, in one line"
    assert parameter.when, f"`when` of {path}: say when it helps, in one line"


@pytest.mark.parametrize("path", list(ENTRIES))
def test_what_makes_a_parameter_idle_stands_beside_it(path: str) -> None:
    beside = ENTRIES[path].parameters
    assert [p.idle[0] for p in beside.values() if p.idle and p.idle[0] not in beside] == []


def test_objectives_and_recipes_say_when_they_help() -> None:
    assert set(WHEN) == {*SCORES, *COSTS}
    assert [name for name, recipe in RECIPES.items() if not (recipe.help and recipe.when)] == []


@pytest.mark.parametrize("text", [*ENTRIES, *KEYS, *RECIPES])
def test_every_name_stands_on_the_page(text: str) -> None:
    assert f"`{text.rpartition('.')[2]}`" in page()
