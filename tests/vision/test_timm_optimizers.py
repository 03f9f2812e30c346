"""One contract for every optimiser of timm's that the catalog knows, on a tiny network.

Training through a trial is held by test_parts.py and test_freezing.py; all names go through it in
the slow test below.
"""

import inspect
import io
from collections.abc import Callable, Iterable
from itertools import islice

import pytest
import torch
from timm.optim import list_optimizers
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer

from maskopt.catalog import load
from maskopt.catalog.adam_relatives import ADAM_RELATIVES
from maskopt.catalog.optimizers import OPTIMIZERS, REFUSED_OPTIMIZERS
from maskopt.catalog.sgd_relatives import SGD_RELATIVES
from maskopt.vision.trial import run

NAMES = [name for name, entry in OPTIMIZERS.items() if entry.bound]
FIRST = [next(iter(family.names)) for family in (*ADAM_RELATIVES, *SGD_RELATIVES)]
"""One of each family: its relatives differ in what the tests of steps see."""
PARAMETERS = [(name, each) for name in NAMES for each in OPTIMIZERS[name].parameters]

STEPS = range(7)  # RAdam holds the first five back


def test_every_optimiser_of_timm_is_offered_or_refused_with_a_reason() -> None:
    offered = {*NAMES, "adam", "adamw", "sgd"}
    assert offered | {*REFUSED_OPTIMIZERS} == {*list_optimizers(), "lbfgs"}
    assert offered & {*REFUSED_OPTIMIZERS} == set()


class Tiny(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm, self.head = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(8, 3)
        nn.init.normal_(self.head.weight, std=5.0)  # a layer whose trust ratio is above 1

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.norm(self.conv(images)).relu().mean((2, 3))
        return self.head(features)


def build(model: Tiny, name: str, weight_decay: float = 0.1, **changes: float) -> Optimizer:
    entry = OPTIMIZERS[name]
    defaults = {key: parameter.default for key, parameter in entry.parameters.items()}
    vectors = [each for each in model.parameters() if each.ndim == 1]
    groups = [
        {"params": [model.conv.weight], "weight_decay": weight_decay, "lr_scale": 0.5},
        {"params": [model.head.weight], "weight_decay": weight_decay, "use_fallback": True},
        {"params": vectors, "weight_decay": 0.0},
    ]
    make: Callable[..., Optimizer] = load(entry.builder)
    return make(groups, 0.01, **entry.bound, **{**defaults, **changes})


def train(model: Tiny, optimizer: Optimizer, steps: Iterable[int]) -> None:
    for step in steps:
        chance = torch.Generator().manual_seed(step)
        images = torch.randn(4, 3, 6, 6, generator=chance)
        targets = torch.randint(0, 3, (4,), generator=chance)
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 - step / 10) * group.get("lr_scale", 1.0)
        cross_entropy(model(images), targets).backward()
        optimizer.step()
        optimizer.zero_grad()


def trained(name: str, **changes: float) -> Tensor:
    model = Tiny()
    train(model, build(model, name, **changes), STEPS)
    return torch.cat([each.detach().flatten() for each in model.parameters()])


@pytest.mark.parametrize("name", NAMES)
def test_a_builders_keywords_are_the_catalogs_parameters(name: str) -> None:
    entry = OPTIMIZERS[name]
    given = inspect.signature(load(entry.builder)).parameters.values()
    keywords = {each.name for each in given if each.kind is each.KEYWORD_ONLY}
    assert keywords == {*entry.parameters, *entry.bound}
    assert entry.help
    assert entry.source


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_on_from_a_checkpoint_bit_for_bit(name: str) -> None:
    first = Tiny()
    optimizer = build(first, name)
    train(first, optimizer, STEPS[:2])
    file = io.BytesIO()
    torch.save({"model": first.state_dict(), "optimizer": optimizer.state_dict()}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    second = Tiny()
    second.load_state_dict(saved["model"])
    optimizer = build(second, name)
    optimizer.load_state_dict(saved["optimizer"])
    train(second, optimizer, STEPS[2:])
    found = torch.cat([each.detach().flatten() for each in second.parameters()])
    assert torch.equal(found, trained(name))
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("name", NAMES)
def test_weight_decay_acts(name: str) -> None:
    assert not torch.equal(trained(name), trained(name, weight_decay=0.0))


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_every_parameter_changes_the_steps(name: str, parameter: str) -> None:
    assert not torch.equal(trained(name), trained(name, **{parameter: 0.3}))


def test_no_two_names_train_alike() -> None:
    """Each variant does what its name adds; those that correct the decay need a falling lr."""
    seen: dict[bytes, list[str]] = {}
    for name in NAMES:
        seen.setdefault(trained(name).numpy().tobytes(), []).append(name)
    assert [names for names in seen.values() if len(names) > 1] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FIRST)
def test_a_trial_trains_with_a_family_and_repeats_itself(
    make_task, tmp_path, timeless, name
) -> None:
    tasks = [make_task(tmp_path / str(time), epochs=1, optimizer=name) for time in range(2)]
    one, two = (timeless(islice(run(task), 1)) for task in tasks)
    assert one == two
