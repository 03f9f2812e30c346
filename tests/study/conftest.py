"""Studies without devices: tests ask, report and close by hand."""

from pathlib import Path

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import Ending, EpochReport, Verdict
from maskopt.space import Choice, FloatRange, IntRange, Option, Part, SearchSpace
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec

SPACE = SearchSpace(
    {
        "lr": FloatRange(1e-4, 1e-1, log=True),
        "loss": Choice((Option("cross_entropy"), Option("focal", {"gamma": FloatRange(0.5, 4)}))),
        "layers": IntRange(1, 9),
    }
)


def make_spec(**changes):
    facts = {
        "study": "age",
        "data": DataSpec(None, None, (), None),
        "label_space": LabelSpace(()),
        "folds": FoldsSpec(),
        "objective": "macro_f1",
        "budget": BudgetSpec(changes.pop("trials", 6), changes.pop("epochs", 4)),
        "searcher": Part("random"),
        "pruner": Part("none"),
        "try_first": (),
        "space": SPACE,
        "pretrained": "none",
        "content": {"study": "age", "lr": [1e-4, 1e-1]},
    }
    return StudySpec(**(facts | changes))


def make_report(epoch, score=0.5, seconds=2.0):
    return EpochReport(epoch, score, 1.0, 1.5, seconds, {"accuracy": 0.25})


class Sweeper:
    """Studies in one storage; those that a test leaves open are let go at its end."""

    def __init__(self, folder: Path) -> None:
        from maskopt.study.storage import default_storage

        self.folder, self.url, self.studies = folder, default_storage(folder), []
        self.others = []

    def open(self, **changes):
        from maskopt.study.study import Study

        spec = make_spec(**changes)
        study = Study.open(spec, self.url, self.folder / spec.study)
        self.studies.append(study)
        return study

    def other(self):
        """Return the storage as another program has it open."""
        from maskopt.study.storage import open_storage

        self.others.append(open_storage(self.url, create=True))
        return self.others[-1]

    def shut(self):
        """Let go of the studies and of what others have open."""
        from maskopt.study.storage import close_storage

        for study in self.studies:
            study.shut()
        for other in self.others:
            close_storage(other)

    def die(self, study):
        """Do what a killed driver does: nothing more, and the system frees its lock."""
        from maskopt.study.storage import close_storage

        study._opened.driver._lock.close()
        close_storage(study._storage._storage)
        self.studies.remove(study)

    def run(self, study, scores=(0.1, 0.2, 0.3, 0.4), first=1):
        """Run one trial to its end, or until it is stopped; return its number and last answer."""
        asked = study.ask()
        for epoch, score in enumerate(scores[asked.known_epochs :], asked.known_epochs + first):
            if study.report(asked.number, make_report(epoch, score)) is Verdict.STOP:
                study.close(asked.number, Ending.STOPPED)
                return asked.number, Verdict.STOP
        study.close(asked.number, Ending.ENDED)
        return asked.number, Verdict.CONTINUE


@pytest.fixture
def sweeper(tmp_path):
    sweeper = Sweeper(tmp_path)
    yield sweeper
    sweeper.shut()


@pytest.fixture
def sweeper_at(tmp_path):
    """Makes further sweepers, each with a storage of its own."""
    made = []

    def make(place):
        made.append(Sweeper(tmp_path / place))
        return made[-1]

    yield make
    for sweeper in made:
        sweeper.shut()


@pytest.fixture(scope="session")
def spec():
    return make_spec


@pytest.fixture(scope="session")
def report():
    return make_report
