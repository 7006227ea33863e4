"""Applications that are still at the gateway, as the citizen sees them: told as what they are, under an id that stays valid.

The id given at once names the delivery. While it is at the gateway the row is the gateway's own; once delivered, the same id
shows the city's case. A refused delivery is an application in the state REJECTED, with the reason in its last step.
"""

from collections.abc import Mapping
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.question import Question
from resolvers.context import Context, Services
from resolvers.faults import denial_texts, texts
from resolvers.ids import seal_id
from resolvers.provenance import city_row, department, instant
from resolvers.sealed import open_json, seal_json
from resolvers.writing.attempt import Attempt
from roaming import Denial
from roaming.deliveries import DELIVERED, REJECTED, SENT, Deliveries, Delivery
from schema.codes import ErrorCode

Row = dict[str, Any]
SEALED = "delivery"
MARK = "\x1e"  # begins the local id of a delivery; never part of a city's own number
LONGEST_TITLE = 80
TAKEN_IN = {
    "zh": "网关已收存,待城市恢复后送达",
    "en": "Taken in by the gateway; it will be delivered when the city is back",
}
ON_ITS_WAY = {"zh": "正在送达城市,等待城市确认", "en": "On its way to the city; waiting for its word"}
REFUSED = {"zh": "未被受理", "en": "Not accepted"}
NOT_SENT = frozenset(
    {
        ErrorCode.BACKEND_UNREACHABLE,
        ErrorCode.BACKEND_TIMEOUT,
        ErrorCode.BACKEND_CIRCUIT_OPEN,
        ErrorCode.CHANNEL_PAUSED,
    }
)
"""Failures of a write that mean: the city is down, and surely got nothing (what it may have got is OUTCOME_UNKNOWN)."""


def deliveries_of(services: Services) -> Deliveries:
    """The deliveries, as this process takes them."""
    return Deliveries(services.journal.database, services.journal.worker)


async def held_cities(context: Context) -> list[str]:
    """The cities that the viewer's deliveries are for: their cases are there, linked or not."""
    held = await deliveries_of(context.services).of(context.citizen or "")
    return [slug for slug in dict.fromkeys(each.city for each in held) if slug in context.snapshot.channels]


async def take_in(context: Context, asked: Question, why: Failure, *, number: str, service: str) -> Row | Failure:
    """Keep a case for a city that is down. Returns: its row; `why` where the channel or the failure does not allow it.

    Raises: StorageError: it was not taken in.
    """
    declared = asked.channel.config.operations[asked.operation]
    if not declared.deliver_later or why.code not in NOT_SENT:
        return why
    services, citizen = context.services, context.citizen or ""
    attempt = Attempt.of(context, asked, "Application", number=number, service=service)
    row = first_row(context, asked, number, service)
    await deliveries_of(services).hold(
        number,
        citizen,
        asked.channel.slug,
        request=attempt.sealed(services.sealer, SEALED, citizen),
        told=seal_json(services.sealer, SEALED, citizen, row),
        at=context.now,
    )
    return row


def first_row(context: Context, asked: Question, number: str, service: str) -> Row:
    """The row that is told at once. It is nobody's but the gateway's: no case number of the city, no promise."""
    channel, now = asked.channel, instant(context.now)
    return {
        "__typename": "Application",
        "id": held_id(context, channel, number),
        "localId": MARK + number,
        "caseNo": f"ROAM-{number[:8].upper()}",
        "title": title(context, asked.ask.args, service),
        "state": "SUBMITTED",
        "submittedAt": now,
        "updatedAt": None,
        "promisedOn": None,
        "steps": [{"state": "SUBMITTED", "label": TAKEN_IN, "at": now, "note": None}],
        "source": {
            "city": city_row(context, channel),
            "department": department(channel, asked.operation, None, context),
            "asOf": now,
            "fromCache": True,  # not the city's word: it has not seen it
            "agreementId": asked.grant.agreement_id,
        },
    }


def title(context: Context, args: Mapping[str, Any], service: str) -> str:
    """The citizen's own title, else the service's name."""
    form = args.get("form")
    own = form.get("title") if isinstance(form, dict) else None
    if isinstance(own, str) and own.strip():
        return own.strip()[:LONGEST_TITLE]
    item = context.services.listing.items.get(service)
    return item.name.zh if item else service


def held_id(context: Context, channel: Channel, number: str) -> str:
    """The global id of a delivery: also of the case that becomes of it."""
    return seal_id(context.services.sealer, "Application", channel.slug, MARK + number)


def row_of(context: Context, delivery: Delivery) -> Row:
    """A delivery that is not at the city, as it stands."""
    row: Row = open_json(context.services.sealer, SEALED, delivery.citizen, delivery.told)
    changed = instant(delivery.changed_at)
    if delivery.state == SENT:
        return row | {"steps": [row["steps"][0] | {"label": ON_ITS_WAY}]}
    if delivery.state != REJECTED:
        return row
    reason = open_json(context.services.sealer, SEALED, delivery.citizen, delivery.found)["reason"]
    step = {"state": "REJECTED", "label": REFUSED, "at": changed, "note": reason[context.language]}
    return row | {"state": "REJECTED", "updatedAt": changed, "steps": [*row["steps"], step]}


def case_of(context: Context, delivery: Delivery) -> str | None:
    """The city's own id of a delivered case."""
    if delivery.state != DELIVERED:
        return None
    case: str = open_json(context.services.sealer, SEALED, delivery.citizen, delivery.found)["case"]
    return case


def sealed_case(services: Services, citizen: str, case: str) -> str:
    """What is kept of a delivered case."""
    return seal_json(services.sealer, SEALED, citizen, {"case": case})


def sealed_reason(services: Services, citizen: str, why: Denial | Failure) -> str:
    """What is kept of a refusal: its sentence in both languages."""
    told = denial_texts(why) if isinstance(why, Denial) else texts(why.message)
    return seal_json(services.sealer, SEALED, citizen, {"reason": told, "code": why.code.value})
