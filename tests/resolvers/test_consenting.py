"""Granting and taking back: what is recorded, what is refused, and that a refusal records nothing."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from graphql import GraphQLError

from resolvers.context import Context, Info
from resolvers.fields.consenting import consent_terms, grant_consent, revoke_consent
from resolvers.ids import seal_id
from roaming import Consents
from schema.codes import ErrorCode
from storage import Database
from tests.resolvers.simulator import citizen, request, services

Row = dict[str, Any]
WATER = {"provider": "deyang", "services": ["WATER-QUERY"], "claims": ["PAIRWISE_ID"], "days": 30}
NUMBERS = iter(range(1, 1_000))


class Purged:
    """Connections that note what is purged."""

    def __init__(self) -> None:
        self.purged: list[tuple[str, str]] = []

    async def purge(self, subject: str, city: str) -> int:
        self.purged.append((subject, city))
        return 0


def context_of(database: Database, home: str = "510100", subject: str = "me") -> Context:
    """A citizen of Chengdu."""
    held = replace(services(database, {}), consents=Consents(database), connections=cast("Any", Purged()))
    return request(held, citizen(home, subject))


def info_of(context: Context) -> Info:
    return cast("Info", SimpleNamespace(context=context))


async def granted(context: Context, **change: Any) -> Row:
    key = f"key-{next(NUMBERS):012}"
    return await grant_consent(None, info_of(context), {**WATER, "idempotencyKey": key, **change})


async def revoked(context: Context, consent: str) -> Row:
    key = f"key-{next(NUMBERS):012}"
    return await revoke_consent(None, info_of(context), {"consentId": consent, "idempotencyKey": key})


async def test_a_consent_says_what_pipl_article_23_names(database: Database) -> None:
    """Recipient, contact, purpose, method, kinds of data; and the text that was shown, by its version."""
    context = context_of(database)
    row = (await granted(context, services=["WATER-PAY", "WATER-QUERY"]))["consent"]
    assert row["state"] == "GRANTED"
    assert row["recipient"]["zh"].startswith("德阳市「德阳市民通」")
    assert (row["contact"], row["purpose"]) == ("数据安全岗 dpo@dy.example.gov.cn", "外地市民在德阳乘车、缴费")
    assert "仅供该市使用的编号" in row["text"]["zh"]
    assert row["method"]["en"] in row["text"]["en"]
    shown = await consent_terms({"slug": "deyang"}, info_of(context), ["WATER-QUERY", "WATER-PAY"], ["PAIRWISE_ID"])
    assert shown
    assert (shown["textVersion"], shown["text"]) == (row["textVersion"], row["text"])


@pytest.mark.parametrize(
    ("home", "services", "code", "argument"),
    [
        ("510100", ["NO-SUCH"], "INVALID_INPUT", "services"),
        ("510100", ["NOTARY"], "NO_AGREEMENT", "services"),
        ("510600", ["WATER-QUERY"], "INVALID_INPUT", "provider"),
        ("511100", ["WATER-QUERY"], "INVALID_INPUT", "provider"),  # a home city outside the graph
    ],
)
async def test_terms_of_what_cannot_be_consented_to_are_an_error_at_the_argument(
    database: Database, home: str, services: list[str], code: str, argument: str
) -> None:
    context = context_of(database, home)
    with pytest.raises(GraphQLError) as refused:
        await consent_terms({"slug": "deyang"}, info_of(context), services)
    told = refused.value.extensions or {}
    assert (told["code"], told["argument"], told["city"]) == (code, argument, "deyang")


async def test_terms_without_claims_name_all_that_may_be_sent(database: Database) -> None:
    shown = await consent_terms({"slug": "deyang"}, info_of(context_of(database)), ["HOTLINE-12345"])
    assert shown
    assert shown["claims"] == ["PAIRWISE_ID", "PHONE"]


REFUSED: dict[str, tuple[Row, ErrorCode, str]] = {
    "a service nobody lists": ({"services": ["NO-SUCH"]}, ErrorCode.INVALID_INPUT, "services"),
    "no service at all": ({"services": []}, ErrorCode.INVALID_INPUT, "services"),
    "a service of the city that is not offered": ({"services": ["DE-CREDIT"]}, ErrorCode.INVALID_INPUT, "services"),
    "one good and one unknown service": (
        {"services": ["WATER-QUERY", "NO-SUCH"]},
        ErrorCode.INVALID_INPUT,
        "services",
    ),
    "a flood of services": ({"services": [f"X-{n}" for n in range(60)]}, ErrorCode.INVALID_INPUT, "services"),
    "offered, and no agreement opens it": ({"services": ["NOTARY"]}, ErrorCode.NO_AGREEMENT, "services"),
    "claims beyond": ({"claims": ["PAIRWISE_ID", "FACE_PROOF"]}, ErrorCode.INVALID_INPUT, "claims"),
    "claims of another service": ({"claims": ["PHONE"]}, ErrorCode.INVALID_INPUT, "claims"),
    "no claim at all": ({"claims": []}, ErrorCode.INVALID_INPUT, "claims"),
    "no day": ({"days": 0}, ErrorCode.INVALID_INPUT, "days"),
    "days before": ({"days": -1}, ErrorCode.INVALID_INPUT, "days"),
    "for ever": ({"days": 100_000}, ErrorCode.INVALID_INPUT, "days"),
    "the home city": ({"provider": "chengdu"}, ErrorCode.INVALID_INPUT, "provider"),
    "public information": (
        {"provider": "mianyang", "services": ["NOTICE-OUTAGE"]},
        ErrorCode.INVALID_INPUT,
        "services",
    ),
    "another text than the present one": ({"textVersion": "0" * 32}, ErrorCode.CONFLICT, "textVersion"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_consent_that_makes_no_sense_is_refused_at_its_field(database: Database, name: str) -> None:
    """The error names what was found and expected; nothing is recorded."""
    change, code, field = REFUSED[name]
    context = context_of(database)
    row = await granted(context, **change)
    (error,) = row["userErrors"]
    assert (error["code"], error["field"]) == (code.value, ["input", field])
    assert all(error["message"][language] for language in ("zh", "en"))
    assert await context.services.consents.of(context.citizen or "") == ()


async def test_the_present_text_comes_with_the_refusal_of_an_old_one(database: Database) -> None:
    """A front-end shows it, and consents again with its version."""
    context = context_of(database)
    (error,) = (await granted(context, textVersion="0" * 32))["userErrors"]
    version = error["consent"]["textVersion"]
    assert version in error["message"]["en"]
    assert (await granted(context, textVersion=version))["consent"]["textVersion"] == version


async def test_nobodys_and_another_citizens_consent_cannot_be_taken_back(database: Database) -> None:
    """An id is not a right; what is no id is no fault of ours."""
    mine, theirs = context_of(database), context_of(database, subject="you")
    consent = (await granted(mine))["consent"]["id"]
    bill = seal_id(mine.services.sealer, "Bill", "deyang", "b1")
    for context, given in ((theirs, consent), (mine, "nonsense"), (mine, bill), (mine, "")):
        (error,) = (await revoked(context, given))["userErrors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "consentId"])
    assert (await mine.services.consents.of(mine.citizen or ""))[0].active(mine.now)


async def test_taking_back_purges_that_city_and_is_known_within_the_same_request(database: Database) -> None:
    context = context_of(database)
    consent = (await granted(context))["consent"]["id"]
    context.consents.found = await context.services.consents.of(context.citizen or "")
    row = await revoked(context, consent)
    assert (row["consent"]["state"], bool(row["consent"]["revokedAt"])) == ("REVOKED", True)
    assert cast("Any", context.services.connections).purged == [(context.citizen, "deyang")]
    assert context.consents.found is None


async def test_a_full_disk_grants_nothing_and_says_so(database: Database) -> None:
    """Nothing half-done: the record stays whole, and the citizen is told to come back."""
    context = context_of(database)
    await granted(context)
    async with database.transaction() as transaction:
        await transaction.execute("PRAGMA max_page_count = 1")
    codes = []
    for services_ in (["TRANSIT-CODE"], ["WATER-PAY"], ["WATER-QUERY"]) * 40:
        row = await granted(context, services=services_)
        if isinstance(row["consent"], GraphQLError):
            codes.append((row["consent"].extensions or {})["code"])
    assert set(codes) == {"STORE_UNAVAILABLE"}
