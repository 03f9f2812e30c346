"""A small sweep, Study and cluster joined, for tests that kill it.

    python sweeping.py FOLDER TRIALS WORKERS '["act", ...]'

Prints one JSON object at its end: the study's states.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from maskopt.cluster.devices import DevicePlan
from maskopt.labels import LabelSpace
from maskopt.records import TrialSetup, TrialTask, derive_seed
from maskopt.space import Choice, FloatRange, Option, Part, SearchSpace
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.study.storage import default_storage
from maskopt.study.study import Study

EPOCHS = 4


@dataclass
class Conductor:
    study: Study
    folder: Path

    def ask(self):
        asked = self.study.ask()
        if asked is None:
            return None
        setup = TrialSetup("killed", LabelSpace(()), "", "", (0,), "macro_f1", EPOCHS)
        folder = self.folder / "trials" / f"{asked.number:05d}"
        seed = derive_seed("killed", asked.number)
        return TrialTask(asked.number, asked.config, seed, asked.known_epochs, str(folder), setup)

    def finished(self):
        return self.study.finished()

    def report(self, number, report):
        return self.study.report(number, report)

    def close(self, number, ending, error=None):
        self.study.close(number, ending, error)

    def tick(self):
        self.study.tick()
        return self.study.stop_reason is None


def make_spec(trials, acts):
    quality = FloatRange(0.0, 1.0)
    space = SearchSpace({"quality": quality, "act": Choice(tuple(map(Option, acts)))})
    return StudySpec(
        study="killed",
        data=DataSpec(None, None, (), None),
        label_space=LabelSpace(()),
        folds=FoldsSpec(),
        objective="macro_f1",
        budget=BudgetSpec(trials, EPOCHS),
        searcher=Part("random"),
        pruner=Part("none"),
        try_first=tuple({"act": act, "quality": 0.5} for act in acts),
        space=space,
        pretrained="none",
        content={},
    )


def main():
    from maskopt.cluster.running import run_trials
    from maskopt.cluster.session import shutdown, start

    folder, trials, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    plan = DevicePlan(workers, 1, 0.0, "CPU")
    function = f"{Path(__file__).parent / 'stubs.py'}:run"
    spec = make_spec(trials, json.loads(sys.argv[4]))
    with Study.open(spec, default_storage(folder), folder / "killed") as study:
        try:
            start(plan)
            run_trials(Conductor(study, folder / "killed"), function, plan)
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            shutdown()
        print(json.dumps(study.record().states))


if __name__ == "__main__":
    main()
