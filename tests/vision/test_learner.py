import numpy as np
import pytest

from maskopt.data.photos import read_photos
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
    losses = build(label_space=two_heads, **change).losses.official
    assert [len(loss.weights) for loss in losses] == [2, 3]


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
