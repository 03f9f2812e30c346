from maskopt.export.facts import AVERAGED, describe_choice
from maskopt.export.sources import read_sources

from .test_assemble import choice


def test_the_card_says_what_was_scored_and_on_which_split(studies) -> None:
    studies.add("age", "[age]", [0.1])
    sources = read_sources(studies.options("age", members=1))
    folds, all_photos = (describe_choice(choice(), sources, refit) for refit in ("folds", "all"))
    assert folds["scores"]["how"] == all_photos["scores"]["how"] + AVERAGED
    assert (folds["objective"], folds["refit"], folds["vote"]) == ("macro_f1", "folds", "greedy")
    (split,) = folds["splits"]
    assert {key: split[key] for key in ("study", "folds", "group", "photos", "groups")} == {
        "study": "age",
        "folds": 2,
        "group": "none",
        "photos": 8,
        "groups": 8,
    }
