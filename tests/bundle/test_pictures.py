import re
from xml.etree import ElementTree

import pytest

from maskopt.bundle.pictures import MOST_CLASSES, draw_confusion, draw_f1
from maskopt.bundle.svg import WIDTH, extent, fitted

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [each.text for each in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def colours(picture):
    return [each.get("fill") for each in ElementTree.fromstring(picture).iter(f"{SVG}rect")]


def test_a_small_confusion_shows_photos_and_shares_of_the_row():
    picture = draw_confusion("age", ["young", "old"], [[3, 1], [0, 6]])
    assert texts(picture) == [
        "Confusion: age",
        "rows: the true class, columns: the predicted class",
        "photos, and their share of the row",
        *("young", "old"),  # columns
        *("young", "old"),  # rows
        *("3", "75 %", "1", "25 %"),
        *("0", "0 %", "6", "100 %"),
    ]


def test_cells_are_shaded_by_the_share_of_the_row_and_not_by_photos():
    picture = draw_confusion("age", ["young", "old"], [[1000, 1000], [1, 1]])
    cells = colours(picture)[1:]
    assert len(set(cells)) == 1
    assert colours(draw_confusion("age", ["a", "b"], [[9, 0], [0, 1]]))[1:] == [
        "#084594",
        "#f0f5fb",
        "#f0f5fb",
        "#084594",
    ]


def test_a_picture_tells_what_it_shows_to_who_cannot_see_it():
    root = ElementTree.fromstring(draw_confusion("age", ["young", "old"], [[3, 1], [0, 6]]))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t d"
    assert root[0].text == "Confusion: age"
    assert root[1].text == "photos that were told right, by class; young: 3 of 4; old: 6 of 6"
    cell = root.findall(f"{SVG}g")[1]
    assert cell[0].text == "1 of 4 of young: old"


def test_a_picture_brings_its_own_background():
    for picture in (draw_confusion("a", ["b"], [[1]]), draw_f1("a", ["b"], [0.5], None)):
        root = ElementTree.fromstring(picture)
        first = next(root.iter(f"{SVG}rect"))
        assert (first.get("width"), first.get("fill")) == (root.get("width"), "#ffffff")
        assert first.get("height") == root.get("height")


def test_many_classes_have_numbers_at_the_matrix_and_names_below():
    names = [f"species {place}" for place in range(18)]
    counts = [[4 if row == column else 0 for column in range(18)] for row in range(18)]
    shown = texts(draw_confusion("bird", names, counts))
    numbers = [str(place) for place in range(18)]
    assert shown[2] == "in percent of the row's photos"
    assert shown[3:39] == numbers * 2
    assert shown[39:57] == ["100"] * 18
    assert shown[57:] == [f"{place} species {place}" for place in range(18)]


def test_very_many_classes_have_shades_only():
    counts = [[1] * MOST_CLASSES] * MOST_CLASSES
    shown = texts(draw_confusion("bird", [str(i) for i in range(MOST_CLASSES)], counts))
    assert shown[2] == "shaded by the share of the row's photos"
    assert len(shown) == 3 + 3 * MOST_CLASSES


def test_a_class_without_a_photo_has_a_row_of_nothing():
    shown = texts(draw_confusion("age", ["young", "old"], [[0, 0], [1, 1]]))
    assert shown[-8:-4] == ["0", "0 %", "0", "0 %"]


def test_bars_are_as_long_as_f1():
    picture = draw_f1("age", ["young", "old", "none"], [0.25, 1.0, None], [1200, 3, 0])
    assert texts(picture) == [
        "F1 by class: age",
        *("young", "1,200 photos · 0.250"),
        *("old", "3 photos · 1.000"),
        *("none", "no photo"),
    ]
    bars = [float(each) for each in re.findall(r'width="([\d.]+)" height="10.0"', picture)]
    assert bars == [448.0, 112.0, 448.0, 448.0, 448.0, 0.0]


@pytest.mark.parametrize(
    "names",
    [
        ["<b>&amp;</b>", "]]>"],
        ["tab\there", "bell\x07 and \ud800"],
        ["long " * 40, "x" * 300],
        ["中文类别" * 20, "short"],
        ["", " "],
        [f"{'a long name ' * 5}{place}" for place in range(20)],
    ],
    ids=["markup", "unwritable", "long", "wide", "empty", "many"],
)
def test_any_name_is_written_and_stays_inside(names):
    counts = [[1] * len(names)] * len(names)
    for picture in (
        draw_confusion(names[0], names, counts),
        draw_f1(names[0], names, [0.5] * len(names), [10**6] * len(names)),
    ):
        picture.encode()
        for each in ElementTree.fromstring(picture).iter(f"{SVG}text"):
            width = extent(each.text or "", float(each.get("font-size")))
            start = {"start": 0, "middle": width / 2, "end": width}[each.get("text-anchor")]
            left = float(each.get("x")) - start
            assert left >= 0
            assert left + width <= WIDTH


def test_words_are_cut_to_their_room():
    assert fitted("incorrect", 54, 10) == "incorrect"
    assert fitted("incorrect", 53, 10) == "incorre…"
    assert fitted("incorrect", 1, 10) == "…"
