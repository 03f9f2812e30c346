import json
from itertools import product

import pytest

from maskopt.labels import Attribute, Head, LabelSpace

MASK = Attribute("mask", ("wear", "incorrect", "not_wear"))
GENDER = Attribute("gender", ("male", "female"))
AGE = Attribute("age", ("young", "middle", "senior"), (30, 60))
JOINT = Head((MASK, GENDER, AGE))


@pytest.mark.parametrize(
    ("years", "name"),
    [(0, "young"), (29, "young"), (29.9, "young"), (30, "middle"), (59, "middle"),
     (60, "senior"), ("60", "senior"), (" 18 ", "young"), (100, "senior")],
)  # fmt: skip
def test_a_bound_belongs_to_the_upper_class(years: str | float, name: str) -> None:
    assert AGE.classes[AGE.class_id(years)] == name


@pytest.mark.parametrize(
    ("attribute", "fact"), [(AGE, "old"), (AGE, "nan"), (AGE, ""), (MASK, "on"), (MASK, "Wear")]
)
def test_a_fact_that_is_no_class_is_refused(attribute: Attribute, fact: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        attribute.class_id(fact)


def test_joint_class_ids_are_the_competition_s() -> None:
    for mask, gender, age in product(range(3), range(2), range(3)):
        assert JOINT.join([mask, gender, age]) == 6 * mask + 3 * gender + age


@pytest.mark.parametrize("head", [JOINT, Head((AGE,)), Head((GENDER, MASK))], ids=lambda h: h.name)
def test_class_ids_round_trip(head: Head) -> None:
    assert [head.join(head.split(i)) for i in range(head.class_count)] == list(
        range(head.class_count)
    )
    assert len(set(head.classes)) == head.class_count


def test_names_of_joint_classes_follow_their_ids() -> None:
    assert JOINT.class_count == 18
    assert JOINT.classes[0] == "wear+male+young"
    assert JOINT.classes[6 * 1 + 3 * 1 + 2] == "incorrect+female+senior"


def test_a_joint_class_needs_one_id_an_attribute() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        JOINT.join([1, 1])


def test_the_joint_head_of_a_label_space_holds_all_attributes_in_order() -> None:
    space = LabelSpace((Head((GENDER, AGE)), Head((MASK,))))
    assert space.attributes == (GENDER, AGE, MASK)
    assert space.joint.name == "gender+age+mask"
    assert space.scored == space.joint


def test_attributes_of_auxiliary_heads_are_not_scored() -> None:
    space = LabelSpace((Head((GENDER, AGE)), Head((MASK,))), auxiliary=("gender+age",))
    assert space.scored.name == "mask"
    assert space.joint.name == "gender+age+mask"
    assert [space.is_scored(head) for head in space.heads] == [False, True]


@pytest.mark.parametrize("heads", [(JOINT,), (Head((MASK,)), Head((AGE,)))], ids=["joint", "two"])
def test_a_label_space_goes_through_json(heads: tuple[Head, ...]) -> None:
    space = LabelSpace(heads)
    assert LabelSpace.from_dict(json.loads(json.dumps(space.to_dict()))) == space
