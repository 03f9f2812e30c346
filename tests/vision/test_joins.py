"""How outputs become classes: by hand, and read again from a network's tensors."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch import Tensor

from maskopt.labels import Attribute, Head
from maskopt.vision.joins import (
    Classes,
    Join,
    Joined,
    Ordinal,
    Product,
    Regression,
    log_rest,
    read_join,
)

AGE = Attribute("age", ("young", "middle", "senior"), (30.0, 60.0))
MASK = Attribute("mask", ("wear", "not_wear"))


def logit(probabilities: list[float]) -> Tensor:
    return torch.logit(torch.tensor([probabilities]))


def ordinal() -> Ordinal:
    return Ordinal(torch.tensor([30.0, 45.0, 60.0]), torch.tensor([0, 2]))


def test_a_number_reaches_a_threshold_if_it_reaches_all_below_and_this_one() -> None:
    # Reaches 30 with 0.9, then 45 with 0.8, then 60 with 0.5: 0.9, 0.72, 0.36
    said = ordinal()(logit([0.9, 0.8, 0.5])).exp()
    assert_allclose(said, [[0.1, 0.54, 0.36]], rtol=1e-5)


def test_what_lies_between_thresholds_adds_up_to_classes() -> None:
    outputs = logit([0.9, 0.8, 0.5])
    between = ordinal().between(outputs).exp()
    assert_allclose(between, [[0.1, 0.18, 0.36, 0.36]], rtol=1e-5)
    assert_allclose(between.sum(), 1.0, rtol=1e-6)


def test_a_regression_s_classes_are_parts_of_its_distribution() -> None:
    # Numbers of mean 45 and deviation 10; the middle is 50, the spread one deviation
    join = Regression(torch.tensor([-1.5, 1.5]), torch.tensor([45.0, 10.0]))
    said = join(torch.tensor([[0.5, 0.0]])).exp()
    low, high = 1 / (1 + torch.e**2.0), 1 / (1 + torch.e**-1.0)
    assert_allclose(said, [[low, high - low, 1 - high]], rtol=1e-5)


def test_a_regression_is_finite_far_from_every_cut() -> None:
    join = Regression(torch.tensor([-1.5, 1.5]), torch.tensor([45.0, 10.0]))
    outputs = torch.tensor([[50.0, -9.0], [-50.0, 9.0], [1.5, -9.0]], requires_grad=True)
    said = join(outputs)
    said.sum().backward()
    assert said.isfinite().all()
    assert outputs.grad is not None
    assert outputs.grad.isfinite().all()


def test_attributes_told_apart_are_multiplied_in_the_head_s_order() -> None:
    head = Head((MASK, AGE))
    product = Product([Classes(2), ordinal()])
    outputs = torch.cat([torch.log(torch.tensor([[0.7, 0.3]])), logit([0.9, 0.8, 0.5])], dim=1)
    said = product(outputs).exp()[0]
    assert said[head.join([1, 1])].item() == pytest.approx(0.3 * 0.54, rel=1e-5)
    assert_allclose(said.sum(), 1.0, rtol=1e-5)
    assert (product.outputs, product.shape, product.class_count) == (5, (2, 3), 6)


def test_the_rest_of_a_probability_keeps_its_digits() -> None:
    logs = torch.tensor([-1e-3, -1.0, -10.0])
    assert_allclose(log_rest(logs), [-6.9082553, -0.4586751, -4.5401e-5], rtol=1e-3)


JOINS = {
    "bins": (Joined(torch.tensor([0, 1, 1, 2]), 3), Head((AGE,))),
    "ordinal": (Product([ordinal()]), Head((AGE,))),
    "regression": (
        Product([Regression(torch.tensor([-1.5, 1.5]), torch.tensor([45.0, 10.0]))]),
        Head((AGE,)),
    ),
    "ordinal of a joint head": (Product([Classes(2), ordinal()]), Head((MASK, AGE))),
}


@pytest.mark.parametrize(("join", "head"), JOINS.values(), ids=JOINS)
def test_a_join_is_read_again_from_its_tensors(join: Join, head: Head) -> None:
    given = {f"joins.1.{name}": tensor for name, tensor in join.state_dict().items()}
    found = read_join(given, 1, head)
    assert found is not None
    outputs = torch.randn(4, join.outputs, generator=torch.Generator().manual_seed(0))
    assert torch.equal(found(outputs), join(outputs))
    assert read_join(given, 0, head) is None


NONSENSE = {
    "bins without a class": {"joins.0.bins": torch.tensor([0, 1, 1])},
    "bins of broken numbers": {"joins.0.bins": torch.tensor([0.0, 1.0, 2.0])},
    "cuts of another head": {"joins.0.parts.0.cuts": torch.tensor([1.0])},
    "cuts that are no thresholds": {
        "joins.0.parts.0.cuts": torch.tensor([0, 7]),
        "joins.0.parts.0.thresholds": torch.tensor([30.0, 60.0]),
    },
    "cuts alone": {"joins.0.parts.0.cuts": torch.tensor([-1.0, 1.0])},
}


@pytest.mark.parametrize("given", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_in_a_file_is_no_join(given: dict[str, Tensor]) -> None:
    assert read_join(given, 0, Head((AGE,))) is None
