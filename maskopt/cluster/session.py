"""Starts and ends Ray, quietly, with all its files in one temporary folder."""

from __future__ import annotations

import fcntl
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ray

from maskopt.cluster.devices import DevicePlan, Devices
from maskopt.errors import StudyError

OBJECT_STORE_BYTES = 80 * 2**20
"""Little more than the least that Ray takes: trials send no arrays."""

_PREFIX = "maskopt-"
_LONGEST_FOLDER = 25
"""Characters: Ray's sockets lie 70 deeper, and a socket's path has at most 103."""

_scratch: tuple[Path, IO[Any]] | None = None


def start(plan: DevicePlan) -> None:
    """Start Ray on this machine for trials as planned.

    Raises:
        StudyError: Ray does not start.
    """
    folder = _make_scratch()
    _init(
        address="local",
        num_cpus=plan.trials_at_once * plan.cores_per_trial,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=str(folder),
    )


def connect(address: str) -> Devices:
    """Join a running Ray cluster and return its devices.

    Raises:
        StudyError: There is none at that address.
    """
    _make_scratch()
    _init(address=address)
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    name = next(
        (k for k in resources if k.startswith("accelerator_type:")), "accelerator_type:GPU"
    )
    gpus = (name.partition(":")[2],) * int(resources.get("GPU", 0))
    return Devices(int(resources.get("CPU", 1)), gpus)


def shutdown() -> None:
    """End what `start` began, or leave the cluster; no process and no file stays."""
    global _scratch
    ray.shutdown()
    if _scratch is not None:
        folder, lock = _scratch
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()
        _scratch = None


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder for Ray's own files, and remove it."""
    folder = Path(tempfile.mkdtemp(dir=_make_scratch(), prefix="tune-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _init(**settings: Any) -> None:
    for name in ("ray", "ray.tune", "ray.data", "ray.train"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **settings)
    except (ConnectionError, RuntimeError, ValueError) as error:
        shutdown()
        where = settings["address"]
        if where == "local":
            raise StudyError(f"Ray does not start: {_first_line(error)}") from error
        raise StudyError(
            f"no Ray cluster answers at {where!r}: {_first_line(error)}; "
            "start one there with `ray start --head`, or leave `--address` out"
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


def _make_scratch() -> Path:
    global _scratch
    if _scratch is None:
        parent = Path(tempfile.gettempdir())
        if len(str(parent)) > _LONGEST_FOLDER:
            parent = Path("/tmp")
        _remove_abandoned(parent)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        _scratch = folder, lock
    return _scratch[0]


def _remove_abandoned(parent: Path) -> None:
    """Remove what drivers left that were killed: their locks are free."""
    for lock_file in parent.glob(f"{_PREFIX}*/lock"):
        try:
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or another user's
