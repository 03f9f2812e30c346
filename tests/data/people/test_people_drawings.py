from random import Random
from statistics import mean

import numpy as np
import pytest

from maskopt.data.people.canvas import HEIGHT, WIDTH, Canvas, Pose
from maskopt.data.people.clothes import draw_body
from maskopt.data.people.face import Mood, draw_features, draw_glasses, draw_head
from maskopt.data.people.hair import draw_hair, draw_hair_behind
from maskopt.data.people.looks import draw_looks
from maskopt.data.people.masks import Mask, draw_mask, draw_masks, worn_rightly, worn_wrongly

FACE = draw_looks("female", 25, Random(0)).face
KINDS = ["surgical", "folded", "cloth", "sport", "printed"]
NOSE, MOUTH = (0.0, 0.34), (0.0, 0.6)


def looks_of(gender, age, count=400):
    return [draw_looks(gender, age, Random(f"{gender}{age}{n}")) for n in range(count)]


def blank():
    return Canvas(np.zeros((HEIGHT, WIDTH, 3), np.uint8), Pose(WIDTH / 2, HEIGHT * 0.4, 110.0))


def covered(kind, wearing):
    """Whether nose and mouth are under a mask drawn on nothing."""
    canvas = blank()
    draw_mask(canvas, FACE, Mask(kind, (200.0, 200.0, 200.0), (90.0, 90.0, 90.0)), wearing)
    pixels = np.round(canvas.place([NOSE, MOUTH])).astype(int)
    return [bool(canvas.image[y, x].any()) for x, y in pixels]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_worn_rightly_covers_nose_and_mouth(kind):
    for seed in range(60):
        assert covered(kind, worn_rightly(Random(seed))) == [True, True]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_worn_wrongly_leaves_nose_or_mouth_out(kind):
    ways = [covered(kind, worn_wrongly(Random(seed))) for seed in range(120)]
    assert [True, True] not in ways
    assert [False, True] in ways  # under the nose
    assert [False, False] in ways  # on the chin, off one ear
    assert [True, False] in ways  # over the eyes


def test_a_person_has_one_mask_of_each_kind_in_any_order():
    orders = [[mask.kind for mask in draw_masks(Random(seed))] for seed in range(20)]
    assert all(sorted(order) == sorted(KINDS) for order in orders)
    assert len({tuple(order) for order in orders}) > 10


def test_gender_shows_in_every_cue_and_in_none_for_certain():
    women, men = looks_of("female", 30), looks_of("male", 30)
    for cue, women_have_more in {
        "brow": False,
        "jaw": False,
        "lashes": True,
        "lips": True,
    }.items():
        hers, his = ([getattr(one.face, cue) for one in group] for group in (women, men))
        assert (mean(hers) > mean(his)) == women_have_more
        assert max(min(hers), min(his)) < min(max(hers), max(his))  # they overlap
    assert {"short"} < {one.hair.style for one in women}
    assert {"long", "short"} < {one.hair.style for one in men}


def test_age_shows_in_grey_hair_wrinkles_and_eyes():
    for gender in ("female", "male"):
        young, middle, senior = (looks_of(gender, age) for age in (22, 48, 60))
        for cue in (
            lambda one: one.hair.grey,
            lambda one: one.face.wrinkles,
            lambda one: one.face.sag,
            lambda one: -one.face.eye_size,
        ):
            assert mean(map(cue, young)) < mean(map(cue, middle)) < mean(map(cue, senior))


def test_most_go_grey_around_sixty_and_some_dye_it_back():
    def grey(age):
        return mean(one.hair.grey > 0.5 for one in looks_of("female", age))

    assert grey(30) == 0.0
    assert 0.0 < grey(56) < 0.4
    assert 0.6 < grey(60) < 0.95


def test_people_near_a_cut_are_ambiguous():
    def wrinkles(age):
        return [one.face.wrinkles for one in looks_of("female", age)]

    assert mean(old > young for old, young in zip(wrinkles(31), wrinkles(28), strict=True)) < 0.85
    assert min(wrinkles(60)) < max(wrinkles(57))


def test_looks_follow_from_their_seed():
    assert draw_looks("male", 40, Random("a")) == draw_looks("male", 40, Random("a"))
    assert draw_looks("male", 40, Random("a")) != draw_looks("male", 40, Random("b"))


def test_all_looks_can_be_drawn():
    seen = set()
    for seed in range(150):
        looks = draw_looks(("female", "male")[seed % 2], 18 + seed % 43, Random(seed))
        canvas = blank()
        draw_hair_behind(canvas, looks)
        draw_body(canvas, looks)
        draw_head(canvas, looks)
        draw_features(canvas, looks, Mood(0.5, seed % 3 / 2, 1.0, 0.0))
        draw_glasses(canvas, looks.face, (0.0, 0.0, 0.0))
        draw_hair(canvas, looks, Random(seed))
        assert canvas.image.any()
        seen |= {looks.hair.style, looks.clothes.kind, looks.face.beard, looks.face.glasses}
    assert seen >= {"long", "bob", "tied", "bun", "short", "curls", "side", "buzz", "mop", "bald"}
    assert seen >= {"tee", "hoodie", "shirt", "suit", "blouse", "cardigan", "turtleneck", "scarf"}
    assert seen >= {"", "moustache", "goatee", "full", "round", "square", "half"}


def test_a_turned_head_moves_the_nose_but_not_the_outline():
    straight, turned = Pose(190.0, 220.0, 100.0), Pose(190.0, 220.0, 100.0, yaw=0.5)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    nose = [Canvas(image, pose).place([[0.0, 0.0]])[0].tolist() for pose in (straight, turned)]
    assert nose == [[190.0, 220.0], [212.5, 220.0]]  # 0.45 * 0.5 of 100 pixels
    edges = [Canvas(image, pose).place([[0.7, 0.0]], depth=0.0) for pose in (straight, turned)]
    assert edges[0].tolist() == edges[1].tolist() == [[260.0, 220.0]]
