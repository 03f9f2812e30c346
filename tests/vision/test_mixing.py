"""Photos of a batch mixed two and two: the first with the last, and so on inwards."""

import hashlib
from itertools import islice

import numpy as np
import pytest
import torch
from timm.data.mixup import mixup_target
from timm.loss import SoftTargetCrossEntropy

from maskopt.vision.fit import train_epoch
from maskopt.vision.label_policies import Lesson
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Batch
from maskopt.vision.losses import cross_entropy, focal
from maskopt.vision.mixing import mix, mixed_losses
from maskopt.vision.taught import SoftLoss
from maskopt.vision.trial import run

SEEDS = range(40)


def make_batch(photos: int = 6, size: int = 8) -> Batch:
    """Photo i is i everywhere, and of class i."""
    values = torch.arange(float(photos)).view(-1, 1, 1, 1)
    images = values.expand(photos, 3, size, size).contiguous(memory_format=torch.channels_last)
    return Batch(images.clone(), torch.arange(photos)[None], torch.zeros(photos, 0))


def test_mixup_blends_each_photo_with_the_one_across() -> None:
    mixed = mix(make_batch(), 1, mixup=1.0, cutmix=0.0)
    assert 0 < mixed.own < 1
    wanted = [mixed.own * i + (1 - mixed.own) * (5 - i) for i in range(6)]
    assert mixed.images[:, 0, 0, 0].tolist() == pytest.approx(wanted, abs=1e-5)
    assert bool((mixed.images == mixed.images[:, :1, :1, :1]).all())
    assert mixed.partners.tolist() == [5, 4, 3, 2, 1, 0]


def test_cutmix_puts_in_a_rectangle_and_counts_its_pixels() -> None:
    for seed in SEEDS:
        mixed = mix(make_batch(size=32), seed, mixup=0.0, cutmix=1.0)
        foreign = mixed.images[1, 0] == 4.0
        assert bool((foreign | (mixed.images[1, 0] == 1.0)).all())
        assert mixed.own == pytest.approx(1 - foreign.float().mean().item())
        rows, columns = foreign.any(dim=1).sum(), foreign.any(dim=0).sum()
        assert rows * columns == foreign.sum()  # a rectangle


def test_of_an_odd_batch_the_last_photo_is_left_alone() -> None:
    mixed = mix(make_batch(5), 1, mixup=1.0, cutmix=0.0)
    assert mixed.partners.tolist() == [3, 2, 1, 0, 4]
    assert bool((mixed.images[4] == 4.0).all())


def test_a_batch_of_one_is_left_as_it_is() -> None:
    batch = make_batch(1)
    assert mix(batch, 1, mixup=1.0, cutmix=0.0) is batch


def test_with_both_each_batch_has_one_of_them_by_even_chance() -> None:
    blended = 0
    for seed in range(200):
        images = mix(make_batch(size=32), seed, mixup=1.0, cutmix=1.0).images
        blended += bool((images != images.round()).any())
    assert blended == pytest.approx(100, abs=29)  # four standard deviations


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_shares_have_the_spread_of_their_beta_distribution(alpha: float) -> None:
    """Variance of Beta(a, a) is 1 / (4 (2 a + 1))."""
    own = [mix(make_batch(2, 1), seed, mixup=alpha, cutmix=0.0).own for seed in range(2000)]
    assert np.mean(own) == pytest.approx(0.5, abs=0.04)
    assert np.var(own) == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.12)


@pytest.mark.parametrize("way", [{"mixup": 1.0, "cutmix": 0.0}, {"mixup": 0.5, "cutmix": 1.0}])
def test_what_is_mixed_depends_on_the_seed_alone_and_leaves_numpys_chance_alone(way) -> None:
    first = [mix(make_batch(), seed, **way) for seed in SEEDS]
    np.random.random()  # noqa: NPY002 - whatever ran before
    again = [mix(make_batch(), seed, **way) for seed in reversed(SEEDS)][::-1]
    assert all(torch.equal(a.images, b.images) for a, b in zip(first, again, strict=True))
    assert len({each.own for each in first}) > 30  # rectangles of whole pixels may be alike
    np.random.seed(0)  # noqa: NPY002
    one = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    mix(make_batch(), 1, **way)
    assert np.random.random() == one  # noqa: NPY002


OUTPUTS = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [-1.0, 0.0, 3.0]])
TARGETS = torch.tensor([[0, 1, 2, 2]])
COUNTS = np.array([1, 1, 2])


def mixed(own: float, shares: torch.Tensor) -> Batch:
    partners = torch.tensor([3, 2, 1, 0])
    return Batch(torch.zeros(4, 3, 1, 1), TARGETS, shares, partners, own)


