"""Asking a real gateway again until it knows, within a bound: what settles in the background has no other sign."""

import threading
from collections.abc import Callable
from typing import TypeVar

from tests.client import Answer

T = TypeVar("T")
BETWEEN_SECONDS, MOST_TURNS = 0.2, 200  # 40 s at the most: an outcome is asked about for seconds, never minutes


def until(found: Callable[[], T | None], turns: int = MOST_TURNS) -> T:
    """What `found` gives as soon as it gives something."""
    pause = threading.Event()
    for _ in range(turns):
        if (value := found()) is not None:
            return value
        pause.wait(BETWEEN_SECONDS)
    raise AssertionError("it was not told in time")


def known(ask: Callable[[], Answer]) -> Answer:
    """The answer once the outcome is no longer unknown; until then nothing else may be told."""

    def asked() -> Answer | None:
        answer = ask()
        return None if answer.codes == ["OUTCOME_UNKNOWN"] else answer

    return until(asked)
