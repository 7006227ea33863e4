"""A real Redis on a free port, or fakeredis' server where there is none; stopped again at the end."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

LOCAL = "127.0.0.1"


def free_port() -> int:
    with closing(socket.create_server((LOCAL, 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[str]:
    """The URL of a server that answers."""
    program = shutil.which("redis-server")
    if program is None:
        with fake_server(port) as url:
            yield url
        return
    command = [program, "--port", str(port), "--bind", LOCAL, "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log) as server:
        try:
            wait_for(port, server)
            yield f"redis://{LOCAL}:{port}/0"
        finally:
            server.kill()


@contextmanager
def fake_server(port: int) -> Iterator[str]:
    fakeredis = pytest.importorskip("fakeredis", reason="neither redis-server nor fakeredis is installed")
    server = fakeredis.TcpFakeServer((LOCAL, port), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"redis://{LOCAL}:{port}/0"
    finally:
        server.shutdown()
        server.server_close()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until it takes connections; a connection attempt itself is what is waited on."""
    for _ in range(10_000):
        if server.poll() is not None:
            raise RuntimeError("redis-server ended at once")
        with closing(socket.socket()) as attempt:
            if attempt.connect_ex((LOCAL, port)) == 0:
                return
            threading.Event().wait(0.01)
    raise RuntimeError("redis-server does not answer")
