"""What the kernel knows of a process: CPU time and memory. Linux only, read from /proc."""

from pathlib import Path

KIB = 1024


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads that run, in seconds; the kernel counts nanoseconds here, not ticks of 10 ms."""
    return sum(_on_cpu(task) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9


def memory_bytes(pid: int) -> tuple[int, int]:
    """Resident memory now, and the most it ever was."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return _kib(told["VmRSS"]), _kib(told["VmHWM"])


def _on_cpu(task: Path) -> int:
    try:
        return int((task / "schedstat").read_text(encoding="ascii").split()[0])
    except FileNotFoundError:  # the thread ended since
        return 0


def _kib(text: str) -> int:
    return int(text.split()[0]) * KIB
