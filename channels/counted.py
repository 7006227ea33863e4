"""How the outcome of a call counts: for a city, against it, or not at all."""

from typing import Final

from schema.codes import ErrorCode

MAINTENANCE: Final = "MAINTENANCE"
OK: Final = "OK"
# What counts against a city's availability; a refusal is an answer.
BAD: Final = frozenset(
    {
        ErrorCode.BACKEND_UNREACHABLE.value,
        ErrorCode.BACKEND_TIMEOUT.value,
        ErrorCode.BACKEND_CIRCUIT_OPEN.value,
        ErrorCode.BACKEND_CONTRACT_BROKEN.value,
        ErrorCode.OUTCOME_UNKNOWN.value,
    }
)
# What says nothing of the city: the gateway refused, or the city had said beforehand that it would be away.
NEUTRAL: Final = frozenset(
    {
        MAINTENANCE,
        ErrorCode.RATE_LIMITED.value,
        ErrorCode.INVALID_INPUT.value,
        ErrorCode.INTERNAL.value,
        ErrorCode.NOT_OFFERED.value,
        ErrorCode.CHANNEL_PAUSED.value,
    }
)
