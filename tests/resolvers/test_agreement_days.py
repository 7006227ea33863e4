"""An agreement is judged at each call, by the day that it is in the cities' time zone at that moment: nothing is loaded again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers import Services
from resolvers.asking.question import Question, question
from roaming import Denial
from schema.codes import ErrorCode
from tests.resolvers.simulator import City, citizen, request, services, snapshot, store

MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)  # in Shanghai the 23rd begins
SECOND = timedelta(seconds=1)


def under(database: Any, **fields: Any) -> tuple[Services, list[datetime]]:
    """The project's cities, agreement 2026-002 with other fields, and the clock's hand."""
    agreements = tuple(
        each.model_validate(each.model_dump(by_alias=True, exclude={"fee"}) | fields) if each.id == "2026-002" else each
        for each in snapshot().agreements
    )
    hand = [MIDNIGHT - SECOND]
    made = services(database, {"deyang": City()})
    return replace(made, snapshot=replace(made.snapshot, agreements=agreements), clock=lambda: hand[0]), hand


async def verdict(held: Services) -> Question | Denial | Any:
    context = request(held, citizen("510100"))
    return await question(context, context.channel("deyang"), "bills.list", {})


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({"valid": {"from": "2026-01-01", "until": "2026-11-22"}}, None, ErrorCode.AGREEMENT_EXPIRED),
        ({"valid": {"from": "2026-11-23", "until": "2026-12-31"}}, ErrorCode.NO_AGREEMENT, None),
        ({"suspended": {"since": "2026-11-23", "reason": "r"}}, None, ErrorCode.AGREEMENT_SUSPENDED),
        (
            {"suspended": [{"by": "provider", "since": "2026-11-01", "until": "2026-11-22", "reason": "r"}]},
            ErrorCode.AGREEMENT_SUSPENDED,
            None,
        ),
    ],
)
async def test_midnight_in_shanghai_takes_effect_by_itself(
    fields: dict[str, Any], before: ErrorCode | None, after: ErrorCode | None
) -> None:
    """The same process, the same files: only the clock has moved on by a second."""
    async with store() as database:
        held, hand = under(database, **fields)
        for moment, code in ((MIDNIGHT - SECOND, before), (MIDNIGHT, after)):
            hand[0] = moment
            found = await verdict(held)
            assert found == Denial(code) if code else isinstance(found, Question)


async def test_a_request_that_outlives_the_agreement_is_refused_in_its_next_round() -> None:
    """A subscription holds no agreement open: each round is judged anew."""
    async with store() as database:
        held, hand = under(database, valid={"from": "2026-01-01", "until": "2026-11-22"})
        context = request(held, citizen("510100"))
        assert isinstance(await question(context, context.channel("deyang"), "bills.list", {}), Question)
        hand[0] = MIDNIGHT
        context.renew()
        found = await question(context, context.channel("deyang"), "bills.list", {})
        assert found == Denial(ErrorCode.AGREEMENT_EXPIRED)
