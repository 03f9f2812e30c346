from __future__ import annotations

from pathlib import Path

import pytest

from maskopt.report.searching import search_rows
from maskopt.spec import read_spec

AGE = Path(__file__).parents[2] / "search_spaces" / "age.yaml"


def rows(*sets: str, **options: str) -> dict[str, str]:
    return dict(search_rows(read_spec(AGE, sets=sets, **options)))


def test_a_search_is_told_with_all_that_watches_it() -> None:
    assert rows() == {
        "search": "gp(startup_trials=5), pruner halving(eta=4, first_rung=none), by macro_f1",
        "referee": "0.05 of paused trials are finished anyway, to see whether the pruner is right",
        "disk": "20 GB for checkpoints of paused trials",
        "cache": "50 GB for decoded photos of all studies",
        "noise": "the best configuration is trained with 3 other seeds at the end",
        "tried first": "1 point",
        "warm start": "from similar studies in the same storage",
        "pretrained": "auto",
    }


def test_what_is_left_out_is_said_to_be() -> None:
    found = rows("referee=0", "noise=0", "warm_start=none", "try_first=[]")
    assert found["referee"] == "none: what was paused at a rung is believed to be worse"
    assert found["noise"] == "not measured: no score is called a tie"
    assert found["warm start"] == "none"
    assert "tried first" not in found


def test_several_objectives_and_named_studies_are_named() -> None:
    found = rows("objective=[accuracy, latency]", "warm_start=[mask, gender]", "noise=1")
    assert found["search"].endswith(", by accuracy, latency")
    assert found["warm start"] == "from mask, gender"
    assert found["noise"] == "the best configuration is trained with 1 other seed at the end"


@pytest.mark.parametrize("pruner", ["none", "median", "hyperband"])
def test_where_nothing_pauses_nothing_is_refereed(pruner: str) -> None:
    assert not {"referee", "disk"} & set(rows(f"pruner={pruner}"))
