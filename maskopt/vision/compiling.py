"""A network's training steps as compiled code: faster, after a minute or more of compiling."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from maskopt.data.compiled_code import use_code
from maskopt.records import TrialTask
from maskopt.vision.learning import Learner
from maskopt.vision.models import Model
from maskopt.vision.parts import chosen, number

Outputs = tuple[Tensor, ...]

GAIN = 1.15
"""How many times as fast compiled steps are expected to be, at least: MobileNetV2 was 1.2 times as
fast on a CPU core."""

COMPILING_SECONDS = 90.0
"""What compiling is expected to take: MobileNetV2 took 85 s on a CPU core."""


class Compiled:
    """What a model gives in training, computed by its own code until compiled code pays.

    Args:
        model: In training.
        batch_size: Photos of a whole batch. Others go through the model's own code: compiled code
            is made for one shape.
        last_epoch: After which nothing is left to gain.
        at_once: Whether compiling pays in any case.
        note: Hears a line about it.
        backend: What torch.compile hands the code to.
    """

    def __init__(
        self,
        model: Model,
        batch_size: int,
        last_epoch: int,
        *,
        at_once: bool,
        note: Callable[[str], None],
        backend: str = "inductor",
    ) -> None:
        self._model, self._batch_size, self._last_epoch = model, batch_size, last_epoch
        self._note, self._backend = note, backend
        self._code: Callable[[Tensor], Outputs] | None = None
        self._waits, self._works = not at_once, False
        if at_once:
            self._compile()

    def __call__(self, images: Tensor) -> Outputs:
        """Return the outputs of each head, [B, K], given images, [B, 3, S, S]."""
        if self._code is None or len(images) != self._batch_size:
            return self._model.outputs(images)
        try:
            found = self._code(images)
        except Exception as error:  # a compiler that is missing or does not fit: anything
            if self._works:
                raise
            self._code = None
            reason = " ".join(str(error).split())[:200]
            self._note(f"steps cannot be compiled ({type(error).__name__}: {reason})")
            return self._model.outputs(images)
        self._works = True
        return found

    def trained(self, epoch: int, seconds: float) -> None:
        """Compile from now on if the epochs that are left pay for it.

        Args:
            epoch: The one that was trained.
            seconds: What its steps took.
        """
        left = self._last_epoch - epoch
        if self._waits and left * seconds * (1 - 1 / GAIN) > COMPILING_SECONDS:
            self._waits = False
            self._compile()

    def _compile(self) -> None:
        torch.compiler.reset()  # what was compiled for a former trial is not held on to
        code = torch.compile(self._model.outputs, dynamic=False, backend=self._backend)
        self._code = cast("Callable[[Tensor], Outputs]", code)
        self._note("steps are compiled from here on")


def build_compiled(
    task: TrialTask, learner: Learner, note: Callable[[str], None]
) -> Compiled | None:
    """Return what compiles a learner's steps; none where its study does not want it.

    `auto` waits on a GPU for what an epoch takes. On a CPU it never compiles: there a trial that
    is run again gives the same reports, and which epoch was the first compiled one would change
    them.
    """
    wanted, on_gpu = task.setup.compile, learner.precision.device.type == "cuda"
    if wanted == "never" or (wanted == "auto" and not on_gpu):
        return None
    folder, held = use_code(Path(task.setup.cache_folder), _code_name(task))
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder)
    last = task.setup.epochs if task.last_epoch is None else task.last_epoch
    found = Compiled(
        learner.model,
        learner.train.batch_size,
        last,
        at_once=wanted == "always",
        note=note,
    )
    weakref.finalize(found, held.close)  # until then no sweep removes the folder
    return found


def _code_name(task: TrialTask) -> str:
    """Name what is compiled anew for each network and size, and by each version of torch."""
    backbone, size = chosen(task.config, "backbone").name, int(number(task.config, "image_size"))
    return f"{backbone.replace('/', '-')}-{size}-{torch.__version__}"
