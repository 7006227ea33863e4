"""Mandates of the citizen: offering one, accepting one by its code, ending one, and those given and held."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.answer import Failure
from identity.masking import mask_name
from resolvers.asking.citizenship import PAIRWISE, real_name
from resolvers.asking.delegation import SEALED, opened
from resolvers.context import Context, Info
from resolvers.faults import coded, texts, user_error
from resolvers.ids import open_id, seal_id
from resolvers.provenance import city_row, instant
from resolvers.sealed import open_json, seal_json
from resolvers.writing.once import Broken, Done, End, Refused, once, refused
from roaming.mandates import MAX_DAYS, MAX_STANDING, WAIT, Mandate, NotAccepted, Scope, code_hash, code_of, new_id
from schema.codes import ErrorCode, MandateRelation, MandateRole

Row = dict[str, Any]
NAMELESS = "市民"
NO_CODE = {"code": None, "codeExpiresAt": None}
NEVER = ("account.", "requests.")  # linking and signing on are for the citizen in person; the rest is the gateway's own
REFUSALS: Mapping[NotAccepted, tuple[ErrorCode, str, str]] = {
    NotAccepted.UNKNOWN: (ErrorCode.NOT_FOUND, "没有这个代码,或已用过。", "There is no such code, or it was used."),
    NotAccepted.EXPIRED: (
        ErrorCode.NOT_FOUND,
        "这个代码已过期,请对方重新发出。",
        "The code has expired; ask for a new one.",
    ),
    NotAccepted.OWN: (ErrorCode.CONFLICT, "不能接受自己发出的委托。", "You cannot accept a mandate of your own."),
    NotAccepted.LOOP: (
        ErrorCode.CONFLICT,
        "对方已(直接或间接)替您代办,委托不能成环。",
        "The other side already acts for you, directly or by others: mandates make no loop.",
    ),
}


async def mandates(source: Row, info: Info, active_only: bool = True) -> list[Row]:
    context: Context = info.context
    found = await context.services.mandates.of(context.citizen or "")
    return [mandate_row(context, each) for each in found if each.stands(context.now) or not active_only]


def mandate_row(context: Context, mandate: Mandate) -> Row:
    """The Mandate row, as its principal or its agent sees it."""
    given, known = mandate.principal == context.citizen, context.snapshot.channels
    return {
        "__typename": "Mandate",
        "id": seal_id(context.services.sealer, "Mandate", "", mandate.id),
        "role": (MandateRole.GIVEN if given else MandateRole.HELD).value,
        "relation": mandate.relation.value,
        "state": mandate.state(context.now).value,
        "party": other_party(context, mandate, given=given),
        "operations": list(mandate.scope.operations),
        "cities": [city_row(context, known[slug]) for slug in mandate.scope.cities if slug in known],
        "offeredAt": instant(mandate.offered_at),
        "acceptedAt": instant(mandate.accepted_at) if mandate.accepted_at else None,
        "expiresAt": instant(mandate.expires_at),
        "endedAt": instant(mandate.ended_at) if mandate.ended_at else None,
    }


def other_party(context: Context, mandate: Mandate, *, given: bool) -> str | None:
    """The masked name of the other side; None before there is one."""
    if not given:
        return str(opened(context.services, mandate)["name"])
    sealed = mandate.agent_sealed
    return str(open_json(context.services.sealer, SEALED, mandate.id, sealed)["name"]) if sealed else None


async def load_mandate(context: Context, local: str) -> Row | None:
    """One of the citizen's own."""
    found = await context.services.mandates.at(local)
    own = found is not None and context.citizen in (found.principal, found.agent)
    return mandate_row(context, found) if found and own else None


