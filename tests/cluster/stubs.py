"""Trials and jobs that workers run in these tests; loaded by path, without torch."""

import os
import signal
import time
from pathlib import Path

from maskopt.errors import DataError
from maskopt.records import EpochReport


def run(task):
    """A trial with a checkpoint that may be one epoch ahead of the study."""
    folder = Path(task.folder)
    checkpoint = folder / "checkpoint"
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    for epoch in range(task.known_epochs + 1, task.setup.epochs + 1):
        if epoch > done:
            act(task, epoch, folder)
            with (folder.parent / "epochs.txt").open("a") as file:
                file.write(f"{task.number} {epoch}\n")
            checkpoint.write_text(str(epoch))
        yield EpochReport(epoch, score(task, epoch), 1.0, 2.0, 0.001, {"accuracy": 0.5})


def score(task, epoch):
    if task.config.values.get("act") == "nan" and epoch == 2:
        return float("nan")
    return task.config.number("quality") * epoch


def act(task, epoch, folder):
    match task.config.values.get("act"):
        case "raise" if epoch == 2:
            raise RuntimeError("out of luck")
        case "exit" if epoch == 2:
            raise SystemExit(3)
        case "die once" if epoch == 2 and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "die" if epoch == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        case "slow":
            time.sleep(0.05)
        case "hang once" if epoch == 2 and not (folder / "hangs").exists():
            (folder / "hangs").touch()
            time.sleep(600)
        case "hang" if epoch == 2:
            (folder / "hangs").touch()
            time.sleep(600)
        case "print":
            print(f"python says {epoch}", flush=True)
            os.system(f"echo the shell says {epoch} >&2")


def closable(task):
    """Says in its folder when it is closed, and which process and threads it has."""
    folder = Path(task.folder)
    facts = [os.getpid(), os.environ.get("OMP_NUM_THREADS"), Path.cwd()]
    (folder / "facts.txt").write_text(" ".join(map(str, facts)))
    try:
        for epoch in range(1, task.setup.epochs + 1):
            yield EpochReport(epoch, 1.0, 1.0, 1.0, 0.001)
    finally:
        (folder / "closed").touch()


def add(payload):
    return payload["a"] + payload["b"], os.getpid()


def refuse(payload):
    raise DataError(f"no photos in {payload}")


def die(payload):
    os.kill(os.getpid(), signal.SIGKILL)
