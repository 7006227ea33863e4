"""Acting for somebody else: the request's citizen becomes the principal of a mandate, and only what it covers is answered.

1. The header `Roam-Mandate` (over a WebSocket the connection param `mandate`) names an active mandate that the signed-in
   person holds; anything else is refused at the door.
2. From there the citizen is the principal: pairwise ids, links, consents and keys are theirs. The assurance is that of the
   person who acts, and so is the app; both persons stand in the city's token and in the ledger.
3. What a mandate does not name is FORBIDDEN. Consents, links, mandates and the access log are never delegated: of `Citizen`
   and `Mutation` only the coordinates in DELEGATED are open, whatever is added to the graph later.
4. The mandate is looked at again before each call of a city, so that ending it works at once and on every worker.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from channels.deployment.snapshot import Channel
from identity.links import citizen_key
from identity.viewer import Actor, Viewer
from resolvers.context import Context, Services
from resolvers.faults import coded, told
from resolvers.ids import open_id
from resolvers.sealed import open_json
from roaming import Denial
from roaming.mandates import Mandate
from schema.codes import ErrorCode, MandateState
from storage import StorageError

Answer = Callable[..., Awaitable[Any]]
Texts = Mapping[str, str]

SEALED = "mandate"
# What may be done for somebody else at all, and the operation that the mandate must name.
DELEGATED: Mapping[str, str | None] = {
    "Citizen.displayName": None,
    "Citizen.homeCity": None,
    "Citizen.accounts": None,
    "Citizen.bills": "bills.list",
    "Citizen.socialInsurance": "social.accounts",
    "Citizen.housingFund": "fund.accounts",
    "Citizen.appointments": "appointments.list",
    "Citizen.applications": "applications.list",
    "Mutation.payBill": "bills.pay",
    "Mutation.bookAppointment": "appointments.book",
    "Mutation.cancelAppointment": "appointments.cancel",
    "Mutation.submitApplication": "applications.submit",
}
GUARDED = ("Citizen.", "Mutation.")
ALSO_GUARDED = frozenset({"Query.roamExplain"})
PERSONAL_NODES = frozenset({"Consent", "Mandate"})

UNKNOWN = {
    "zh": "没有您持有的这份委托;请核对 Roam-Mandate。",
    "en": "You hold no such mandate; check `Roam-Mandate`.",
}
ENDED = {"zh": "这份委托已经结束。", "en": "This mandate has ended."}
EXPIRED = {"zh": "这份委托已经到期。", "en": "This mandate has expired."}
NEVER = {
    "zh": "此事不能代办,只能由本人操作。",
    "en": "This is never delegated: only the citizen in person may do it.",
}


async def in_place_of(services: Services, viewer: Viewer, named: str | None, *, at: datetime, language: str) -> Viewer:
    """The principal of the named mandate, with the viewer as who acts; the viewer where none is named.

    Raises: GraphQLError: FORBIDDEN, UNAUTHENTICATED, STORE_UNAVAILABLE.
    """
    if named is None:
        return viewer
    if not viewer.signed_in:
        raise refusal(ErrorCode.UNAUTHENTICATED, told(ErrorCode.UNAUTHENTICATED), language)
    try:
        mandate = await held(services, viewer, named)
    except StorageError:
        raise refusal(ErrorCode.STORE_UNAVAILABLE, told(ErrorCode.STORE_UNAVAILABLE), language) from None
    if problem := UNKNOWN if mandate is None else not_active(mandate, at):
        raise refusal(ErrorCode.FORBIDDEN, problem, language)
    assert mandate is not None  # noqa: S101 - UNKNOWN was refused
    return as_principal(services, viewer, mandate)


async def held(services: Services, viewer: Viewer, named: str) -> Mandate | None:
    """The mandate behind a global id, if the viewer is its agent."""
    found = open_id(services.sealer, named, "Mandate")
    mandate = await services.mandates.at(found.local) if found else None
    agent = citizen_key(services.store_key, viewer.issuer, viewer.subject)
    return mandate if mandate and mandate.agent == agent else None


def as_principal(services: Services, viewer: Viewer, mandate: Mandate) -> Viewer:
    """The principal as this request's citizen. The access token is the actor's own and goes no further."""
    principal = opened(services, mandate)
    name = open_json(services.sealer, SEALED, mandate.id, mandate.agent_sealed or "")["name"]
    return replace(
        viewer,
        subject=principal["subject"],
        home_city=principal["home_city"],
        issuer=principal["issuer"],
        token="",
        expires_at=min(viewer.expires_at or mandate.expires_at, mandate.expires_at),
        actor=Actor(viewer.subject, viewer.issuer, name, mandate.id, mandate.relation.value),
    )


def opened(services: Services, mandate: Mandate) -> Mapping[str, Any]:
    """What the principal left with the mandate: subject, issuer, home city, masked name, claims. Raises: BrokenSeal."""
    found: Mapping[str, Any] = open_json(services.sealer, SEALED, mandate.id, mandate.sealed)
    return found


def not_active(mandate: Mandate, at: datetime) -> Texts | None:
    match mandate.state(at):
        case MandateState.ACTIVE:
            return None
        case MandateState.EXPIRED:
            return EXPIRED
    return ENDED


async def in_force(context: Context) -> Mandate | None:
    """The mandate under which the request acts, as it is now; None where the citizen acts in person, or it is no more."""
    actor = context.viewer.actor
    return await context.services.mandates.at(actor.mandate) if actor else None


async def name_of_principal(context: Context) -> str | None:
    """The principal's name, masked, as it was when they offered the mandate."""
    mandate = await in_force(context)
    return str(opened(context.services, mandate)["name"]) if mandate else None


