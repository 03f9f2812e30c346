"""Drivers and workers die at any moment, drivers between any two writes: nothing is lost."""

import random
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from maskopt.records import Ending, Start, TrialState, Verdict, derive_seed
from maskopt.search.halving import Halving
from maskopt.space import Part

EPOCHS, TARGET, WORKERS = 12, 30, 3
HALVING = Part("halving", {"eta": 2, "first_rung": 2})


class Killed(BaseException):
    """The driver is dead."""


def make_storage(events):
    """A storage in memory that kills its driver before the write at which its fuse ends."""
    from optuna.storages import InMemoryStorage
    from optuna.trial import TrialState as OptunaState

    class Storage(InMemoryStorage):
        fuse = 10**9

        def burn(self):
            self.fuse -= 1
            if self.fuse < 0:
                raise Killed

        def create_new_trial(self, study_id, template_trial=None):
            self.burn()
            trial_id = super().create_new_trial(study_id, template_trial)
            reach = template_trial.user_attrs.get("reach", 0)
            events.append(("begun", self.get_trial(trial_id).number, reach))
            return trial_id

        def set_trial_user_attr(self, trial_id, key, value):
            self.burn()
            super().set_trial_user_attr(trial_id, key, value)
            number = self.get_trial(trial_id).number
            if key.startswith("report:"):
                events.append(("report", number, value["epoch"], value["score"], value["verdict"]))
            elif key == "promoted":
                events.append(("promoted", number, value))

        def set_trial_state_values(self, trial_id, state, values=None):
            self.burn()
            done = super().set_trial_state_values(trial_id, state, values)
            if state is OptunaState.FAIL:
                events.append(("failed", self.get_trial(trial_id).number))
            return done

        def set_trial_intermediate_value(self, trial_id, step, intermediate_value):
            self.burn()
            super().set_trial_intermediate_value(trial_id, step, intermediate_value)

    return Storage()


def truth(number, epoch):
    """What a trial's epoch gives, whatever happens meanwhile."""
    return derive_seed(f"{number}", epoch // 3) / 2**31 + epoch / 100


class Chaos:
    """A sweep by hand in which things die."""

    def __init__(self, seed, spec):
        from optuna.study import StudyDirection

        self.chance, self.spec = random.Random(seed), spec
        self.events, self.deaths = [], 0
        self.storage = make_storage(self.events)
        self.study_id = self.storage.create_new_study([StudyDirection.MAXIMIZE], "age")

    def open(self):
        import optuna

        from maskopt.study.mirror import MirrorStorage
        from maskopt.study.study import Study

        mirror = MirrorStorage(self.storage, self.study_id)
        driver = SimpleNamespace(beat=lambda: None)
        study = optuna.load_study(study_name="age", storage=mirror)
        opened = SimpleNamespace(
            study=study, storage=mirror, storage_url="memory", driver=driver, held=ExitStack()
        )
        return Study(opened, self.spec)

    def drive(self):
        """Sweep until the target is reached; return the study that got there."""
        while True:
            self.storage.fuse = self.chance.randint(1, 120) if self.deaths < 40 else 10**9
            try:
                study = self.open()
                self.sweep(study)
                study.settle()
                return study
            except Killed:
                self.deaths += 1

    def sweep(self, study):
        running = {}
        while not study.finished() and study.stop_reason is None:
            if len(running) < WORKERS and (asked := study.ask()) is not None:
                running[asked.number] = asked.known_epochs
                continue
            number = self.chance.choice(list(running))
            if self.step(study, number, running):
                del running[number]

    def step(self, study, number, running):
        """Let a worker do an epoch or die; tell whether its run is over."""
        luck = self.chance.random()
        if luck < 0.06:
            study.close(number, Ending.LOST, "the worker died")
        elif luck < 0.07:
            study.close(number, Ending.FAILED, "RuntimeError: boom")
        elif running[number] == EPOCHS:
            study.close(number, Ending.ENDED)
        else:
            epoch = running[number] = running[number] + 1
            report = make_report(epoch, truth(number, epoch))
            if study.report(number, report) is Verdict.CONTINUE:
                return False
            study.close(number, self.chance.choice([Ending.STOPPED, Ending.LOST]))
        return True


def make_report(epoch, score):
    from maskopt.records import EpochReport

    return EpochReport(epoch, score, 1.0, 1.0, 1.0)


def replay(events):
    """Check every decision against a table that nothing ever disturbed; count promotions."""
    table, promotions = Halving(EPOCHS, eta=2, first_rung=2), 0
    for kind, number, *rest in events:
        if kind == "begun":
            table.add(number, *rest)
        elif kind == "failed":
            table.fail(number)
        elif kind == "promoted":
            assert number in table.promotable()
            table.resume(number, *rest)
            promotions += 1
        else:
            epoch, score, verdict = rest
            table.note(number, epoch, score)
            judged = Verdict.CONTINUE if epoch == EPOCHS else table.judge(number, epoch)
            assert judged.value == verdict
            if verdict == Verdict.PAUSE:
                table.pause(number, epoch)
    return promotions


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost_and_every_decision_is_that_of_an_undisturbed_table(seed, spec):
    chaos = Chaos(seed, spec(trials=TARGET, epochs=EPOCHS, pruner=HALVING, referee=0.0))
    points = [Start({"layers": layers}, "portfolio", reach=1) for layers in (1, 2)]
    opened = chaos.open

    def open_with_points():
        study = opened()
        study.enqueue(points)
        return study

    chaos.open = open_with_points
    study = chaos.drive()
    record = study.record()
    assert {trial.state for trial in record.trials} <= {
        TrialState.COMPLETE,
        TrialState.PRUNED,
        TrialState.FAILED,
    }
    assert record.states["complete"] + record.states["pruned"] == TARGET
    assert record.states["complete"] > 0
    for trial in record.trials:
        epochs = range(1, len(trial.reports) + 1)
        expected = [(epoch, truth(trial.number, epoch)) for epoch in epochs]
        assert [(report.epoch, report.score) for report in trial.reports] == expected
        if trial.state is not TrialState.FAILED:
            assert (trial.state is TrialState.COMPLETE) == (len(trial.reports) == EPOCHS)
    keys = [event[:3] for event in chaos.events if event[0] == "report"]
    assert len(keys) == len(set(keys))
    assert [t.source for t in record.trials].count("portfolio") == 2
    replay(chaos.events)
    assert chaos.deaths > 0


def test_the_chaos_has_promotions_and_deaths_enough(spec):
    promotions = deaths = 0
    for seed in range(10):
        chaos = Chaos(seed, spec(trials=TARGET, epochs=EPOCHS, pruner=HALVING, referee=0.0))
        chaos.drive()
        promotions += replay(chaos.events)
        deaths += chaos.deaths
    assert (promotions > 5, deaths > 50) == (True, True)
