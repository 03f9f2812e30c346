"""Seconds of `Study.ask` and memory of a driver when a study has grown large.

A study is filled in memory by the search itself (halving over 12 epochs, random points of a
conditional space), copied into a storage, and taken up again as a sweep would, with the default
searcher.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from maskopt.catalog.searching import DEFAULT_SEARCHER
from maskopt.labels import LabelSpace
from maskopt.records import Ending, EpochReport, TrialState, Verdict, derive_seed
from maskopt.search.halving import Halving
from maskopt.space import Choice, FloatRange, IntRange, Option, Part, SearchSpace
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.study.searchers import IndependentDraws
from maskopt.study.strategy import Strategy

EPOCHS, RUNNING, ASKS = 12, 64, 30
NAMES = ("resnet18", "resnet34", "mobilenetv2_100", "efficientnet_b0")
SPACE = SearchSpace(
    {
        "backbone": Choice(tuple(map(Option, NAMES))),
        "image_size": Choice((Option(128), Option(224))),
        "lr": FloatRange(1e-5, 1e-2, log=True),
        "weight_decay": FloatRange(1e-5, 1e-1, log=True),
        "loss": Choice((Option("cross_entropy"), Option("focal", {"gamma": FloatRange(0.5, 4)}))),
        "sampler": Choice((Option("shuffled"), Option("class_balanced"))),
        "warmup_epochs": IntRange(0, 3),
        "dropout": FloatRange(0.0, 0.5),
    }
)
SPEC = StudySpec(
    study="large",
    data=DataSpec(None, None, (), None),
    label_space=LabelSpace(()),
    folds=FoldsSpec(),
    objective="macro_f1",
    budget=BudgetSpec(None, EPOCHS),
    searcher=Part(DEFAULT_SEARCHER),
    pruner=Part("halving"),
    try_first=(),
    space=SPACE,
    pretrained="none",
    content={"study": "large"},
)


def make_report(number: int, epoch: int) -> EpochReport:
    """Return what a trial's epoch gives: a curve of its own."""
    score = derive_seed("score", number) / 2**31 * (1 - 0.5 / epoch)
    scores = {f"f1/age:{name}": score for name in ("young", "middle", "senior")}
    return EpochReport(epoch, score, 1.0, 1.0, 10.0, scores)


def fill(storage: Any, study_id: int, trials: int) -> None:
    """Put a search's trials into a storage, as a sweep would have left them.

    By whole tables: one by one, ten thousand trials take Optuna minutes.
    """
    from optuna.storages._rdb import models

    kept = [_stored(number, tracked) for number, tracked in search(trials).trials.items()]
    with storage.engine.begin() as connection:
        heads = [_head(trial, study_id) for trial in kept]
        connection.execute(models.TrialModel.__table__.insert(), heads)
        rows = connection.execute(models.TrialModel.__table__.select()).mappings()
        ids = {row["number"]: row["trial_id"] for row in rows if row["study_id"] == study_id}
        for table, found in _rows(kept, ids).items():
            connection.execute(getattr(models, table).__table__.insert(), found)


def _head(trial: Any, study_id: int) -> dict[str, Any]:
    times = {"datetime_start": trial.datetime_start, "datetime_complete": trial.datetime_complete}
    return {"number": trial.number, "study_id": study_id, "state": trial.state, **times}


