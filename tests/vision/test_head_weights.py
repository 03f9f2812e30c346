from math import exp, log, tanh

import pytest
import torch

from maskopt.vision.head_weights import equal, fixed, learned

LOSSES = torch.tensor([[1.0, 2.0], [4.0, 8.0]])


def test_equal_heads_are_averaged() -> None:
    assert equal(["mask", "age"])(LOSSES).tolist() == [2.5, 5.0]


def test_fixed_weights_are_divided_by_their_mean() -> None:
    # mask 1, age 3: 0.5 and 1.5, then the mean over heads
    given = fixed(["mask", "age"], age=3)(LOSSES)
    assert given.tolist() == pytest.approx([(0.5 + 6) / 2, (1 + 12) / 2])
    scaled = fixed(["mask", "age"], mask=5, age=15)(LOSSES)
    assert torch.allclose(scaled, given)


@pytest.mark.parametrize("name", ["mask+age", "heads", "self", "hair colour"])
def test_any_head_can_be_weighed(name: str) -> None:
    assert fixed([name, "b"], **{name: 4.0}).weights.tolist() == pytest.approx([1.6, 0.4])


def test_learned_weights_begin_as_the_mean() -> None:
    assert learned(["mask", "age"])(LOSSES).tolist() == [2.5, 5.0]


def test_a_learned_weight_is_kendall_s() -> None:
    module = learned(["mask", "age"])
    with torch.no_grad():
        module.noise.copy_(torch.tensor([0.6, -0.3]))
    s = [3 * tanh(0.6 / 3), 3 * tanh(-0.3 / 3)]
    by_hand = (exp(-s[0]) * 1 + s[0] / 2 + exp(-s[1]) * 4 + s[1] / 2) / 2
    assert module(LOSSES)[0].item() == pytest.approx(by_hand)


def test_learned_weights_settle_at_half_the_inverse_loss() -> None:
    module = learned(["mask", "age"])
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    losses = torch.tensor([[0.2], [2.0]])
    for _ in range(300):
        optimizer.zero_grad()
        module(losses).sum().backward()
        optimizer.step()
    assert module.log_variances.tolist() == pytest.approx([log(0.4), log(4.0)], abs=1e-3)


def test_a_loss_below_zero_has_no_endless_weight() -> None:
    module = learned(["age"])
    optimizer = torch.optim.SGD(module.parameters(), lr=10.0)
    for _ in range(200):
        optimizer.zero_grad()
        module(torch.tensor([[-1.0]])).sum().backward()
        optimizer.step()
    assert torch.isfinite(module(torch.tensor([[-1.0]]))).all()
    assert module.log_variances.item() >= -3
