"""The citizen behind the request: name and number masked, accounts, consents, and what the cities hold about them."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.answer import Failure
from identity.masking import mask_name, mask_phone
from resolvers.asking.accounts import account_rows, linked_cities
from resolvers.asking.citizenship import real_name
from resolvers.asking.connection import walk_page
from resolvers.asking.delegation import name_of_principal
from resolvers.asking.lists import gathered
from resolvers.asking.walk import Walk
from resolvers.consent_rows import consent_rows
from resolvers.context import Context, Info
from resolvers.faults import coded
from resolvers.ids import seal_id
from resolvers.provenance import city_row
from resolvers.writing.held import held_cities
from schema.codes import ErrorCode

Row = dict[str, Any]
NAMELESS = "市民"


async def me(_: None, info: Info) -> Row | None:
    context: Context = info.context
    if not context.viewer.signed_in:
        return None
    return {
        "__typename": "Citizen",
        "id": seal_id(context.services.sealer, "Citizen", "", context.citizen or ""),
        "assurance": context.viewer.assurance.value,
        "actor": actor_row(context),
    }


def actor_row(context: Context) -> Row | None:
    """Who really acts; None for the citizen in person."""
    actor = context.viewer.actor
    if actor is None:
        return None
    mandate = seal_id(context.services.sealer, "Mandate", "", actor.mandate)
    return {"displayName": actor.name, "relation": actor.relation, "mandateId": mandate}


async def display_name(source: Row, info: Info) -> str:
    """The masked name; a plain word while the identity provider cannot be asked."""
    context: Context = info.context
    if context.viewer.actor is not None:
        return await name_of_principal(context) or NAMELESS
    claims = await real_name(context)
    name = None if isinstance(claims, Failure) else claims.get("name")
    return mask_name(name) if name else NAMELESS


async def masked_phone(source: Row, info: Info) -> str | None:
    claims = await real_name(info.context)
    phone = None if isinstance(claims, Failure) else claims.get("phone")
    return mask_phone(phone) if phone else None


async def home_city(source: Row, info: Info) -> Row:
    context: Context = info.context
    if context.home is None:
        zh, en = "您的归属城市尚未接入本网关。", "Your home city is not part of this graph."
        raise coded(context, ErrorCode.NOT_OFFERED, {"zh": zh, "en": en})
    return city_row(context, context.channel(context.home))


async def accounts(source: Row, info: Info) -> list[Row]:
    return await account_rows(info.context)


async def consents(source: Row, info: Info, active_only: bool = True) -> list[Row]:
    context: Context = info.context
    found = await context.services.consents.of(context.citizen or "")
    return await consent_rows(context, [c for c in found if c.active(context.now) or not active_only])


async def chosen_cities(context: Context, operation: str, cities: Sequence[str] | None) -> list[str]:
    """The cities asked: those named, each once; else the linked ones that offer the operation at all."""
    if cities is not None:
        return list(dict.fromkeys(cities))
    linked = await linked_cities(context)
    return [slug for slug in linked if operation in context.channel(slug).operations]


async def social_insurance(source: Row, info: Info, cities: Sequence[str] | None = None) -> Row:
    asked = await chosen_cities(info.context, "social.accounts", cities)
    return await gathered(info, "SocialInsuranceAccount", "social.accounts", asked)


async def housing_fund(source: Row, info: Info, cities: Sequence[str] | None = None) -> Row:
    asked = await chosen_cities(info.context, "fund.accounts", cities)
    return await gathered(info, "HousingFundAccount", "fund.accounts", asked)


async def appointments(
    source: Row, info: Info, cities: Sequence[str] | None = None, first: int = 20, after: str | None = None
) -> Row:
    return await walked(info, "appointments.list", cities, {}, first=first, after=after)


async def applications(
    source: Row,
    info: Info,
    cities: Sequence[str] | None = None,
    state: Sequence[str] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Row:
    if cities is None:
        cities_of_deliveries = await held_cities(info.context)
        asked = await chosen_cities(info.context, "applications.list", None)
        asked = list(dict.fromkeys([*asked, *cities_of_deliveries]))
        return await walked_in(info, "applications.list", asked, {"state": state}, first=first, after=after)
    return await walked(info, "applications.list", cities, {"state": state}, first=first, after=after)


async def walked(
    info: Info, operation: str, cities: Sequence[str] | None, args: Mapping[str, Any], *, first: int, after: str | None
) -> Row:
    """A merged page of a list filtered by equality only: each argument that is given lists the values kept."""
    asked = await chosen_cities(info.context, operation, cities)
    return await walked_in(info, operation, asked, args, first=first, after=after, named=cities is not None)


async def walked_in(
    info: Info,
    operation: str,
    asked: Sequence[str],
    args: Mapping[str, Any],
    *,
    first: int,
    after: str | None,
    named: bool = False,
) -> Row:
    """The same over the cities that were chosen."""
    wanted = {name: values for name, values in args.items() if values is not None}

    def keep(row: Row) -> bool:
        return all(row[name] in values for name, values in wanted.items())

    walk = Walk(operation, asked, lambda grant: args, keep, wanted, named=named)
    row, _ = await walk_page(info, walk, first=first, after=after)
    return row


ANSWERS = {
    "Query.me": me,
    "Citizen.displayName": display_name,
    "Citizen.maskedPhone": masked_phone,
    "Citizen.homeCity": home_city,
    "Citizen.accounts": accounts,
    "Citizen.consents": consents,
    "Citizen.socialInsurance": social_insurance,
    "Citizen.housingFund": housing_fund,
    "Citizen.appointments": appointments,
    "Citizen.applications": applications,
}
