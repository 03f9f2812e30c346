from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from maskopt.tracking.login import is_logged_in


def settings(api_key=None, base_url="https://api.wandb.ai"):
    return SimpleNamespace(api_key=api_key, base_url=base_url)


def write_netrc(text: str, name: str = ".netrc") -> Path:
    file = Path.home() / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_nobody_is_logged_in_without_a_key():
    assert not is_logged_in(settings())


@pytest.mark.parametrize("name", ["WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE"])
def test_a_key_in_the_environment_logs_in(monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert is_logged_in(settings())


def test_a_key_in_the_settings_logs_in():
    assert is_logged_in(settings(api_key="x"))


@pytest.mark.parametrize("name", [".netrc", "_netrc"])
def test_a_key_in_netrc_logs_in_to_its_own_server(name):
    write_netrc("machine api.wandb.ai login user password secret\n", name)
    assert is_logged_in(settings())
    assert not is_logged_in(settings(base_url="https://wandb.example:8080"))


def test_netrc_may_lie_elsewhere(monkeypatch):
    file = write_netrc("machine wandb.example:8080 login user password secret\n", "elsewhere")
    monkeypatch.setenv("NETRC", str(file))
    assert is_logged_in(settings(base_url="https://wandb.example:8080"))


def test_a_broken_netrc_is_no_login():
    write_netrc("machine\nnonsense")
    assert not is_logged_in(settings())
