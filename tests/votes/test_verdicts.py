import numpy as np
import pytest

from maskopt.votes.ballots import JOINTLY
from maskopt.votes.verdicts import judge_vote


@pytest.mark.parametrize(
    ("votes", "taken"), [(2, "the best single member"), (3, "the smaller one")]
)
def test_a_vote_that_is_not_taken_is_called_larger_only_where_it_is(
    votes: int, taken: str
) -> None:
    resampled = {
        name: (0.5, np.full(1000, 0.5), 1000) for name in ("greedy", JOINTLY, "soft", "single")
    }
    members = {"greedy": 2, JOINTLY: votes, "soft": 4, "hard": 4, "single": 2}
    surplus = {"greedy": 0, JOINTLY: votes - 2, "soft": 2, "single": 0}
    assert judge_vote("auto", resampled, members, surplus) == (
        "single",
        f"the greedy vote of {votes} members scores 0.500 (0.500 to 0.500), the best single "
        "member of each ensemble 0.500 (0.500 to 0.500); the vote gains 0.000 (0.000 to 0.000), "
        f"not surely above 0, so {taken} is taken",
    )
