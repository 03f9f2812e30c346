from pathlib import Path

import pytest

from maskopt.plan.costs import Costs


def test_the_longest_of_the_last_five_runs_is_expected(tmp_path: Path) -> None:
    costs = Costs()
    for seconds in (90.0, 3.0, 4.0, 2.0, 5.0, 3.0):
        costs.note("write", seconds)
    assert costs.expected("write") == 5.0
    costs.write(tmp_path)
    assert Costs.read(tmp_path).expected("write") == 5.0


@pytest.mark.parametrize("text", ["", "[]", '{"write": "soon"}', '{"write": [null]}'])
def test_a_broken_file_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "costs.json").write_text(text)
    assert Costs.read(tmp_path).expected("write") == Costs().expected("write")


def test_what_grows_with_its_size_is_kept_a_unit() -> None:
    costs = Costs()
    costs.note("choose", 20.0, 1_000 * 4)
    assert costs.choosing(2_000, 3) == pytest.approx(1.0 + 0.005 * 6_000)


def test_so_many_members_are_composed_as_there_is_time_for() -> None:
    costs = Costs({"choose": [0.001], "write": [4.0]})

    def members(seconds: float) -> int:
        return costs.members_in_time([2, 2, 2], photos=1_000, photo=0.0, seconds=seconds)

    # 1 s and 1 s a member, 4 s and 0.2 s a member; half as much again has to fit.
    assert [members(s) for s in (1.5 * 8.6, 1.5 * 8.6 - 0.1, 1.5 * 6.2, 9.0)] == [3, 2, 1, 0]