async def offer_mandate(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def offer(number: str) -> End:
        if problem := unfit(context, input):
            return problem
        claims = await real_name(context)
        if isinstance(claims, Failure):
            return unnamed(context, claims)
        return await offered(context, scope_of(input), input, claims)

    row = await once(context, "offerMandate", "mandate", input, offer)
    return row | code_fields(context, row.get("mandate"))


async def offered(context: Context, scope: Scope, given: Mapping[str, Any], claims: Mapping[str, str]) -> End:
    """Write the offer down, with the claims that its scope needs and no others."""
    services, viewer, local = context.services, context.viewer, new_id()
    kept = {
        "subject": viewer.subject,
        "issuer": viewer.issuer,
        "home_city": viewer.home_city,
        "name": mask_name(claims.get("name", "")) or NAMELESS,
        "claims": {need: claims[need] for need in needs_of(context, scope) if need in claims},
    }
    mandate = await services.mandates.offer(
        local,
        context.citizen or "",
        MandateRelation(given["relation"]),
        scope,
        code_hash=code_hash(services.store_key, code_of(services.store_key, local)),
        sealed=seal_json(services.sealer, SEALED, local, kept),
        days=given["days"],
        at=context.now,
    )
    if mandate is None:
        zh, en = f"有效的委托最多 {MAX_STANDING} 份。", f"At most {MAX_STANDING} mandates may stand at once."
        return refused(ErrorCode.QUOTA_EXCEEDED, zh, en, [])
    return Done({"mandate": mandate_row(context, mandate) | {"codeExpiresAt": instant(mandate.code_until)}})


def code_fields(context: Context, row: Any) -> Row:
    """The code of an offer that is still open: worked out anew, so that a replay shows it and no store keeps it."""
    found = open_id(context.services.sealer, row["id"], "Mandate") if isinstance(row, dict) else None
    return {
        "code": code_of(context.services.store_key, found.local) if found else None,
        "codeExpiresAt": row["codeExpiresAt"] if found else None,
    }


def scope_of(given: Mapping[str, Any]) -> Scope:
    return Scope(tuple(dict.fromkeys(given["operations"])), tuple(dict.fromkeys(given["cities"])))


def needs_of(context: Context, scope: Scope) -> list[str]:
    """The real-name claims that the cities of a scope want for its operations."""
    channels = [context.channel(slug) for slug in scope.cities]
    asked = [c.operations[name] for c in channels for name in scope.operations if name in c.operations]
    return sorted({need for operation in asked for need in operation.needs} - {PAIRWISE})


def unfit(context: Context, given: Mapping[str, Any]) -> Refused | None:
    """What is wrong with an offer; None if it may be made."""
    scope, days = scope_of(given), given["days"]
    if not 1 <= days <= MAX_DAYS:
        zh, en = f"days 应在 1 到 {MAX_DAYS} 之间,实际为 {days}。", f"`days` must be 1 to {MAX_DAYS}, found {days}."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["days"])
    if not scope.cities:
        zh, en = "cities 至少写一个城市。", "`cities` must name a city at least."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["cities"])
    open_ones = delegable(context, scope.cities)
    if wrong := [name for name in scope.operations if name not in open_ones] or not scope.operations:
        found = ", ".join(wrong)[:200] if isinstance(wrong, list) else "[]"
        listed = ", ".join(open_ones)
        zh = f"这些城市没有可代办的操作 {found};可选:{listed}。"
        en = f"Not to be delegated in these cities: {found}; there are: {listed}."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["operations"])
    return None


def delegable(context: Context, cities: Sequence[str]) -> list[str]:
    """The operations about a citizen that at least one of the cities has, in order."""
    found = {
        name: None
        for slug in cities
        for name, operation in context.channel(slug).operations.items()
        if operation.needs and not name.startswith(NEVER)
    }
    return sorted(found)


def unnamed(context: Context, failure: Failure) -> Broken:
    """The provider could not say who the citizen is."""
    return Broken(coded(context, failure.code, texts(failure.message), retryAfter=failure.retry_after))


async def accept_mandate(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def accept(number: str) -> End:
        services = context.services
        claims = await real_name(context)
        if isinstance(claims, Failure):
            return unnamed(context, claims)
        code = code_hash(services.store_key, input["code"])
        name = {"name": mask_name(claims.get("name", "")) or NAMELESS}

        def sealed(mandate: str) -> str:
            return seal_json(services.sealer, SEALED, mandate, name)

        mandate = await services.mandates.accept(code, context.citizen or "", sealed=sealed, at=context.now)
        if isinstance(mandate, NotAccepted):
            return not_accepted(mandate)
        return Done({"mandate": mandate_row(context, mandate)})

    return await once(context, "acceptMandate", "mandate", input, accept) | NO_CODE


def not_accepted(why: NotAccepted) -> Refused:
    if why is NotAccepted.TOO_MANY_TRIES:
        text = {"zh": "输错次数过多,请稍后再试。", "en": "Too many wrong codes; try again later."}
        wait = round(WAIT.total_seconds())
        return Refused([user_error(ErrorCode.RATE_LIMITED, text, field=["input", "code"], retry_after=wait)])
    return refused(*REFUSALS[why], ["code"])


async def end_mandate(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def end(number: str) -> End:
        found = open_id(context.services.sealer, input["mandateId"], "Mandate")
        ended = found and await context.services.mandates.end(found.local, context.citizen or "", at=context.now)
        if not ended:
            zh, en = "您没有这份委托。", "You have no such mandate."
            return refused(ErrorCode.NOT_FOUND, zh, en, ["mandateId"])
        return Done({"mandate": mandate_row(context, ended)})

    return await once(context, "endMandate", "mandate", input, end) | NO_CODE


ANSWERS = {
    "Citizen.mandates": mandates,
    "Mutation.offerMandate": offer_mandate,
    "Mutation.acceptMandate": accept_mandate,
    "Mutation.endMandate": end_mandate,
}
