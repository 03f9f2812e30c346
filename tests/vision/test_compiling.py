"""Compiled steps, with what torch.compile hands its code to as a stand-in for a compiler."""

import gc
import shutil
from types import SimpleNamespace

import pytest
import torch

from maskopt.data.cache_bound import keep_within
from maskopt.space import TrialConfig
from maskopt.vision import compiling
from maskopt.vision.compiling import Compiled, build_compiled
from maskopt.vision.trial import run


class Doubler:
    """Stands for a model; counts what it computes itself."""

    def __init__(self):
        self.own = 0

    def outputs(self, images):
        if not torch.compiler.is_compiling():
            self.own += 1
        return (2 * images,)


def compiled(notes, *, at_once=True, backend="eager", last_epoch=10):
    model = Doubler()
    return model, Compiled(
        model, 4, last_epoch, at_once=at_once, note=notes.append, backend=backend
    )


def test_whole_batches_go_through_compiled_code_and_others_through_the_model():
    model, compute = compiled([])
    for photos, own in ((4, 0), (4, 0), (3, 1), (4, 1)):
        images = torch.ones(photos, 3, 2, 2)
        assert torch.equal(compute(images)[0], 2 * images)
        assert model.own == own


def test_what_cannot_be_compiled_is_told_once_and_trained_by_the_model():
    def refuse(*_):
        raise RuntimeError("no C++ compiler\nfound")

    notes = []
    model, compute = compiled(notes, backend=refuse)
    for _ in range(2):
        assert torch.equal(compute(torch.ones(4, 1))[0], 2 * torch.ones(4, 1))
    assert model.own == 2
    first, second = notes
    assert first == "steps are compiled from here on"
    assert second.startswith("steps cannot be compiled (BackendCompilerFailed: ")
    assert "no C++ compiler found" in second


def test_what_fails_in_code_that_has_worked_is_no_compilers_matter():
    def broken(*_):
        raise RuntimeError("CUDA out of memory")

    _, compute = compiled([])
    compute(torch.ones(4, 1))
    compute._code = broken
    with pytest.raises(RuntimeError, match="CUDA out of memory"):
        compute(torch.ones(4, 1))


@pytest.mark.parametrize(
    ("epoch", "seconds", "pays"),
    # Compiling gains 1 - 1 / 1.15 = 0.1304 of what is left and takes 90 s: 690 s must be left.
    [(1, 76.0, False), (1, 77.0, True), (5, 137.0, False), (5, 139.0, True), (10, 1e6, False)],
)
def test_compiling_waits_until_the_epochs_left_pay_for_it(epoch, seconds, pays):
    notes = []
    model, compute = compiled(notes, at_once=False)
    compute(torch.ones(4, 1))
    compute.trained(epoch, seconds)
    compute(torch.ones(4, 1))
    assert (model.own, len(notes)) == ((1, 1) if pays else (2, 0))


def test_it_is_compiled_once():
    notes = []
    _, compute = compiled(notes, at_once=False)
    compute.trained(1, 1000.0)
    compute.trained(2, 1000.0)
    assert notes == ["steps are compiled from here on"]


@pytest.mark.parametrize(
    ("wanted", "device", "built"),
    [
        ("never", "cuda", False),
        ("auto", "cpu", False),
        ("auto", "cuda", True),
        ("always", "cpu", True),
    ],
)
def test_a_cpu_compiles_only_where_that_is_said(tmp_path, monkeypatch, wanted, device, built):
    monkeypatch.setattr(compiling.os, "environ", {})
    setup = SimpleNamespace(compile=wanted, epochs=3, cache_folder=str(tmp_path))
    config = TrialConfig({"backbone": "test_resnet", "image_size": 32})
    task = SimpleNamespace(setup=setup, last_epoch=None, config=config)
    learner = SimpleNamespace(
        model=Doubler(),
        precision=SimpleNamespace(device=torch.device(device)),
        train=SimpleNamespace(batch_size=4),
    )
    found = build_compiled(task, learner, [].append)
    assert (found is not None) == built
    folder = tmp_path / "compiled" / f"test_resnet-32-{torch.__version__}"
    kept = {"TORCHINDUCTOR_CACHE_DIR": str(folder)}
    assert (kept if built else {}) == compiling.os.environ
    assert folder.exists() == built


def test_code_is_not_removed_while_a_trial_uses_it(tmp_path, monkeypatch):
    monkeypatch.setattr(compiling.os, "environ", {})
    config = TrialConfig({"backbone": "test_resnet", "image_size": 32})
    setup = SimpleNamespace(compile="always", epochs=3, cache_folder=str(tmp_path))
    learner = SimpleNamespace(
        model=Doubler(),
        precision=SimpleNamespace(device=torch.device("cpu")),
        train=SimpleNamespace(batch_size=4),
    )
    task = SimpleNamespace(setup=setup, last_epoch=None, config=config)
    found = build_compiled(task, learner, [].append)
    (tmp_path / "compiled" / f"test_resnet-32-{torch.__version__}" / "code.so").write_bytes(b"so")
    assert keep_within(tmp_path, 0, ()).code == 0
    del found
    gc.collect()
    assert keep_within(tmp_path, 0, ()).code == 1
    assert list((tmp_path / "compiled").iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_a_compiled_trial_learns_what_the_other_does(make_task, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "")
    own = list(run(make_task(tmp_path / "own")))
    task = make_task(tmp_path / "compiled", compile="always", cache_folder=str(tmp_path / "cache"))
    shutil.copytree(make_task(tmp_path).setup.cache_folder, tmp_path / "cache")
    found = list(run(task))
    assert [each.train_loss for each in found] == pytest.approx(
        [each.train_loss for each in own], rel=0.02
    )
    assert any((tmp_path / "cache" / "compiled").iterdir())
    log = (tmp_path / "compiled" / "log.txt").read_text()
    assert "steps are compiled from here on" in log
    assert "cannot be compiled" not in log