def _rows(kept: list[Any], ids: dict[int, int]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all trials, by the name of Optuna's table."""
    from optuna.distributions import distribution_to_json

    found: dict[str, list[dict[str, Any]]] = {
        "TrialParamModel": [],
        "TrialUserAttributeModel": [],
        "TrialIntermediateValueModel": [],
        "TrialValueModel": [],
    }
    finite = {"value_type": "FINITE"}
    for trial in kept:
        head = {"trial_id": ids[trial.number]}
        for name, kind in trial.distributions.items():
            inner = kind.to_internal_repr(trial.params[name])
            json_text = {"param_value": inner, "distribution_json": distribution_to_json(kind)}
            found["TrialParamModel"].append({**head, "param_name": name, **json_text})
        for key, value in trial.user_attrs.items():
            row = {**head, "key": key, "value_json": json.dumps(value)}
            found["TrialUserAttributeModel"].append(row)
        for step, value in trial.intermediate_values.items():
            row = {**head, "step": step, "intermediate_value": value}
            row["intermediate_value_type"] = "FINITE"
            found["TrialIntermediateValueModel"].append(row)
        if trial.values:
            row = {**head, "objective": 0, "value": trial.value, **finite}
            found["TrialValueModel"].append(row)
    return found


def search(trials: int) -> Strategy:
    """Search in memory until so many trials have begun and nothing is promotable."""
    halving = Halving(EPOCHS)
    strategy = Strategy(SPACE, IndependentDraws(0), EPOCHS, target=trials, halving=halving)
    while (asked := strategy.ask()) is not None:
        verdict, epoch = Verdict.CONTINUE, asked.known_epochs
        while verdict is Verdict.CONTINUE and epoch < EPOCHS:
            epoch += 1
            verdict = strategy.report(asked.number, epoch, make_report(asked.number, epoch).score)
        if verdict is Verdict.PAUSE:
            strategy.pause(asked.number)
        else:
            strategy.end(asked.number, TrialState.COMPLETE)
    return strategy


def _stored(number: int, tracked: Any) -> Any:
    import optuna
    from optuna.trial import TrialState as OptunaState

    from maskopt.study import trials

    reports = [make_report(number, epoch) for epoch in range(1, tracked.epoch + 1)]
    over = tracked.seen.state is TrialState.COMPLETE
    kept: dict[str, Any] = {trials.CONFIG: dict(tracked.config.values), trials.SECONDS: 120.0}
    for report in reports:
        is_last = report.epoch == tracked.epoch
        verdict = Verdict.PAUSE if is_last and not over else Verdict.CONTINUE
        kept[f"{trials.REPORT}{report.epoch}"] = trials.report_attribute(report, verdict)
    if not over:
        kept[trials.PAUSED] = tracked.epoch
    stored = optuna.trial.create_trial(
        state=OptunaState.COMPLETE if over else OptunaState.WAITING,
        value=tracked.seen.best if over else None,
        params=dict(tracked.seen.params),
        distributions=dict(tracked.seen.distributions),
        user_attrs=kept,
        intermediate_values={report.epoch: report.score for report in reports},
    )
    stored.number = number
    return stored


def measure_asks(url: str, folder: Path, trials: int) -> dict[str, float]:
    """Return milliseconds of an ask, kilobytes a trial, and seconds to take the study up."""
    from maskopt.study.storage import close_storage, open_storage
    from maskopt.study.study import Study

    with Study.open(SPEC, url, folder):
        pass
    storage = open_storage(url, create=False)
    fill(storage, storage.get_study_id_from_name(SPEC.study), trials)
    close_storage(storage)
    before, start = resident(), time.perf_counter()
    with Study.open(SPEC, url, folder) as study:
        opened, memory = time.perf_counter() - start, resident() - before
        running = [study.ask() for _ in range(RUNNING)]
        times = []
        for asked in running[:ASKS]:
            assert asked is not None
            study.report(asked.number, make_report(asked.number, asked.known_epochs + 1))
            study.close(asked.number, Ending.FAILED, "room for the next")
            study.stop_reason, study._failures = None, 0
            start = time.perf_counter()
            study.ask()
            times.append(1000 * (time.perf_counter() - start))
    return {
        "ask_ms": median(times),
        "slowest_ask_ms": max(times),
        "kb_per_trial": memory / 1000 / trials,
        "open_seconds": opened,
    }


def resident() -> int:
    """Return this process's memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def postgres() -> Iterator[str | None]:
    """Give the URL of a PostgreSQL that is started here, or none where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        yield None
        return
    programs = (found[-1] if found else Path(str(on_path))).parent
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    _as_server([str(programs / "initdb"), "-D", str(folder / "data"), "-U", "me", "-A", "trust"])
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    _as_server([*control, "-l", str(folder / "log"), "-o", options, "start"])
    try:
        yield f"postgresql://me@/postgres?host={folder}"
    finally:
        _as_server([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _as_server(command: list[str]) -> None:
    # The server's programs refuse to run as root.
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    subprocess.run(command, check=True, capture_output=True, cwd="/", **user)
