"""Run a module as a child that cannot outlive its parent: `python -m sandbox.tether FD MODULE [ARGUMENT…]`.

FD is the read end of a pipe whose other end only the parent holds. When the parent ends, however it ends, the pipe
ends too, and the child stops itself: gently, then for certain. (Linux could signal the child instead, but it would
do so already when the parent's starting *thread* ends, and other systems cannot.)
"""

import os
import runpy
import signal
import sys
import threading

GRACE_SECONDS = 5.0


def watch(descriptor: int) -> None:
    """Wait, in a thread of its own, for the end of the pipe, then end this process."""

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=wait, name="tether", daemon=True).start()


def main() -> None:
    """Take FD and MODULE off the command line and run the module as the main program."""
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    sys.argv[:3] = [module]
    watch(descriptor)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
