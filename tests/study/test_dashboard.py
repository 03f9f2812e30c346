import socket
import threading
import urllib.request

import pytest

from maskopt.errors import StudyError


@pytest.fixture
def dashboard(sweeper, monkeypatch):
    """The dashboard's address, while it is served from a thread."""
    from maskopt.study import dashboard

    sweeper.run(sweeper.open())
    servers, addresses, ready = [], [], threading.Event()
    make = dashboard.make_server

    def make_and_keep(*arguments):
        servers.append(make(*arguments))
        return servers[0]

    monkeypatch.setattr(dashboard, "make_server", make_and_keep)

    def note(address):
        addresses.append(address)
        ready.set()

    thread = threading.Thread(target=dashboard.serve, args=(sweeper.url, 0, note))
    thread.start()
    assert ready.wait(30)
    yield addresses[0]
    servers[0].shutdown()
    thread.join()


def test_the_dashboard_shows_the_studies_on_loopback_only(dashboard, capfd):
    assert dashboard.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{dashboard}api/studies") as answer:
        assert b'"study_name": "age"' in answer.read()
    with urllib.request.urlopen(dashboard) as answer:
        assert answer.status == 200
    assert capfd.readouterr() == ("", "")


def test_a_port_in_use_is_said_with_the_remedy(sweeper):
    from maskopt.study.dashboard import serve

    sweeper.open()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StudyError) as caught:
            serve(sweeper.url, port, lambda address: None)
    other = max(port, 8080) + 1
    assert str(caught.value) == f"port {port} is in use; take another, such as `--port {other}`"
