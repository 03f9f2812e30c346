"""A trial for workers: it is as good as its config says, and keeps its place."""

from pathlib import Path

from maskopt.records import CHECKPOINT, EpochReport


def run(task):
    checkpoint = Path(task.folder) / CHECKPOINT
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    for epoch in range(task.known_epochs + 1, task.setup.epochs + 1):
        if epoch > done:
            with (checkpoint.parents[1] / "epochs.txt").open("a") as file:
                file.write(f"{task.number} {epoch}\n")
            checkpoint.write_text(str(epoch))
        yield EpochReport(epoch, task.config.number("quality"), 1.0, 1.0, 0.001)
