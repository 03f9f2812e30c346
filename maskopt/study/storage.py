"""Opens the storages that studies are kept in, and puts their errors into words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import NOT_FOUND_MSG
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from maskopt.errors import StudyError

BUSY_SECONDS = 30
"""How long a write waits for another process that holds an SQLite file."""


def default_storage(studies: Path) -> str:
    """Return the URL of the SQLite file that studies under a folder are kept in."""
    return f"sqlite:///{studies.absolute() / 'studies.db'}"


def storage_exists(storage_url: str) -> bool:
    """Tell whether there is anything to open; false only of an SQLite file that is not there."""
    sqlite_file = _sqlite_file(_parse(storage_url))
    return sqlite_file is None or sqlite_file.exists()


def open_storage(storage_url: str, *, create: bool) -> RDBStorage:
    """Return the storage at a URL, with its tables made where they are missing.

    Args:
        storage_url: Any SQLAlchemy URL that Optuna takes.
        create: Make an SQLite file that does not exist; without it that is an error.

    Raises:
        StudyError: The storage cannot be reached, read or written.
    """
    url = _parse(storage_url)
    sqlite_file = _sqlite_file(url)
    if sqlite_file:
        _check_file(sqlite_file, create)
    elif url.get_backend_name() == "sqlite":
        raise StudyError(
            f"storage {storage_url} is this process's memory, and all of it would be lost at the "
            "end; name a file: sqlite:///studies/studies.db"
        )
    with storage_errors(storage_url):
        try:
            text = url.render_as_string(hide_password=False)
            return _Storage(text, engine_kwargs=_engine_settings(url))
        except ImportError as error:
            raise StudyError(_missing_driver(url, error)) from None
        except RuntimeError as error:
            raise StudyError(_other_version(storage_url, str(error))) from None


def close_storage(storage: RDBStorage) -> None:
    """Close a storage's connections."""
    storage.remove_session()
    storage.engine.dispose()


@contextmanager
def reading(storage_url: str) -> Iterator[RDBStorage]:
    """Give the storage at a URL to read from it.

    Raises:
        StudyError: The storage cannot be read.
    """
    storage = open_storage(storage_url, create=False)
    try:
        with storage_errors(storage_url):
            yield storage
    finally:
        close_storage(storage)


@contextmanager
def storage_errors(storage_url: str) -> Iterator[None]:
    """Turn whatever the storage raises inside into a StudyError of one line."""
    try:
        yield
    except KeyError as error:
        if error.args != (NOT_FOUND_MSG,):
            raise
        raise StudyError(f"the study was deleted from {show_url(storage_url)}") from error
    except (SQLAlchemyError, StorageInternalError) as error:
        reason = _innermost(error)
        raise StudyError(
            f"storage {show_url(storage_url)} cannot be used: {reason}; "
            "see that it is there and can be written, then type the same command again"
        ) from error


def show_url(storage_url: str) -> str:
    """Return a URL with its password hidden; an SQLite file as its path."""
    return _show(_parse(storage_url))


def _show(url: sqlalchemy.URL) -> str:
    if url.drivername.startswith("postgresql+"):
        url = url.set(drivername="postgresql")
    return str(_sqlite_file(url) or url.render_as_string(hide_password=True))


def _parse(storage_url: str) -> sqlalchemy.URL:
    try:
        url = sqlalchemy.make_url(storage_url)
    except ArgumentError:
        raise StudyError(
            f"`--storage` must be an SQLAlchemy URL such as sqlite:///studies/studies.db or "
            f"postgresql://user:password@host/database, got {storage_url!r}"
        ) from None
    # SQLAlchemy 2.0 and 2.1 mean different drivers by `postgresql://`: take the one that is there.
    if url.drivername == "postgresql":
        there = [name for name in ("psycopg", "psycopg2") if find_spec(name)]
        return url.set(drivername=f"postgresql+{there[0] if there else 'psycopg'}")
    return url


def _sqlite_file(url: sqlalchemy.URL) -> Path | None:
    name = url.database if url.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _check_file(file: Path, create: bool) -> None:
    if file.exists():
        return
    if not create:
        raise StudyError(f"there are no studies yet: {file} does not exist")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"cannot make the folder {file.parent}: {error.strerror}") from None


def _engine_settings(url: sqlalchemy.URL) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {"pool_pre_ping": True}
    connect = {"timeout": BUSY_SECONDS, "check_same_thread": False, "factory": _Connection}
    return {"connect_args": connect, "poolclass": sqlalchemy.pool.QueuePool}


class _Storage(RDBStorage):
    """Optuna's storage, which leaves no connection open when it refuses what it finds."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        try:
            super().__init__(*arguments, **settings)
        except BaseException:
            if hasattr(self, "engine"):
                self.engine.dispose()
            raise


class _Connection(sqlite3.Connection):
    """An SQLite connection whose commits do not wait for the disk.

    The file stays sound whatever dies; only a power cut can take the last commits back.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        try:
            self.execute("PRAGMA journal_mode=WAL")
            self.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.Error:
            self.close()
            raise


def _missing_driver(url: sqlalchemy.URL, error: ImportError) -> str:
    package = error.name or url.get_driver_name()
    needs = f"storage {_show(url)} needs the Python package {package}, which is not installed"
    is_postgres = url.get_backend_name() == "postgresql"
    return f"{needs}: pip install 'maskopt[postgres]'" if is_postgres else needs


def _other_version(storage_url: str, reason: str) -> str:
    where = f"storage {show_url(storage_url)}"
    if "storage upgrade" in reason:
        return (
            f"{where} was written by an older optuna; make a copy of it, then "
            "`optuna storage upgrade --storage URL`"
        )
    return f"{where} was written by a newer optuna: pip install -U optuna"


def _innermost(error: BaseException) -> str:
    while (inner := error.__cause__ or getattr(error, "orig", None)) is not None:
        error = inner
    return " ".join(str(error).split())
