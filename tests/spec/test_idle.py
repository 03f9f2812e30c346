from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.spec import read_spec, spec_from_content

FILE = """\
study: a
data: {attributes: {m: {cuts: [1], names: [x, y]}}, group: none}
heads: [m]
budget: {trials: 3, epochs: 4}
space:
  backbone: resnet18
"""


def written(tmp_path: Path, more: str, **changes: str) -> Path:
    text = FILE
    for old, new in changes.items():
        text = text.replace(f"{old}: 4", f"{old}: 4, {new}")
    (tmp_path / "a.yaml").write_text(text + more)
    return tmp_path / "a.yaml"


IDLE = {
    "nesterov": (
        "  optimizer:\n    sgd: {momentum: 0, nesterov: false}\n",
        8,
        "`space.optimizer.sgd.nesterov` does nothing where `space.optimizer.sgd.momentum` is 0",
    ),
    "one of several": (
        "  optimizer:\n    - adam\n    - sgd: {nesterov: yes, momentum: 0.0}\n",
        9,
        "`space.optimizer.sgd.nesterov` does nothing where `space.optimizer.sgd.momentum` is 0",
    ),
    "bins": (
        "  label_policy: {bins: {weight: 0, spread: {low: 1, high: 2}}}\n",
        7,
        "`space.label_policy.bins.spread` does nothing where "
        "`space.label_policy.bins.weight` is 0",
    ),
    "ordinal": (
        "  label_policy: {ordinal: {weight: 0, spread: 3}}\n",
        7,
        "`space.label_policy.ordinal.spread` does nothing where "
        "`space.label_policy.ordinal.weight` is 0",
    ),
    "a head's own loss": (
        "  head_losses: {m: [cross_entropy, ldam: {scale: 3, max_margin: 0}]}\n",
        7,
        "`space.head_losses.m.ldam.scale` does nothing where "
        "`space.head_losses.m.ldam.max_margin` is 0",
    ),
    "equal steps": (
        "  schedule: {step: {epochs: 1, factor: 1}}\n",
        7,
        "`space.schedule.step.epochs` does nothing where `space.schedule.step.factor` is 1",
    ),
    "late step": (
        "  schedule: {step: {epochs: [4, 5]}}\n",
        7,
        "`space.schedule.step.epochs` does nothing: its first step, after 4 epochs, never comes "
        "in a trial of 4 epochs",
    ),
    "step after the rise": (
        "  schedule: {step: {epochs: 3}}\n  warmup_epochs: 1\n",
        7,
        "`space.schedule.step.epochs` does nothing: its first step, after 3 epochs, never comes "
        "in a trial of 4 epochs",
    ),
    "rising": (
        "  schedule: [cosine, constant]\n  warmup_epochs: {low: 4, high: 5}\n",
        7,
        "`space.schedule` does nothing: a trial of 4 epochs ends while its learning rate rises",
    ),
    "pruner": (
        "pruner: {median: {warmup_epochs: 4}}\n",
        7,
        "`pruner.median.warmup_epochs` judges after 4 of 4 epochs, so that the pruner "
        "ends nothing",
    ),
    "referee": (
        "pruner: median\nreferee: 0.1\n",
        8,
        "`referee` does nothing: it watches the pruner halving alone, and this one is median",
    ),
}


@pytest.mark.parametrize(("more", "line", "message"), IDLE.values(), ids=list(IDLE))
def test_a_key_that_acts_on_nothing_is_an_error(
    tmp_path: Path, more: str, line: int, message: str
) -> None:
    file = written(tmp_path, more)
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    assert str(caught.value) == f"{file}:{line}: {message}; leave it out"


def test_patience_that_cannot_end_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, "", epochs="patience: 4")
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    assert str(caught.value) == (
        f"{file}:4: `budget.patience` does nothing: 4 epochs without a better score cannot pass "
        "in a trial of 4 epochs; leave it out"
    )


@pytest.mark.parametrize(
    "more",
    [
        "  optimizer:\n    sgd: {momentum: {low: 0.0, high: 0.9}, nesterov: false}\n",
        "  optimizer:\n    sgd: {momentum: 0}\n",
        "  optimizer: sgd\n",
        "  schedule: {step: {epochs: [3, 9]}}\n",
        "  schedule: [step, cosine]\n",
        "  schedule: cosine\n  warmup_epochs: [0, 4]\n",
        "pruner: {median: {warmup_epochs: 3}}\n",
        "referee: 0.1\n",
        "pruner: median\nreferee: 0\n",
    ],
)
def test_what_may_act_in_one_trial_is_no_error(tmp_path: Path, more: str) -> None:
    read_spec(written(tmp_path, more))


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ("  schedule: {step: {epochs: 3}}\n", {"sets": ["budget.epochs=3"]}),
        ("  schedule: {step: {epochs: 12}}\n", {"preset": "quick"}),
        ("  schedule: cosine\n", {"sets": ["space.warmup_epochs=4"]}),
        ("  optimizer: {sgd: {nesterov: true}}\n", {"sets": ["space.optimizer.sgd.momentum=0"]}),
        ("referee: 0.1\n", {"sets": ["pruner=median"]}),
    ],
    ids=["epochs", "preset", "warm-up", "momentum", "pruner"],
)
def test_what_only_the_command_line_made_idle_is_a_warning(
    tmp_path: Path, more: str, options: dict
) -> None:
    file = written(tmp_path, more, epochs="time: 1h")
    assert any("does nothing" in warning for warning in read_spec(file, **options).warnings)


def test_what_a_study_has_stored_says_every_default_and_is_read_again(tmp_path: Path) -> None:
    spec = read_spec(written(tmp_path, "  optimizer: {sgd: {momentum: 0}}\n"))
    assert spec.content["space"]["optimizer"] == [{"sgd": {"momentum": 0.0, "nesterov": True}}]
    assert spec_from_content(spec.content) == spec
