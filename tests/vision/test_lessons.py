from math import log

import numpy as np
import pytest
import torch
from torch import nn

from maskopt.vision.label_policies import Lesson
from maskopt.vision.lessons import HeadLosses

PLAIN = Lesson(np.empty((0, 0), np.float32))


def test_losses_of_several_heads_are_averaged_for_each_photo() -> None:
    loss = nn.CrossEntropyLoss(reduction="none")
    losses = HeadLosses([loss, loss], [PLAIN, PLAIN])
    logits = (torch.zeros(3, 2), torch.zeros(3, 4))
    targets = torch.zeros(2, 3, dtype=torch.int64)
    given = losses(logits, targets, torch.zeros(3, 0))
    assert torch.equal(losses.judge(logits, targets), given)
    assert given.tolist() == pytest.approx([(log(2) + log(4)) / 2] * 3)


def test_auxiliary_heads_are_descended_and_not_judged() -> None:
    loss = nn.CrossEntropyLoss(reduction="none")
    losses = HeadLosses([loss, loss], [PLAIN, PLAIN], scored=[False, True])
    logits, targets = (torch.zeros(1, 2), torch.zeros(1, 4)), torch.zeros(2, 1, dtype=torch.int64)
    assert losses.judge(logits, targets).tolist() == pytest.approx([log(4)])
    given = losses(logits, targets, torch.zeros(1, 0))
    assert given.tolist() == pytest.approx([(log(2) + log(4)) / 2])
