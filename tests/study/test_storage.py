import sqlite3
from contextlib import closing

import pytest

from maskopt.errors import StudyError
from maskopt.study.storage import (
    close_storage,
    default_storage,
    open_storage,
    show_url,
    storage_exists,
)

AGAIN = "see that it is there and can be written, then type the same command again"


def refusal(url, create=True):
    with pytest.raises(StudyError) as caught:
        open_storage(url, create=create)
    return str(caught.value)


def test_an_sqlite_file_is_made_with_its_folder_and_writes_ahead(tmp_path):
    url = default_storage(tmp_path / "new" / "studies")
    assert not storage_exists(url)
    close_storage(open_storage(url, create=True))
    assert storage_exists(url)
    file = tmp_path / "new" / "studies" / "studies.db"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_reading_makes_no_file(tmp_path):
    file = tmp_path / "studies.db"
    message = refusal(default_storage(tmp_path), create=False)
    assert message == f"there are no studies yet: {file} does not exist"
    assert not file.exists()


def test_a_file_that_is_no_database(tmp_path):
    file = tmp_path / "studies.db"
    file.write_text("not a database, but a letter\n" * 200)
    message = refusal(default_storage(tmp_path))
    assert message == f"storage {file} cannot be used: file is not a database; {AGAIN}"


def test_a_folder_where_no_folder_can_be(tmp_path):
    (tmp_path / "file").touch()
    message = refusal(default_storage(tmp_path / "file" / "studies"))
    assert message == f"cannot make the folder {tmp_path}/file/studies: Not a directory"


@pytest.mark.parametrize("url", ["studies.db", ""])
def test_what_is_no_url(url):
    assert refusal(url) == (
        "`--storage` must be an SQLAlchemy URL such as sqlite:///studies/studies.db or "
        f"postgresql://user:password@host/database, got {url!r}"
    )


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_an_sqlite_in_memory_is_refused_because_nothing_would_be_kept(url):
    assert refusal(url) == (
        f"storage {url} is this process's memory, and all of it would be lost at the end; "
        "name a file: sqlite:///studies/studies.db"
    )


def test_a_server_that_is_down_and_its_password_is_not_shown():
    message = refusal("postgresql://me:secret@127.0.0.1:1/studies")
    assert message.startswith("storage postgresql://me:***@127.0.0.1:1/studies cannot be used: ")
    assert "Connection refused" in message
    assert "secret" not in message


def test_a_driver_that_is_not_installed():
    assert refusal("mysql+pymysql://me:secret@host/studies") == (
        "storage mysql+pymysql://me:***@host/studies needs the Python package pymysql, "
        "which is not installed"
    )


def test_a_missing_postgres_driver_names_our_extra(monkeypatch):
    import sys

    for name in ("psycopg", "psycopg2"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr("maskopt.study.storage.find_spec", lambda name: None)
    assert refusal("postgresql://me:secret@host/studies") == (
        "storage postgresql://me:***@host/studies needs the Python package psycopg, "
        "which is not installed: pip install 'maskopt[postgres]'"
    )


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("v99.0.0", "was written by a newer optuna: pip install -U optuna"),
        (
            "v3.0.0.a",
            "was written by an older optuna; make a copy of it, then "
            "`optuna storage upgrade --storage URL`",
        ),
    ],
)
def test_another_version_of_optuna_s_tables(tmp_path, version, message):
    close_storage(open_storage(default_storage(tmp_path), create=True))
    file = tmp_path / "studies.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    assert refusal(default_storage(tmp_path)) == f"storage {file} {message}"


def test_a_storage_that_goes_away_in_mid_sweep_is_a_study_error(sweeper, report, monkeypatch):
    from sqlalchemy.exc import OperationalError

    study = sweeper.open()
    number = study.ask().number

    def fail(*arguments):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(study._storage._storage, "set_trial_intermediate_value", fail)
        with pytest.raises(StudyError) as caught:
            study.report(number, report(1))
    file = sweeper.folder / "studies.db"
    assert str(caught.value) == f"storage {file} cannot be used: database is locked; {AGAIN}"


def test_a_study_that_is_deleted_in_mid_sweep(sweeper, report):
    import optuna

    study = sweeper.open()
    number = study.ask().number
    optuna.delete_study(study_name="age", storage=sweeper.other())
    with pytest.raises(StudyError) as caught:
        study.report(number, report(1))
    assert str(caught.value) == f"the study was deleted from {show_url(sweeper.url)}"
    sweeper.die(study)
