"""The open runs of Weights & Biases, by trial number; all of this is called from one thread."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any, Literal

from maskopt.records import EpochReport, TrialRecord, TrialState, TrialTask
from maskopt.space import TrialConfig
from maskopt.tracking.login import is_logged_in

_PROJECT = "maskopt"
# A run that cannot be opened in this time is written offline; a run that cannot be sent in this
# time stays on disk.
_INIT_SECONDS = 20.0
_FINISH_SECONDS = 30.0


class WandbRuns:
    """Opens, writes and finishes runs.

    Attributes:
        offline_because: Why runs are written offline although the user is logged in, if so.
    """

    def __init__(self, studies: Path, study: str) -> None:
        self._studies = studies.absolute()
        self._study = study
        self._runs: dict[int, Any] = {}
        self._objective = "score"
        self._identity = ""
        self._mode: Literal["offline"] | None = None
        self.offline_because: str | None = None

    def open(self, objective: str, is_new: bool) -> None:
        """Start W&B quietly, online only where the user is logged in."""
        import wandb

        self._objective = objective
        # W&B writes elsewhere without a word where its folder is missing.
        (self._studies / "wandb").mkdir(parents=True, exist_ok=True)
        self._identity = _identity(self._studies / "wandb" / f"{self._study}.id", is_new)
        settings = wandb.setup(settings=wandb.Settings(**_settings(wandb))).settings
        chosen = "WANDB_MODE" in os.environ or settings.mode != "online"
        self._mode = None if chosen or is_logged_in(settings) else "offline"

    def start(self, task: TrialTask) -> None:
        """Open a trial's run under its own id; an earlier one of that id goes on."""
        import wandb

        try:
            self._runs[task.number] = self._init(task, _run_id(self._identity, task.number))
        except wandb.errors.CommError as failure:
            self._mode = "offline"
            self.offline_because = (
                f"W&B cannot be reached ({str(failure).splitlines()[0]}); "
                f"runs are kept for: wandb sync {self._studies / 'wandb'}/offline-run-*"
            )
            # The id that was tried stays taken in W&B's service process.
            own = f"{_run_id(self._identity, task.number)}-offline"
            self._runs[task.number] = self._init(task, own)

    def log(self, number: int, report: EpochReport) -> None:
        """Log an epoch, its number being the step."""
        losses = {"train_loss": report.train_loss, "valid_loss": report.valid_loss}
        scores = {**report.scores, self._objective: report.score}
        values = {**losses, **scores, "seconds": report.seconds, "epoch": report.epoch}
        self._runs[number].log(values, step=report.epoch)

    def finish(self, trial: TrialRecord) -> None:
        """Finish a trial's run, if it has one, with the trial's state."""
        run = self._runs.pop(trial.number, None)
        if run is None:
            return
        best = trial.best
        if best:
            run.summary.update({"best_score": best.score, "best_epoch": best.epoch})
        if trial.state in (TrialState.COMPLETE, TrialState.PRUNED):
            tags = ("pruned",) if trial.state is TrialState.PRUNED else ()
            _end(run, trial.state.value, 0, tags)
        elif trial.state is TrialState.FAILED:
            run.summary["error"] = trial.error or "no reason was given"
            _end(run, trial.state.value, 1)
        elif trial.paused is not None:
            _end(run, "paused", 0)
        else:
            _interrupt(run)

    def close(self) -> None:
        """Finish what is still open as interrupted, and end W&B's service process.

        Raises:
            RuntimeError: The service process failed.
        """
        import wandb

        for number in sorted(self._runs):
            _interrupt(self._runs.pop(number))
        try:
            wandb.teardown()
        except SystemExit as end:
            # W&B would end the driver with its service's exit code.
            raise RuntimeError(f"W&B's service process ended with code {end.code}") from end

    def _init(self, task: TrialTask, run_id: str) -> Any:
        import wandb

        return wandb.init(
            dir=self._studies,
            project=os.environ.get("WANDB_PROJECT") or _PROJECT,
            group=self._study,
            job_type="trial",
            name=f"{self._study}-{task.number}",
            id=run_id,
            config=_plain(task.config),
            mode=self._mode,
            resume="allow",
            reinit="create_new",
        )


def _end(run: Any, state: str, exit_code: int, tags: tuple[str, ...] = ()) -> None:
    run.summary["state"] = state
    if tags:
        run.tags = (*(run.tags or ()), *tags)
    run.finish(exit_code=exit_code)


def _interrupt(run: Any) -> None:
    # W&B's word for a run that was stopped from outside and goes on under the same id.
    run.mark_preempting()
    _end(run, "interrupted", 1)


def _settings(wandb: Any) -> dict[str, Any]:
    wanted = {
        "silent": True,
        "console": "off",
        "disable_code": True,
        "disable_git": True,
        "disable_job_creation": True,
        "x_disable_stats": True,
        "x_disable_machine_info": True,
        "x_save_requirements": False,
        "init_timeout": _INIT_SECONDS,
        "finish_timeout": _FINISH_SECONDS,
    }
    # Not every release knows every one of these, and one that is not known is an error.
    return {name: value for name, value in wanted.items() if name in wandb.Settings.model_fields}


def _plain(config: TrialConfig) -> dict[str, Any]:
    return {
        path: list(value) if isinstance(value, tuple) else value
        for path, value in config.values.items()
    }


def _run_id(identity: str, number: int) -> str:
    return hashlib.sha256(f"{identity}/{number}".encode()).hexdigest()[:16]


def _identity(file: Path, is_new: bool) -> str:
    # A name alone is no identity: two machines may both have a study `age` in one W&B project,
    # and a study may be made anew under an old name.
    if is_new or not file.exists():
        file.write_text(secrets.token_hex(8), encoding="ascii")
    return file.read_text(encoding="ascii")
