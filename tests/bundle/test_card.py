from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from maskopt.bundle import write_card
from maskopt.bundle.pictures import MOST_CLASSES
from maskopt.ensembles import Bundle, Ensemble
from maskopt.labels import Attribute

CARDS = Path(__file__).parent / "cards"

AGE = {
    "objective": "macro_f1",
    "score": 0.8123,
    "low": 0.7811,
    "high": 0.8432,
    "photos": 10,
    "f1": np.array([0.8, 0.25, np.nan]),
    "confusion": np.array([[4, 1, 0], [2, 3, 0], [0, 0, 0]]),
}
FACTS = {
    "scores": {
        "attributes": {"age": AGE, "mask": {"objective": "accuracy", "score": 0.9}},
        "joint": None,
        "joint_reason": "No photo carries both facts, so nothing can be said of both together.",
        "how": "Out of fold, nested over people.",
    },
    "compared": [
        {
            "of": "age",
            "chosen": "single",
            "rows": [
                {"strategy": "greedy", "members": 3, "score": 0.81, "low": 0.7, "high": 0.9},
                {"strategy": "single", "members": 1, "score": 0.8, "low": None, "high": None},
            ],
        }
    ],
    "reason": "The vote does not beat the best single member beyond its interval.",
    "notes": ["Photos of fold 0 are left out."],
    "splits": [{"study": "age", "folds": 5, "photos": 10_000, "seed": 20, "searched": 1}],
    "refit": "folds",
    "versions": {"torch": "2.15.0", "timm": "1.0.31"},
    "made": "2026-01-02T03:04:05+00:00",
    "preprocessing": "the whole photo, squared",
    "label_policy": {"age": "official"},
}


def card(folder, bundle):
    write_card(folder, bundle)
    return (folder / "README.md").read_text(encoding="utf-8")


def test_a_card_tells_all_that_is_known(tmp_path, bundles):
    told = card(tmp_path, replace(bundles.small_bundle(), facts=FACTS))
    assert told == (CARDS / "whole.md").read_text(encoding="utf-8")
    names = sorted(each.name for each in (tmp_path / "pictures").iterdir())
    assert names == ["confusion-age.svg", "f1-age.svg"]


def test_a_card_leaves_out_what_is_not_known(tmp_path, bundles):
    told = card(tmp_path, replace(bundles.small_bundle(), facts={}))
    headings = [line for line in told.splitlines() if line.startswith("#")]
    assert headings == [
        "# Mask and age of photos",
        "## What it answers",
        "## How to use it",
        "## Who votes",
        "## Limits",
    ]
    assert not (tmp_path / "pictures").exists()


@pytest.mark.parametrize("left_out", sorted(FACTS))
def test_any_fact_may_be_missing(tmp_path, bundles, left_out):
    facts = {name: fact for name, fact in FACTS.items() if name != left_out}
    whole = card(tmp_path, replace(bundles.small_bundle(), facts=FACTS)).splitlines()
    less = card(tmp_path, replace(bundles.small_bundle(), facts=facts)).splitlines()
    assert len(less) < len(whole)
    assert set(less) <= set(whole)


def test_every_picture_that_is_shown_is_there(tmp_path):
    names = ["age", "a b/c", "a b?c", "joint", "größe"]
    attributes = tuple(Attribute(name, ("x", "y")) for name in names)
    score = {"score": 0.5, "f1": [0.5, 0.5], "confusion": [[1, 0], [0, 1]]}
    scores = {"attributes": dict.fromkeys(names, score)}
    scores["joint"] = {"f1": [0.5] * 32, "confusion": np.eye(32, dtype=int), "score": 0.5}
    priors = dict.fromkeys(names, (0.5, 0.5))
    ensembles = (Ensemble(tuple(names), {}),)
    told = card(tmp_path, Bundle(attributes, (), ensembles, priors, (), {"scores": scores}))
    shown = [line.split("](")[1][:-1] for line in told.splitlines() if line.startswith("![")]
    assert len(set(shown)) == len(shown) == 12
    assert sorted(map(unquote, shown)) == sorted(
        f"pictures/{each.name}" for each in (tmp_path / "pictures").iterdir()
    )


def test_names_cannot_break_out_of_a_table(tmp_path):
    attribute = Attribute("a|b", ("<script>", "*x*\n# head", "[link](x)"))
    bundle = Bundle((attribute,), (), (), {"a|b": (0.5, 0.5, 0.0)}, (), {})
    told = card(tmp_path, bundle)
    assert (
        r"| a\|b | &lt;script> (50.0 %), \*x\* # head (50.0 %), \[link\](x) (0.0 %) |"
        in told.splitlines()
    )


def test_very_many_classes_have_their_weakest_in_a_table(tmp_path):
    count = MOST_CLASSES + 1
    attribute = Attribute("bird", tuple(f"bird {place}" for place in range(count)))
    f1 = [None, *(1 - place / count for place in range(1, count))]
    scores = {"attributes": {"bird": {"score": 0.5, "f1": f1}}}
    priors = {"bird": (1 / count,) * count}
    told = card(tmp_path, Bundle((attribute,), (), (), priors, (), {"scores": scores}))
    lines = told.splitlines()
    start = lines.index("### bird: the weakest classes") + 4
    names = [line.split(" | ")[1] for line in lines[start : start + 10]]
    assert names == [f"bird {count - 1 - place}" for place in range(10)]
    assert lines[start + 10] == ""
    assert not (tmp_path / "pictures").exists()
