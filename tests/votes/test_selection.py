import numpy as np
import pytest

from maskopt.votes.marginals import decide
from maskopt.votes.polls import Poll
from maskopt.votes.selection import (
    Decided,
    Judge,
    greedy_shares,
    hard_vote,
    rank_members,
    soft_vote,
)


def draw(members: int, photos: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return members that are each right by themselves a little, and targets."""
    random = np.random.default_rng(seed)
    targets = random.integers(0, classes, photos)
    logits = random.gumbel(size=(members, photos, classes))
    logits[:, np.arange(photos), targets] += 1.2
    odds = np.exp(logits)
    return (odds / odds.sum(axis=-1, keepdims=True)).astype(np.float32), targets


def score(marginals: list[np.ndarray], targets: list[np.ndarray], shares: np.ndarray) -> float:
    judge = Judge("macro_f1", targets, [each.shape[-1] for each in marginals])
    return judge.score([decide(each) for each in soft_vote(marginals, shares.tolist())])


@pytest.mark.parametrize("classes", [2, 3, 18, 33])
def test_a_poll_counts_as_adding_probabilities_does(classes: int) -> None:
    members, _ = draw(4, 300, classes)
    poll = Poll.of(members, 25)
    for chosen in (2, 0, 2):
        poll.add(chosen)
    assert poll.winners().tolist() == decide(2 * members[2] + members[0]).tolist()
    expected = decide(2 * members[2] + members[0] + members[3])
    assert poll.winners_with(3).tolist() == expected.tolist()
    poll.restart(np.array([0, 3, 0, 1]))
    assert poll.winners().tolist() == decide(3 * members[1] + members[3]).tolist()


def test_a_full_poll_of_certain_members_does_not_overflow() -> None:
    certain = np.zeros((1, 2, 1024), np.float32)
    certain[0, 0, 0] = certain[0, 1, 1023] = 1
    poll = Poll.of(certain, 25)
    for _ in range(25):
        poll.add(0)
    assert poll.winners().tolist() == [0, 1023]


def test_equal_votes_go_to_the_lower_class() -> None:
    even = np.full((1, 1, 3), 1 / 3, np.float32)
    poll = Poll.of(even, 25)
    poll.add(0)
    assert poll.winners().tolist() == [0]


def test_votes_by_hand() -> None:
    # two members lean to class 1, one is sure of class 0: the sure one overrules them by softness
    members = np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]], np.float32)
    (soft,) = soft_vote([members])
    assert soft[0] == pytest.approx([1.7 / 3, 1.3 / 3])
    assert hard_vote([members])[0].tolist() == [1]
    assert hard_vote([members[:2]])[0].tolist() == [0]  # one to one: the soft vote decides
    (shared,) = soft_vote([members], [0.25, 0.75, 0.0])
    assert shared[0] == pytest.approx([0.525, 0.475])


def test_members_are_ranked_by_the_score_over_all_attributes() -> None:
    targets = [np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])]
    right = [np.eye(2, dtype=np.float32)[ids] for ids in targets]
    wrong = [1 - each for each in right]
    marginals = [
        np.stack([wrong[0], right[0], right[0]]),
        np.stack([right[1], right[1], right[1]]),
    ]
    assert rank_members(marginals, Judge("accuracy", targets, (2, 2))) == [1, 2, 0]


def test_a_useless_member_gets_no_share() -> None:
    members, targets = draw(3, 2000, 3)
    even = np.full((1, 2000, 3), 1 / 3, np.float32)
    wrong = np.eye(3, dtype=np.float32)[(targets + 1) % 3][None]
    shares = greedy_shares([np.concatenate([members, even, wrong])], [targets], "macro_f1")
    assert shares.sum() == pytest.approx(1)
    assert (shares[:3] > 0.1).all()
    assert shares[4] == 0
    # the even one changes no decision: it is added only where nothing else helps, never kept
    assert shares[3] == 0


@pytest.mark.parametrize("seed", range(6))
def test_selection_never_scores_below_the_best_member_on_its_own_photos(seed: int) -> None:
    members, targets = draw(6, 150, 3, seed)
    shares = greedy_shares([members], [targets], "macro_f1", seed=seed)
    singles = [score([members], [targets], alone) for alone in np.eye(6)]
    assert score([members], [targets], shares) >= max(singles)


def test_a_perfect_member_votes_alone() -> None:
    members, targets = draw(2, 300, 4)
    perfect = np.eye(4, dtype=np.float32)[targets][None]
    shares = greedy_shares([np.concatenate([members, perfect])], [targets], "accuracy")
    assert shares.tolist() == [0, 0, 1]


def test_of_two_equal_members_the_earlier_votes_alone() -> None:
    members, targets = draw(1, 300, 4)
    shares = greedy_shares([np.concatenate([members, members])], [targets], "macro_f1")
    assert shares.tolist() == [1, 0]


def test_one_member_has_all_the_votes() -> None:
    members, targets = draw(1, 30, 3)
    assert greedy_shares([members], [targets], "accuracy").tolist() == [1]


def test_a_seed_repeats_the_shares() -> None:
    members, targets = draw(8, 200, 3)
    first, again, other = (
        greedy_shares([members], [targets], "macro_f1", seed=seed).tolist() for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_decided_attributes_turn_the_choice() -> None:
    # Only class (1, *) photos whose second attribute is decided right can still be won: there the
    # second member is right, elsewhere the first, which alone would be the better one.
    targets = np.repeat([0, 1], 50)
    other_targets = np.repeat([0, 1], 50)
    other_said = np.concatenate([np.ones(45, np.int64), np.zeros(5, np.int64), other_targets[50:]])
    first = np.concatenate([targets[:80], 1 - targets[80:]])
    second = np.concatenate([np.ones(40, np.int64), np.zeros(10, np.int64), targets[50:]])
    members = np.stack([np.eye(2, dtype=np.float32)[ids] for ids in (first, second)])
    decided = Decided(other_targets, other_said, 2)
    alone = greedy_shares([members], [targets], "accuracy")
    joint = greedy_shares([members], [targets], "accuracy", decided=decided)
    assert alone[0] > 0.5
    assert joint.tolist() == [0, 1]


def test_photos_of_one_group_are_never_in_different_bags(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(Judge, "at", lambda self, rows: seen.append(rows) or _at(self, rows))
    members, targets = draw(3, 200, 3)
    groups = np.arange(200) // 4
    greedy_shares([members], [targets], "macro_f1", groups=groups)
    assert len(seen) == 10
    for rows in seen:
        assert np.unique(np.bincount(groups[rows], minlength=50)).tolist() == [0, 4]


_at = Judge.at


def test_many_members_are_pruned_to_the_best_fifty() -> None:
    members, targets = draw(60, 400, 3)
    order = rank_members([members], Judge("accuracy", [targets], (3,)))
    shares = greedy_shares([members], [targets], "accuracy")
    assert (shares > 0).sum() > 5
    assert shares[order[50:]].tolist() == [0] * 10
