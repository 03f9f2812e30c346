from collections import Counter

import pytest

from maskopt.data.people.census import draw_eval, draw_train


def age_groups(persons):
    return Counter(
        "young" if p.age < 30 else "middle" if p.age < 60 else "senior" for p in persons
    )


def truly(people, seed=0):
    return [folder.person for folder in draw_train(people, seed)]


# The competition's training set: 2,700 people, of whom 192 are 60 or older and 1,281 under 30.
@pytest.mark.parametrize(
    ("people", "young", "middle", "senior"),
    [(2700, 1281, 1227, 192), (300, 143, 136, 21), (120, 57, 54, 9), (1, 1, 0, 0)],
)
def test_ages_have_the_competitions_proportions(people, young, middle, senior):
    expected = Counter(young=young, middle=middle, senior=senior)
    assert age_groups(truly(people)) == expected
    assert age_groups(truly(people, seed=9)) == expected


def test_three_in_five_are_women_in_every_age_group():
    persons = truly(2700)
    for chosen in (
        persons,
        [p for p in persons if p.age < 30],
        [p for p in persons if p.age >= 60],
    ):
        women = sum(person.gender == "female" for person in chosen)
        assert women / len(chosen) == pytest.approx(0.614, abs=0.01)


def test_ages_reach_from_18_to_60_and_all_seniors_are_called_60():
    ages = {person.age for person in truly(2700)}
    assert ages == set(range(18, 61))


def test_seniors_are_tripled_in_a_shifted_eval_folder_and_the_others_keep_their_ratio():
    # 576 of 2,700 seniors; 2,124 others at 1281 : 1227.
    shifted = age_groups(draw_eval(2700, 0, "shifted"))
    assert shifted == Counter(young=1085, middle=1039, senior=576)
    same = age_groups(draw_eval(2700, 0, "same"))
    assert same == Counter(young=1281, middle=1227, senior=192)


def test_nobody_is_both_in_train_and_in_eval():
    train = {person.seed for person in truly(300)}
    assert not train & {person.seed for person in draw_eval(100, 0, "shifted")}


def test_ids_rise_and_are_unique():
    ids = [int(folder.name[:6]) for folder in draw_train(300, 0)]
    assert ids == sorted(set(ids))


def test_faults_have_their_shares_and_never_share_a_folder():
    folders = draw_train(1000, 4)
    wrong = {f.name for f in folders if f.wrong_label}
    swapped = {f.name for f in folders if f.swapped}
    doubled = {f.name for f in folders if f.duplicate_of}
    assert (len(wrong), len(swapped), len(doubled)) == (20, 10, 10)
    assert len(wrong | swapped | doubled) == 40
    assert {f.wrong_label for f in folders} == {"", "gender", "age"}


def test_a_wrong_age_is_of_another_age_group():
    for folder in draw_train(1000, 4):
        named = int(folder.name.rpartition("_")[2])
        differs = (named < 30, named < 60) != (folder.person.age < 30, folder.person.age < 60)
        assert differs == (folder.wrong_label == "age")


def test_a_duplicate_shows_the_person_of_a_faultless_folder_under_a_second_id():
    folders = {folder.name: folder for folder in draw_train(1000, 4)}
    doubles = [folder for folder in folders.values() if folder.duplicate_of]
    assert sorted(folder.again for folder in doubles) == list(range(1, 11))
    for double in doubles:
        first = folders[double.duplicate_of]
        assert first.person == double.person
        assert first.name[6:] == double.name[6:]
        assert not first.duplicate_of


def test_everybody_else_is_somebody_else():
    folders = draw_train(1000, 4)
    seeds = [folder.person.seed for folder in folders if not folder.duplicate_of]
    assert len(set(seeds)) == len(seeds) == 990


def test_people_follow_from_number_and_seed():
    assert draw_train(50, 7) == draw_train(50, 7)
    assert draw_train(50, 7) != draw_train(50, 8)
    assert draw_eval(50, 7, "same") == draw_eval(50, 7, "same")
    assert draw_eval(50, 7, "same") != draw_eval(50, 8, "same")
