import numpy as np
import pytest

from maskopt.data.photos import read_photos
from maskopt.vision.fit import train_epoch
from maskopt.vision.fold_photos import open_photos, split_photos
from maskopt.vision.learner import build_learner, valid_batch_size


@pytest.fixture
def build(make_task, tmp_path):
    def build(fold=0, **changes):
        task = make_task(tmp_path, **changes)
        table = read_photos(task.setup.photos_table)
        parts = split_photos(open_photos(task, table), table, task.setup.label_space, fold)
        return build_learner(task, *parts, fold)

    return build


def test_validation_photos_are_the_folds_and_training_photos_all_others(build) -> None:
    learner = build(fold=2)
    train, valid = learner.train.photos, learner.valid.photos
    assert valid.rows.tolist() == [row for row in range(60) if row % 5 == 2]
    assert sorted([*train.rows, *valid.rows]) == list(range(60))


def test_targets_are_the_class_ids_of_each_head_and_of_all_together(
    build, two_heads, table
) -> None:
    valid = build(label_space=two_heads).valid.photos
    mask, age = (table.class_ids[name][::5] for name in ("mask", "age"))
    assert valid.targets.tolist() == [mask.tolist(), age.tolist()]
    assert valid.joint.tolist() == (3 * mask + age).tolist()


def test_every_epoch_has_its_own_order_and_augmentation(build) -> None:
    loader = build().train
    assert loader.seed(1) != loader.seed(2)
    assert loader.order(1).tolist() != loader.order(2).tolist()
    assert loader.order(1).tolist() == build().train.order(1).tolist()


def test_folds_start_from_different_weights_and_orders(build) -> None:
    one, two = build(fold=0), build(fold=1)
    weights = [each.model.backbone.conv1[0].weight for each in (one, two)]
    assert not np.array_equal(*(w.detach().numpy() for w in weights))
    assert one.train.order(1).tolist() != two.train.order(1).tolist()
    assert one.train.seed(1) != two.train.seed(1)


def test_validation_photos_are_shown_once_in_order_and_unchanged(build) -> None:
    loader = build(augmentation="medium").valid
    assert loader.order(3).tolist() == list(range(12))
    assert str(loader.augmentation()) == "none"


def test_positions_of_a_transformer_do_not_decay(build) -> None:
    learner = build(backbone="test_vit", weight_decay=0.1)
    decaying, still = learner.optimizer.param_groups
    assert any(p is learner.model.backbone.pos_embed for p in still["params"])
    assert (decaying["weight_decay"], still["weight_decay"]) == (0.1, 0.0)


def test_losses_weigh_the_classes_of_their_own_head(build, two_heads) -> None:
    change = {"loss.cross_entropy.class_weights": "inverse", "loss": "cross_entropy"}
    losses = build(label_space=two_heads, **change).losses.taught
    assert [len(loss.weights) for loss in losses] == [2, 3]


def test_a_head_may_have_a_loss_of_its_own(build, two_heads) -> None:
    change = {"head_losses.age": "focal", "head_losses.age.focal.gamma": 1.5, "loss": "ldam"}
    mask, age = build(label_space=two_heads, **change).losses.taught
    assert (type(mask).__name__, type(age).__name__, age.gamma) == ("Margins", "Focal", 1.5)
    assert len(mask.margins) == 2


def test_weights_of_heads_are_of_heads_by_name(build, two_heads) -> None:
    change = {"head_weights": "fixed", "head_weights.fixed.age": 3.0}
    assert build(label_space=two_heads, **change).losses.weigh.weights.tolist() == [0.5, 1.5]


def test_learned_weights_of_heads_do_not_decay_learn_faster_and_are_kept(build, two_heads) -> None:
    learner = build(label_space=two_heads, head_weights="learned", weight_decay=0.1)
    noise = learner.losses.weigh.noise
    group = learner.optimizer.param_groups[-1]
    assert group["params"][0] is noise
    assert (group["weight_decay"], group["lr_scale"]) == (0.0, 10.0)
    train_epoch(learner, 1)
    assert group["lr"] == pytest.approx(10 * learner.optimizer.param_groups[0]["lr"])
    assert noise.abs().min() > 0
    fresh = build(label_space=two_heads, head_weights="learned", weight_decay=0.1)
    fresh.restore(learner.state())
    assert fresh.losses.weigh.noise.tolist() == noise.tolist()


def test_a_loss_that_learns_nothing_adds_nothing_to_a_checkpoint(build, two_heads) -> None:
    assert "losses" not in build(label_space=two_heads).state()


def test_each_epoch_tells_losses_how_much_is_done(build) -> None:
    change = {"loss": "ldam", "loss.ldam.deferred": 0.5, "epochs": 4}
    learner = build(**change)
    (loss,) = learner.losses.taught
    seen = []
    for epoch in (1, 2, 3, 4):
        train_epoch(learner, epoch)
        seen.append(loss.is_weighted)
    assert seen == [False, False, True, True]
    resumed = build(**change)
    train_epoch(resumed, 3)
    assert resumed.losses.taught[0].is_weighted


def test_a_cpu_assembles_its_batches_itself(build) -> None:
    assert build(threads=4).train.threads == 0


@pytest.mark.parametrize(
    ("device", "train", "valid"),
    [("cuda", 1, 8), ("cuda", 16, 128), ("cuda", 64, 512), ("cuda", 256, 512), ("cpu", 2, 16)],
)
def test_a_lower_training_batch_lowers_the_validation_batch(device, train, valid) -> None:
    assert valid_batch_size(device, train) == valid


def test_validation_goes_by_the_training_batch_of_the_trial(build) -> None:
    assert build(batch_size=1).valid.batch_size == 8
