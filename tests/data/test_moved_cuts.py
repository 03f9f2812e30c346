"""A cut that is moved in training must leave photos on both of its sides."""

from pathlib import Path

import numpy as np
import pytest

from maskopt.data.moved_cuts import tell_empty
from maskopt.spec import read_spec
from maskopt.sweep.photos import audit_photos
from maskopt.vision.label_policies import move_cut

AGES = np.array([4.0, 29.5, 30.0, 45.0, 60.0, 61.0])
HEIGHTS = np.array([100.0, 120.0, 170.0, 171.0, 180.0, 190.0])
NUMBERS = {"age": AGES, "height": HEIGHTS}
GO = "and its numbers go from 4 to 61; write another number"
BOTH = (
    "age: {cuts: [30, 60], names: [young, middle, senior]}, height: {cuts: [170], names: [a, b]}"
)


def told(tmp_path: Path, policy: str, heads: str = "[age]") -> list[str]:
    file = tmp_path / "age.yaml"
    file.write_text(
        f"study: age\ndata: {{group: none, attributes: {{{BOTH}}}}}\nheads: {heads}\n"
        f"budget: {{trials: 1, epochs: 1}}\nspace: {{backbone: test_resnet, "
        f"label_policy: {policy}}}\n"
    )
    spec = read_spec(file)
    learned = {each.name: NUMBERS[each.name] for each in spec.label_space.attributes}
    return list(tell_empty(spec.space, spec.label_space, learned))


def line(name: str, old: int, new: str) -> str:
    return (
        f"no photo would be taught as {name!r}: `space.label_policy.cut.to` moves the cut of age "
        f"from {old} to {new}, {GO}"
    )


@pytest.mark.parametrize(
    ("to", "lines"),
    [
        ("[300]", [line("senior", 60, "300")]),
        ("[58, 61]", []),
        ("[58, 61.5, -5]", [line("senior", 60, "61.5"), line("young", 30, "-5")]),
        ("{low: 58, high: 70}", [line("senior", 60, "70")]),
        ("4", [line("young", 30, "4")]),
        ("29.75", []),
        ("59", []),
    ],
    ids=["beyond all", "within", "several", "a range's end", "the least", "below", "short"],
)
def test_a_class_that_no_photo_would_be_taught_as_is_told(tmp_path, to, lines) -> None:
    assert told(tmp_path, f"{{cut: {{to: {to}}}}}") == lines


def test_of_several_numbers_each_is_judged_that_is_moved(tmp_path) -> None:
    height = (
        "no photo would be taught as 'a': `space.label_policy.cut.to` moves the cut of height "
        "from 170 to 58, and its numbers go from 100 to 190; write another number, or name its "
        "`attribute`"
    )
    assert told(tmp_path, "[official, cut: {to: 58}]", "[age, height]") == [height]
    assert told(tmp_path, "{cut: {to: 58, attribute: age}}", "[age, height]") == []


def test_other_policies_move_nothing(tmp_path) -> None:
    assert told(tmp_path, "[official, soft, bins]") == []


@pytest.mark.parametrize("to", [-5.0, 4.0, 44.0, 45.0, 46.0, 300.0])
def test_the_cut_that_is_judged_is_the_one_that_training_moves(tmp_path, to) -> None:
    taught = np.searchsorted(move_cut((30.0, 60.0), to), AGES, side="right")
    missing = sorted(set(range(3)) - set(taught.tolist()))
    names = [("young", "middle", "senior")[each] for each in missing]
    assert [each.split("'")[1] for each in told(tmp_path, f"{{cut: {{to: {to}}}}}")] == names


def test_a_sweep_and_a_check_are_told_with_the_photos(tmp_path, write_photo) -> None:
    rows = [f"{name}.jpg,{age}\n" for name, age in zip("abcd", (12, 20, 30, 61), strict=True)]
    for row in rows:
        write_photo(tmp_path / row.split(",")[0])
    (tmp_path / "photos.csv").write_text("path,age\n" + "".join(rows))
    (tmp_path / "age.yaml").write_text(
        "study: age\ndata: {photos: photos.csv, layout: manifest, group: none, attributes: "
        "{age: {cuts: [30], names: [young, old]}}}\nheads: [age]\nfolds: {count: 2}\n"
        "budget: {trials: 1, epochs: 1}\n"
        "space: {backbone: test_resnet, label_policy: [official, cut: {to: [29, 300]}]}\n"
    )
    spec = read_spec(tmp_path / "age.yaml")
    assert audit_photos(spec, spec.data).errors == (
        f"{tmp_path / 'photos.csv'}: no photo would be taught as 'old': "
        "`space.label_policy.cut.to` moves the cut of age from 30 to 300, and its numbers go from "
        "12 to 61; write another number",
    )
