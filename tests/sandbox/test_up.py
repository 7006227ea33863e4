"""The supervisor: everything starts, answers and stops; one clear line when it cannot."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import fault as fault_command
from cli import up as up_command
from sandbox import child, greeting, switch
from sandbox.child import PROJECT, Child, Program
from sandbox.ports import HOST, Ports, PortTaken
from sandbox.up import CannotStart, Stack, slugs

ROOT = PROJECT / "cities"
FIVE = ("chengdu", "deyang", "meishan", "ziyang", "mianyang")


def has_ended(pid: int, seconds: float = 10) -> bool:
    """True as soon as a process is gone; waits for it on its file descriptor."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def free_base() -> int:
    """A base whose whole range is free now, under the range that free ports come from."""
    for base in range(9000 + os.getpid() % 1000, 30000, 250):
        try:
            Ports.fixed(FIVE, base + 50, base).check()
        except PortTaken:
            continue
        return base
    raise AssertionError("no free range of ports")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack.start(ROOT, tmp_path_factory.mktemp("sandbox")) as stack:
        yield stack


def test_everything_answers_on_its_own_port_with_real_tokens(stack: Stack) -> None:
    assert stack.down == {}
    assert set(stack.pids()) == {"idp", "gateway", *FIVE}
    assert all(switch.show(stack.control_url(slug)) == {"fault": "none"} for slug in FIVE)
    assert stack.token("deng").count(".") == 2


def test_the_greeting_is_answered_by_every_city(stack: Stack) -> None:
    greeted = greeting.greet(stack)
    assert (greeted.answered, greeted.asked, greeted.complete) == (5, 5, True), greeted.text()
    assert greeted.text().count('"outcome": "OK"') == 5


def test_a_fault_is_switched_by_the_stack_and_by_the_command(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = stack.fault("meishan", "slow", "bills.list", 2)
    assert shown == {"fault": "slow", "operation": "bills.list", "count": 2}
    assert fault_command.control_url("meishan", {}, stack.places.home) == stack.control_url("meishan")
    stack.fault("meishan", "none")
    with pytest.raises(switch.SwitchRefused, match="unknown fault 'sleepy'"):
        stack.fault("meishan", "sleepy")
    with pytest.raises(fault_command.UnknownCity, match="did you mean meishan"):
        fault_command.control_url("meishn", {}, stack.places.home)


def test_a_refused_city_costs_only_its_own_row(stack: Stack) -> None:
    stack.fault("ziyang", "refuse")
    try:
        greeted = greeting.greet(stack, "chen")  # deng's rows are cached by now
    finally:
        stack.fault("ziyang", "none")
    assert (greeted.answered, greeted.complete) == (4, False)


def test_stop_leaves_no_process_and_a_dead_city_is_told(tmp_path: Path) -> None:
    with Stack.start(ROOT, tmp_path) as stack:
        started = dict(stack.pids())
        os.kill(started["ziyang"], signal.SIGKILL)
        assert has_ended(started["ziyang"])
        assert list(stack.exits()) == [("ziyang", -signal.SIGKILL)]
        assert "ziyang http://127.0.0.1:" in stack.down["ziyang"]
        assert "ziyang" not in stack.pids()
    assert all(has_ended(pid, 0) for pid in started.values())


def test_a_port_in_use_is_one_line_that_says_who_wants_it(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    base = free_base()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as squatter:
        squatter.bind((HOST, base + 3))
        squatter.listen()
        settings = {"ROAM_ROOT": str(ROOT), "ROAM_PORT": str(base + 50), "ROAM_SANDBOX_PORT": str(base)}
        assert up_command.run(settings) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"port {base + 3}" in error
    assert "meishan" in error
    assert "ROAM_SANDBOX_PORT" in error
    assert not (tmp_path / ".sandbox").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ROAM_ROOT": "nowhere"}, "nowhere: no roam.yaml"),
        ({"ROAM_PORT": "eighty"}, "ROAM_PORT must be a port number such as 8000, found 'eighty'"),
        ({"ROAM_ROOT": str(ROOT), "ROAM_PORT": "70000"}, "port 70000 for the gateway is not between 1 and 65535"),
    ],
)
def test_a_bad_setting_is_named(settings: dict[str, str], said: str, capsys: Any) -> None:
    assert up_command.run(settings) == 1
    assert said in capsys.readouterr().err


def test_roam_up_prints_the_answer_first_then_the_addresses_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    base = free_base()
    settings = {"ROAM_ROOT": str(ROOT), "ROAM_PORT": str(base + 50), "ROAM_SANDBOX_PORT": str(base)}
    command = [sys.executable, "-m", "cli.main", "up"]
    environment = {**os.environ, **settings, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
    text = "".join(said)
    assert text.count('"outcome": "OK"') == 5
    assert text.index('"coverage"') < text.index(f"http://127.0.0.1:{base + 50}/graphql\n") < text.index("deyang  ")
    Ports.fixed(FIVE, base + 50, base).check()


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """Nobody may be left listening after `kill -9` of the supervisor."""
    parent = (
        "import sys; from pathlib import Path; from sandbox.child import Child, Program\n"
        "one = Child(Program('one', 'http.server', ('0',), {}, ''), Path(sys.argv[1]))\n"
        "print(one.pid, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", parent, str(tmp_path / "one.log")]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        running.kill()
    assert has_ended(pid)


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = (
        "import signal, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\nsignal.pause()\n"
    )
    (tmp_path / "stubborn.py").write_text(stubborn, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = Child(Program("one", "stubborn", (), {}, ""), tmp_path / "one.log")
    while not one.last_lines():
        assert one.exit_status() is None
    child.stop([one], grace_seconds=0.1)
    assert one.exit_status() == -signal.SIGKILL


def test_only_cities_with_a_folder_are_started(tmp_path: Path) -> None:
    for slug in ("leshan", "chengdu", "atlantis"):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / "channel.yaml").touch()
    assert slugs(tmp_path) == ("chengdu", "leshan")
    with pytest.raises(CannotStart, match=r"no roam\.yaml"):
        Stack.start(tmp_path, tmp_path / "home")


def test_long_answers_are_shown_one_record_a_line() -> None:
    record = {"payee": "成都环境水务", "amount": {"amount": "38.60", "currency": "CNY"}, "note": "x" * 80}
    shown = list(greeting.lines({"nodes": [record, record], "total": 2}))
    assert len(shown) == 7
    assert shown[2].endswith("},")
