from maskopt.export.facts import AVERAGED, describe_choice, policy_words
from maskopt.export.sources import read_sources

from .test_assemble import choice


def test_the_card_says_what_was_scored_and_on_which_split(studies) -> None:
    studies.add("age", "[age]", [0.1])
    sources = read_sources(studies.options("age", members=1))
    folds, all_photos = (
        describe_choice(choice(), sources, refit, networks)
        for refit, networks in (("folds", 2), ("all", 1))
    )
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


def test_a_bundle_of_single_networks_averages_none(studies) -> None:
    studies.add("age", "[age]", [0.1])
    sources = read_sources(studies.options("age", members=1))
    alone = describe_choice(choice(), sources, "folds", networks=1)
    assert not alone["scores"]["how"].endswith(AVERAGED)


def test_the_card_says_on_what_targets_those_who_vote_were_trained() -> None:
    official = {"label_policy": "official"}
    bins = {"label_policy": "bins", "label_policy.bins.width": 5, "label_policy.bins.spread": 2.5}
    soft = {"label_policy": "soft", "label_policy.soft.spread": 3}
    assert policy_words([{}, official]) == "official: the classes as they are scored"
    assert policy_words([official, bins, soft, bins]) == (
        "bins(width=5, spread=2.5), soft(spread=3) in training; scores and votes are of the "
        "official classes"
    )
