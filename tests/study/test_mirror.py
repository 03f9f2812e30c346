import optuna
import pytest
from optuna.trial import TrialState

from maskopt.study.mirror import MirrorStorage


@pytest.fixture(params=["sqlite", "memory"])
def storage(request, tmp_path):
    from maskopt.study.storage import close_storage, default_storage, open_storage

    if request.param == "memory":
        yield optuna.storages.InMemoryStorage()
        return
    storage = open_storage(default_storage(tmp_path), create=True)
    yield storage
    close_storage(storage)


def facts(trials):
    kept = [vars(trial) for trial in trials]
    # Times are taken twice, once by each side.
    return [{k: v for k, v in fact.items() if "datetime" not in k} for fact in kept]


def test_memory_and_storage_say_the_same_after_every_kind_of_write(storage):
    study_id = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], "age")
    mirror = MirrorStorage(storage, study_id)
    study = optuna.load_study(study_name="age", storage=mirror)
    study.sampler = optuna.samplers.RandomSampler(seed=1)
    study.enqueue_trial({"x": 0.25}, user_attrs={"start": "a"})
    for number in range(4):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.suggest_categorical("c", ["a", None, 3])
        trial.report(0.5, number + 1)
        trial.set_user_attr("config", {"x": [1, 2]})
        mirror.set_trial_system_attr(trial._trial_id, "rung", 0.5)
        if number == 1:
            mirror.set_trial_state_values(trial._trial_id, TrialState.WAITING)
        elif number == 2:
            study.tell(trial, state=TrialState.PRUNED)
        elif number == 3:
            study.tell(trial, 0.7)
    told = storage.get_all_trials(study_id, deepcopy=False)
    assert facts(mirror.get_all_trials(study_id)) == facts(told)
    again = MirrorStorage(storage, study_id)
    assert facts(again.get_all_trials(study_id)) == facts(told)


def test_a_waiting_trial_is_taken_up_with_all_that_it_had(storage):
    """What interrupted trials rely on, in every storage."""
    study_id = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], "age")
    mirror = MirrorStorage(storage, study_id)
    study = optuna.load_study(study_name="age", storage=mirror)
    trial = study.ask()
    drawn = trial.suggest_float("x", 0, 1)
    trial.report(0.5, 1)
    mirror.set_trial_state_values(trial._trial_id, TrialState.WAITING)
    again = study.ask()
    assert again.number == trial.number
    assert again.suggest_float("x", 0, 1) == drawn
    study.tell(again, 0.9)
    [kept] = storage.get_all_trials(study_id)
    assert (kept.state, kept.value) == (TrialState.COMPLETE, 0.9)
    assert kept.intermediate_values == {1: 0.5}


def test_a_trial_that_another_program_enqueued_keeps_its_place(storage):
    study_id = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], "age")
    mirror = MirrorStorage(storage, study_id)
    other = optuna.load_study(study_name="age", storage=storage)
    other.enqueue_trial({"x": 0.25})
    other.enqueue_trial({"x": 0.5})
    trial_id = mirror.create_new_trial(study_id)
    numbers = [trial.number for trial in mirror.get_all_trials(study_id)]
    assert numbers == [0, 1, 2]
    assert mirror.get_trial_id_from_study_id_trial_number(study_id, 2) == trial_id
    assert facts(mirror.get_all_trials(study_id)) == facts(storage.get_all_trials(study_id))