async def beyond(context: Context, channel: Channel, operation: str) -> Denial | None:
    """Why the city may not be asked this under the mandate; None if it may. What concerns nobody is open to all."""
    compiled = channel.operations.get(operation)
    return await unnamed(context, operation, channel.slug) if compiled and compiled.needs else None


async def unnamed(context: Context, operation: str, city: str) -> Denial | None:
    """Why what an operation tells of a city is not for the agent; None where the mandate names both, or nobody acts."""
    if context.viewer.actor is None:
        return None
    problem = await outside(context, operation, city)
    return Denial(ErrorCode.FORBIDDEN, reason=problem) if problem else None


async def outside(context: Context, operation: str, city: str | None = None) -> Texts | None:
    """What of an operation, in a city, the mandate does not cover; None where it does. Fails closed."""
    try:
        mandate = await in_force(context)
    except StorageError:
        return told(ErrorCode.STORE_UNAVAILABLE)
    if mandate is None:
        return ENDED
    if problem := not_active(mandate, context.now):
        return problem
    if operation not in mandate.scope.operations:
        return {"zh": f"委托不包括 {operation}。", "en": f"The mandate does not cover {operation}."}
    if city is not None and city not in mandate.scope.cities:
        return {"zh": f"委托不包括城市 {city}。", "en": f"The mandate does not cover the city {city}."}
    return None


async def cities_in_scope(context: Context) -> frozenset[str] | None:
    """Slugs of the cities that the mandate names; None where the citizen acts in person."""
    if context.viewer.actor is None:
        return None
    mandate = await in_force(context)
    return frozenset(mandate.scope.cities) if mandate else frozenset()


def in_person_only(answers: Mapping[str, Callable[..., Any]]) -> Mapping[str, Callable[..., Any]]:
    """The answers, held to DELEGATED where somebody acts for the citizen."""
    return {
        coordinate: guarded(coordinate, answer)
        if coordinate.startswith(GUARDED) or coordinate in ALSO_GUARDED
        else answer
        for coordinate, answer in answers.items()
    }


def guarded(coordinate: str, answer: Answer) -> Answer:
    open_to_agents, operation = coordinate in DELEGATED, DELEGATED.get(coordinate)

    async def held_to_mandate(source: Any, info: Any, **arguments: Any) -> Any:
        context: Context = info.context
        if context.viewer.actor is not None:
            problem = NEVER if not open_to_agents else await outside(context, operation) if operation else None
            if problem:
                raise coded(context, ErrorCode.FORBIDDEN, problem)
        return await answer(source, info, **arguments)

    return held_to_mandate


def refuse_personal_node(context: Context, typename: str) -> None:
    """Raises: GraphQLError FORBIDDEN: an object that is for the citizen in person."""
    if context.viewer.actor is not None and typename in PERSONAL_NODES:
        raise coded(context, ErrorCode.FORBIDDEN, NEVER)


def refusal(code: ErrorCode, text: Texts, language: str) -> GraphQLError:
    return GraphQLError(text[language], extensions={"code": code.value})
