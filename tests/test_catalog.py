import gc
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from maskopt.catalog import Entry, Parameter, load
from maskopt.catalog.backbones import installed_backbones, read_backbones
from maskopt.catalog.parts import BACKBONE_PARAMETERS, DEFAULT_PARTS, NUMBERS, PARTS
from maskopt.catalog.recipes import RECIPES
from maskopt.catalog.searching import DEFAULT_PRUNER, DEFAULT_SEARCHER, PRUNERS, SEARCHERS
from maskopt.spec import read_spec

TABLES = {**PARTS, "searcher": SEARCHERS, "pruner": PRUNERS}
ENTRIES = {f"{t}.{name}": entry for t, table in TABLES.items() for name, entry in table.items()}
WRITTEN = {"cut": "{cut: {to: 2}}"}
"""Options that say nothing without a parameter."""
TEXT = """\
study: a
data: {attributes: {m: {cuts: [1], names: [x, y]}, n: {classes: [u, v]}}, group: none}
heads: [m, n]
budget: {trials: 3}
"""


def parameters() -> Iterator[tuple[str, Parameter]]:
    yield from NUMBERS.items()
    yield from ((f"backbone.{key}", p) for key, p in BACKBONE_PARAMETERS.items())
    for path, entry in ENTRIES.items():
        yield from ((f"{path}.{key}", p) for key, p in entry.parameters.items())


@pytest.mark.parametrize(("path", "parameter"), list(parameters()), ids=lambda v: str(v)[:40])
def test_a_default_keeps_its_own_rule(path: str, parameter: Parameter) -> None:
    value = parameter.default
    if value is None:
        assert parameter.optional
    elif parameter.kind in ("number", "whole"):
        assert isinstance(value, float if parameter.kind == "number" else int)
        assert parameter.low is None or value >= parameter.low
        assert parameter.high is None or value <= parameter.high
    elif parameter.names:
        assert value in parameter.names


@pytest.mark.parametrize(("path", "entry"), ENTRIES.items(), ids=list(ENTRIES))
def test_an_entry_names_a_builder_and_says_what_it_is(path: str, entry: Entry) -> None:
    module, colon, function = entry.builder.partition(":")
    assert module.startswith("maskopt.")
    assert colon
    assert function.isidentifier()
    assert entry.help


def test_defaults_stand_in_the_tables() -> None:
    assert set(DEFAULT_PARTS) == set(PARTS) - {"backbone"}
    assert all(name in PARTS[key] for key, name in DEFAULT_PARTS.items())
    assert DEFAULT_SEARCHER in SEARCHERS
    assert DEFAULT_PRUNER in PRUNERS


@pytest.mark.parametrize("key", [key for key in TABLES if TABLES[key]])
def test_every_name_can_be_written_in_a_file(tmp_path: Path, key: str) -> None:
    file = tmp_path / "a.yaml"
    names = [
        f"{name}: {{m: 2}}" if entry.names == "heads" else WRITTEN.get(name, name)
        for name, entry in TABLES[key].items()
    ]
    if key in PARTS:
        file.write_text(f"{TEXT}space:\n  backbone: resnet18\n  {key}: [{', '.join(names)}]\n")
        assert len(read_spec(file).content["space"][key]) == len(names)
        return
    for name in names:
        file.write_text(f"{TEXT}{key}: {name}\nspace: {{backbone: resnet18}}\n")
        assert list(read_spec(file).content[key]) == [name]


def test_a_builder_is_loaded_by_its_string() -> None:
    assert load("maskopt.errors:plural")(2, "photo") == "2 photos"


def test_garbage_is_collected_again_once_a_builder_is_loaded_or_cannot_be() -> None:
    for builder in ("maskopt.errors:plural", "maskopt.no_such_module:build"):
        with suppress(ImportError):
            load(builder)
        assert gc.isenabled()


def test_backbones_are_found_in_timm_s_source_without_importing_it(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(
        "@register_model\ndef tiny_net(pretrained=False):\n    ...\n\n\n"
        "@register_model\n@other\ndef big_net(pretrained=False):\n    ...\n\n\n"
        "def not_registered():\n    ...\n\n\n"
        "register_model_deprecations(__name__, {\n    'old_net': 'tiny_net.a1',\n})\n"
    )
    found = read_backbones(tmp_path)
    assert found is not None
    assert found.names == {"tiny_net", "big_net"}
    assert found.renamed == {"old_net": "tiny_net.a1"}
    assert read_backbones(tmp_path / "nothing") is None


def test_backbones_that_files_name_are_in_the_installed_timm() -> None:
    known = installed_backbones()
    assert known is not None
    assert {"resnet34", "efficientnet_b0", "mobilenetv2_035", "test_resnet"} <= known.names
    assert len(known.names) > 500


def test_without_timm_names_are_not_checked_and_this_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maskopt.spec.spaces.installed_backbones", lambda: None)
    file = tmp_path / "a.yaml"
    file.write_text(f"{TEXT}space: {{backbone: [any_net, other_net]}}\n")
    warning = "timm is not installed here, so backbones' names were not checked"
    assert read_spec(file).warnings == (warning,)


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_value_of_a_recipe_fits_a_space_that_offers_it(tmp_path: Path, name: str) -> None:
    recipe, file = RECIPES[name], tmp_path / "a.yaml"
    assert recipe.help
    for learned in (*recipe.where, "age"):
        point = recipe.point_for(tuple(learned.split("+")))
        space: dict[str, object] = {"backbone": "resnet18"}
        for key in (path for path in point if "." not in path):
            start = f"{key}.{point[key]}."
            inside = {p.removeprefix(start): v for p, v in point.items() if p.startswith(start)}
            space[key] = {str(point[key]): inside} if inside else point[key]
        age = TEXT.replace("m:", "age:").replace("[m, n]", "[age, n]")
        cut = age.replace("[1], names: [x, y]", "[30, 60], names: [x, y, z]")
        file.write_text(f"{cut}space: {json.dumps(space)}\n")
        read_spec(file)
