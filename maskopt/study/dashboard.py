"""Serves the Optuna dashboard on the storage that sweeps write, live."""

from __future__ import annotations

import errno
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from optuna_dashboard import wsgi

from maskopt.errors import StudyError
from maskopt.study.storage import reading

HOST = "127.0.0.1"
"""Loopback only: the dashboard can change studies and asks nobody for a password."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


def serve(storage_url: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve the dashboard until the process is interrupted.

    Args:
        storage_url: Where the studies are.
        port: The port on loopback; 0 takes any that is free.
        ready: Called once with the dashboard's address, when it answers.

    Raises:
        StudyError: The storage cannot be read, or the port is taken.
    """
    with reading(storage_url) as storage, _listen(port, wsgi(storage)) as server:
        ready(f"http://{HOST}:{server.server_port}/")
        server.serve_forever()


def _listen(port: int, app: Any) -> WSGIServer:
    try:
        return make_server(HOST, port, app, _Server, _QuietHandler)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "in use" if error.errno == errno.EADDRINUSE else "not for ordinary users"
        raise StudyError(
            f"port {port} is {why}; take another, such as `--port {max(port, 8080) + 1}`"
        ) from None
