"""The worked example of CONTRIBUTING.md, done as it stands there."""

import re
from math import log
from pathlib import Path

import numpy as np
import pytest
import torch

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.parts import PARTS
from maskopt.spec import json_schema, read_spec
from maskopt.vision import losses
from maskopt.vision.trial import run

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
FILE = """\
study: faces
data: {attributes: {mask: {classes: [on, off]}}, group: none}
heads: [mask]
budget: {trials: 3}
space:
  backbone: resnet18
  loss: [focal, poly: {epsilon: {low: 0.5, high: 3.0}}]
"""


@pytest.fixture
def added(monkeypatch):
    """Put the builder and the line where the page says; give what the page's blocks say."""
    builder, line, test, not_default = BLOCKS
    place = dict(vars(losses))
    exec(compile(builder, str(PAGE), "exec"), place)
    monkeypatch.setattr(losses, "poly", place["poly"], raising=False)
    (name, entry), *_ = eval(f"{{{line}}}", {"Entry": Entry, "Parameter": Parameter}).items()
    table = {**PARTS["loss"], name: entry}
    monkeypatch.setitem(PARTS, "loss", table)
    return entry, test, eval(f"{{{not_default}}}")


def test_the_page_s_test_of_its_numbers_holds(added) -> None:
    place = {"torch": torch, "np": np, "pytest": pytest, "log": log, "poly": losses.poly}
    exec(compile(added[1], str(PAGE), "exec"), place)
    place["test_poly_adds_what_is_missing_to_certainty"]()


def test_the_page_s_entry_says_all_that_the_catalog_asks_for(added) -> None:
    entry, _, not_default = added
    assert entry.help
    assert entry.when
    assert all(parameter.help for parameter in entry.parameters.values())
    assert set(not_default) == {f"loss.poly.{key}" for key in entry.parameters}


def test_the_page_s_entry_can_be_written_in_a_file_and_is_in_the_schema(added, tmp_path) -> None:
    file = tmp_path / "faces.yaml"
    file.write_text(FILE)
    option = read_spec(file).space.domains["loss"].option("poly")
    assert (option.parameters["epsilon"].low, option.parameters["epsilon"].high) == (0.5, 3.0)
    assert "PolyLoss" not in str(json_schema())
    assert "first polynomial coefficient" in str(json_schema())


def test_the_page_s_entry_trains_and_its_parameter_acts(
    added, make_task, tmp_path, timeless
) -> None:
    changes = {"plain": {}, "changed": added[2]}
    plain, changed = (
        timeless(run(make_task(tmp_path / name, epochs=1, loss="poly", **each)))
        for name, each in changes.items()
    )
    assert plain != changed