def test_a_mixed_photos_loss_is_cross_entropy_against_mixed_targets() -> None:
    """As Zhang et al. have it: timm mixes the targets, and its loss takes them."""
    loss = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    losses = HeadLosses([loss], [Lesson(np.empty((4, 0), np.float32))])
    found = mixed_losses(losses, [OUTPUTS], mixed(0.7, torch.zeros(4, 0)))
    targets = mixup_target(TARGETS[0], 3, 0.7)
    assert found.mean() == pytest.approx(SoftTargetCrossEntropy()(OUTPUTS, targets).item())


def test_any_loss_counts_both_photos_by_their_shares() -> None:
    loss = focal(COUNTS, gamma=2.0, form="softmax", label_smoothing=0.0, class_weights=None)
    losses = HeadLosses([loss], [Lesson(np.empty((4, 0), np.float32))])
    own, across = loss(OUTPUTS, TARGETS[0]), loss(OUTPUTS, torch.tensor([2, 2, 1, 0]))
    found = mixed_losses(losses, [OUTPUTS], mixed(0.25, torch.zeros(4, 0)))
    assert torch.equal(found, 0.25 * own + 0.75 * across)
    assert not torch.equal(own, across)


def test_what_a_label_policy_teaches_is_mixed_too() -> None:
    shares = torch.tensor([[1.0, 0, 0], [0.5, 0.5, 0], [0, 0, 1], [0, 0.25, 0.75]])
    loss = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    losses = HeadLosses([loss], [Lesson(shares.numpy(), teach=SoftLoss)])
    both = 0.6 * shares + 0.4 * shares.flip(0)
    wanted = -(both * OUTPUTS.log_softmax(dim=1)).sum(dim=1)
    found = mixed_losses(losses, [OUTPUTS], mixed(0.6, shares))
    assert found.tolist() == pytest.approx(wanted.tolist())


def test_a_batch_that_is_not_mixed_has_its_own_losses() -> None:
    loss = cross_entropy(COUNTS, label_smoothing=0.0, class_weights=None)
    losses = HeadLosses([loss], [Lesson(np.empty((4, 0), np.float32))])
    batch = Batch(torch.zeros(4, 3, 1, 1), TARGETS, torch.zeros(4, 0))
    assert torch.equal(mixed_losses(losses, [OUTPUTS], batch), loss(OUTPUTS, TARGETS[0]))


@pytest.mark.parametrize("way", [{"mixup": 1.0}, {"cutmix": 1.0}], ids=["mixup", "cutmix"])
def test_training_photos_are_mixed_with_training_photos_of_their_batch(build, way) -> None:
    """A mixed batch is made of the same loader's plain one, which holds no other fold's photos."""
    learner = build(**way)
    pairs = zip(learner.train.epoch(2), build().train.epoch(2), strict=True)
    for mixed_batch, plain in pairs:
        across = plain.images[mixed_batch.partners]
        if "mixup" in way:
            wanted = mixed_batch.own * plain.images + (1 - mixed_batch.own) * across
            assert torch.allclose(mixed_batch.images, wanted, atol=1e-5)
        else:
            of_either = (mixed_batch.images == plain.images) | (mixed_batch.images == across)
            assert bool(of_either.all())
        assert torch.equal(mixed_batch.targets, plain.targets)
    rows = set(learner.train.photos.rows)
    assert not rows & set(learner.valid.photos.rows)


def test_validation_photos_are_never_mixed_and_no_pixel_is_changed(build) -> None:
    learner, plain = build(mixup=1.0, cutmix=1.0), build()
    before = hashlib.sha256(learner.valid.photos.images).hexdigest()
    train_epoch(learner, 1)
    for one, two in zip(learner.valid.epoch(0), plain.valid.epoch(0), strict=True):
        assert torch.equal(one.images, two.images)
        assert one.partners is None
    assert hashlib.sha256(learner.valid.photos.images).hexdigest() == before


def test_each_epoch_and_batch_is_mixed_in_its_own_way_whatever_ran_before(build) -> None:
    worn, fresh = build(mixup=1.0), build(mixup=1.0)
    shares = [batch.own for epoch in (1, 2) for batch in worn.train.epoch(epoch)]
    assert len(set(shares)) == len(shares)
    assert [batch.own for batch in fresh.train.epoch(2)] == shares[len(shares) // 2 :]


def test_a_trial_that_mixes_goes_on_as_if_it_never_was_stopped(
    make_task, tmp_path, timeless
) -> None:
    ways = {"mixup": 0.4, "cutmix": 1.0, "sampler": "factors", "sampler.factors.senior": 1.5}
    wanted = timeless(run(make_task(tmp_path / "straight", **ways)))
    running = run(make_task(tmp_path / "stopped", **ways))
    first = timeless(islice(running, 1))
    running.close()
    np.random.seed(5)  # noqa: NPY002
    rest = timeless(run(make_task(tmp_path / "stopped", known=1, **ways)))
    assert first + rest == wanted
