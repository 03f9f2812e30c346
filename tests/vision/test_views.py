"""Views of a photo: numbers that stand for places tell what went where."""

import numpy as np
import pytest
import torch

from maskopt.ensembles import VIEWS
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.space import Part
from maskopt.vision.models import build_model
from maskopt.vision.views import CROPS, VIEW_COUNTS, average, look, stack_views

COLUMNS = torch.arange(20.0).expand(2, 3, 20, 20) + torch.tensor([0.0, 100.0]).view(2, 1, 1, 1)


def test_every_named_augmentation_has_its_count_of_views() -> None:
    assert VIEW_COUNTS == {"none": 1, "hflip": 2, "hflip+crops": 6}
    for name in VIEWS:
        assert stack_views(COLUMNS, name).shape == (2 * VIEW_COUNTS[name], 3, 20, 20)


def test_all_photos_first_views_come_before_their_second_ones() -> None:
    rows = stack_views(COLUMNS, "hflip")[:, 0, 0, :2].tolist()
    assert rows == [[0, 1], [100, 101], [19, 18], [119, 118]]


def test_crops_are_of_the_centre_and_resized_back() -> None:
    views = stack_views(COLUMNS, "hflip+crops")[::2, 1, 5]  # of the first photo
    assert CROPS == (0.9, 0.8)
    # 18 of 20 columns, from the second on; the outer half pixels are the border's.
    assert views[2, [0, -1]].tolist() == [1.0, 18.0]
    assert views[4, [0, -1]].tolist() == [2.0, 17.0]
    assert views[4, 10].item() == pytest.approx(2 + 10.5 * 16 / 20 - 0.5)  # bilinear, by hand
    for plain in (0, 2, 4):
        assert torch.equal(views[plain + 1], views[plain].flip(0))


def test_probabilities_are_averaged_over_the_views_of_a_name() -> None:
    by_view = torch.tensor([0.1, 0.3, 0.2, 0.4, 0.9, 0.5]).view(6, 1, 1)
    told = [average(by_view.log(), name).exp().item() for name in VIEWS]
    assert told == pytest.approx([0.1, 0.2, 0.4])


def test_an_impossible_class_stays_finite() -> None:
    assert average(torch.full((2, 1, 1), -200.0), "hflip").item() == pytest.approx(-200)


def test_a_model_looks_at_each_view_of_each_photo() -> None:
    torch.manual_seed(0)
    space = LabelSpace((Head((Attribute("age", ("young", "old")),)),))
    model = build_model(
        Part("test_resnet"), space, image_size=32, dropout=0.5, scratch=True
    ).eval()
    torch.nn.init.normal_(model.heads[0].weight)
    images = torch.randn(3, 3, 32, 32)
    with torch.no_grad():
        (said,), features = look(model, images, "hflip+crops")
        wanted = [model(view)[0].log_softmax(dim=1) for view in (images, images.flip(3))]
        assert said.shape == (6, 3, 2)
        assert np.abs(said[:2].numpy() - torch.stack(wanted).numpy()).max() < 1e-5
        assert np.abs(features.numpy() - model.features(images).numpy()).max() < 1e-4
