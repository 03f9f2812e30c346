"""Starts and ends Ray, quietly, with all its files in one temporary folder."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ray

from maskopt.cluster.devices import DevicePlan, Devices
from maskopt.cluster.scratch import remove_scratch, scratch
from maskopt.errors import StudyError

OBJECT_STORE_BYTES = 80 * 2**20
"""Little more than the least that Ray takes: trials send no arrays."""

DEFAULT_PORT = 6379
ANSWER_SECONDS = 5.0

_keeps = False
_cores = 0  # that Ray was started with
_plan: DevicePlan | None = None  # that it was started for; none where a cluster was joined


@contextmanager
def keeping() -> Iterator[None]:
    """Have `release` leave Ray running until this ends: one command needs it several times.

    To start it, and a worker that has imported torch, takes ten seconds on slow cores.
    """
    global _keeps
    _keeps = True
    try:
        yield
    finally:
        _keeps = False
        shutdown()


def is_running() -> bool:
    """Tell whether Ray runs in this process."""
    return bool(ray.is_initialized())


def start(plan: DevicePlan) -> None:
    """Start Ray on this machine for trials as planned, or go on with what was kept.

    Raises:
        StudyError: Ray does not start.
    """
    global _cores, _plan
    cores = plan.trials_at_once * plan.cores_per_trial
    if is_running():
        if cores == _cores:
            return
        shutdown()
    _cores, _plan = cores, plan
    _init(
        address="local",
        num_cpus=cores,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=str(scratch()),
        # Idle workers that are kept where trials have all cores: the last job's, with all that it
        # has imported, so that a bundle is written seconds sooner.
        _system_config={"num_workers_soft_limit": 1},
    )


def connect(address: str) -> Devices:
    """Join a running Ray cluster and return its devices.

    Args:
        address: `HOST:PORT` of its head, or `HOST`. Ray's own `auto` is refused: it joins whatever
            Ray it finds on this machine, another person's sweep included.

    Raises:
        StudyError: There is none at that address.
    """
    global _plan
    if is_running():
        shutdown()
    _plan = None
    _init(address=_find_head(address))
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    models = [key for key in resources if key.startswith("accelerator_type:")]
    model = models[0].partition(":")[2] if models else "GPU"
    # A machine that has left the cluster stays listed.
    alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]
    machines = tuple((int(each.get("CPU", 0)), int(each.get("GPU", 0))) for each in alive)
    gpus = (model,) * sum(count for _, count in machines)
    return Devices(max(sum(count for count, _ in machines), 1), gpus, machines)


def is_alive() -> bool:
    """Tell whether Ray still has a machine: without one trials would wait for ever."""
    if not _answers(ray.get_runtime_context().gcs_address):  # to ask it would take a minute
        return False
    return any(node["Alive"] for node in ray.nodes())  # type: ignore[no-untyped-call]


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except OSError:
        return False
    return True


def start_again() -> None:
    """Start this machine's Ray anew, after it was ended from outside.

    Raises:
        StudyError: It was a cluster that had been joined, or Ray does not start.
    """
    plan = _plan
    shutdown()
    if plan is None:
        raise StudyError(
            "the Ray cluster has no machine left that answers: it was ended, or cannot be "
            "reached; what is trained stays trained: type the same command when it is there again"
        )
    start(plan)


def release() -> None:
    """End what `start` began, unless it is kept for what comes next."""
    if not _keeps:
        shutdown()


def shutdown() -> None:
    """End what `start` began, or leave the cluster; no process and no file stays."""
    ray.shutdown()
    remove_scratch()


def _init(**settings: Any) -> None:
    for name in ("ray", "ray.tune", "ray.data", "ray.train"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **settings)
    except (ConnectionError, RuntimeError, ValueError) as error:
        shutdown()
        reason = str(error).strip().partition("\n")[0]
        if settings["address"] == "local":
            raise StudyError(f"Ray does not start: {reason}") from error
        if "InvalidAuthToken" in str(error.__cause__):
            raise StudyError(
                f"the Ray cluster at {settings['address']} asks for a token; ask who runs it, and "
                "set RAY_AUTH_MODE and the token as Ray's documentation says"
            ) from error
        raise StudyError(_no_cluster(settings["address"], reason)) from error


def _find_head(address: str) -> str:
    """Return `host:port` if somebody answers there; Ray itself would ask for minutes."""
    if address == "auto":
        raise StudyError(
            "`--address auto` could join somebody else's Ray; name the one you mean: HOST:PORT"
        )
    host, _, port = address.rpartition(":") if ":" in address else (address, "", DEFAULT_PORT)
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "must be HOST:PORT"
        raise StudyError(_no_cluster(address, reason)) from None
    return f"{host}:{port}"


def _no_cluster(address: str, reason: str) -> str:
    return (
        f"no Ray cluster answers at `--address {address}`: {reason}; "
        "start one there with `ray start --head`, or leave `--address` out"
    )
