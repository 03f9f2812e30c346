from math import inf

import pytest

from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.selections import Selection, select

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("on", "off", "worn wrongly"))
LAMP = Attribute("street lamp", ("on", "off", "60+"))
HEIGHT = Attribute("height", ("short", "tall"), (170.0,))
SPACE = LabelSpace((Head((AGE, MASK)), Head((LAMP,))))
TWO_NUMBERS = LabelSpace((Head((AGE,)), Head((HEIGHT,))))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("senior", Selection(AGE, 2)),
        ("age senior", Selection(AGE, 2)),
        ("age=senior", Selection(AGE, 2)),
        ("worn wrongly", Selection(MASK, 2)),
        ("mask worn wrongly", Selection(MASK, 2)),
        ("mask off", Selection(MASK, 1)),
        ("street lamp=on", Selection(LAMP, 0)),
        ("60+", Selection(LAMP, 2)),
        ("age 60+", Selection(AGE, None, 60.0, inf)),
        ("30-49", Selection(AGE, None, 30.0, 49.0)),
        ("age=30-49", Selection(AGE, None, 30.0, 49.0)),
        ("-5-10", Selection(AGE, None, -5.0, 10.0)),
        ("age -10--5", Selection(AGE, None, -10.0, -5.0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_stands_for_a_class_or_a_range(name: str, wanted: Selection) -> None:
    assert select(name, SPACE) == wanted


@pytest.mark.parametrize(
    ("name", "space", "message"),
    [
        ("seniour", SPACE, "unknown class 'seniour'; did you mean 'senior'?"),
        ("age seniour", SPACE, "unknown class 'age seniour'; did you mean 'age senior'?"),
        (
            "x",
            TWO_NUMBERS,
            "unknown class 'x'; known: young, middle, senior, short, tall, or a range of age such "
            "as '30-49' or '60+'",
        ),
        ("x", LabelSpace((Head((MASK,)),)), "unknown class 'x'; known: on, off, worn wrongly"),
        (
            "on",
            SPACE,
            "'on' is a class of mask and street lamp; write 'mask on' for one of them",
        ),
        ("mask 30-49", SPACE, "'mask 30-49' is a range, and mask is no number"),
        ("agee 30-49", SPACE, "unknown attribute 'agee'; did you mean 'age'?"),
        ("x 30-49", TWO_NUMBERS, "unknown attribute 'x'; known: age, height"),
        (
            "30-49",
            LabelSpace((Head((MASK,)),)),
            "'30-49' is a range, and no attribute of the heads is a number",
        ),
        (
            "60+",
            TWO_NUMBERS,
            "'60+' is a range of age or of height; write 'age 60+' for one of them",
        ),
        ("49-30", SPACE, "'49-30' begins above its end; write the lesser number first"),
    ],
)
def test_a_name_that_stands_for_nothing_or_for_several_is_refused(name, space, message) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        select(name, space)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        ("senior", "young", False),
        ("senior", "age senior", True),
        ("age 30-49", "age 50-59", False),
        ("age 30-49", "age 49-59", True),
        ("senior", "age 50-59", False),
        ("senior", "age 50-60", True),
        ("middle", "age 60+", False),
        ("middle", "age 59-70", True),
        ("young", "age 0-20", True),
        ("senior", "mask on", True),
    ],
)
def test_selections_overlap_where_a_photo_can_be_in_both(one: str, two: str, both: bool) -> None:
    first, second = select(one, SPACE), select(two, SPACE)
    assert first.overlaps(second) == second.overlaps(first) == both
