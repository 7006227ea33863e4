"""How a failure is told: as an error with a code at a path, as a user error in a payload, or as a coverage row."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from channels.answer import Bilingual, Failure
from channels.failures import MESSAGES
from resolvers.context import Context, Info
from roaming import Denial, Terms
from schema.codes import ErrorCode

Row = dict[str, Any]


def told(code: ErrorCode) -> dict[str, str]:
    """The client-safe text of a code, as a text field reads it."""
    return texts(MESSAGES[code])


def texts(message: Bilingual) -> dict[str, str]:
    return {"zh": message.zh, "en": message.en}


def coded(context: Context, code: ErrorCode, text: Mapping[str, str] | None = None, **extensions: Any) -> GraphQLError:
    """An error for the client, in the request's language. `extensions` that are None are left out."""
    sentence = (text or told(code))[context.language]
    return GraphQLError(
        sentence, extensions={"code": code.value} | {k: v for k, v in extensions.items() if v is not None}
    )


def invalid(context: Context, zh: str, en: str, **extensions: Any) -> GraphQLError:
    """INVALID_INPUT with a text that names the argument, what was found and what is expected."""
    return coded(context, ErrorCode.INVALID_INPUT, {"zh": zh, "en": en}, **extensions)


def failed(context: Context, city: str, failure: Failure) -> GraphQLError:
    """A city's failure as an error: its code, the city, and when to try again."""
    return coded(context, failure.code, texts(failure.message), city=city, retryAfter=failure.retry_after)


def denied(context: Context, city: str, denial: Denial) -> GraphQLError:
    """A refusal to ask a city, as an error: with the reason and the date where there is one."""
    consent = told_consent(context, denial.consent) if denial.consent else None
    return coded(context, denial.code, denial_texts(denial), city=city, retryAfter=denial.retry_after, consent=consent)


def told_consent(context: Context, terms: Terms) -> dict[str, Any]:
    """What would have to be consented to, as an error carries it: the arguments of `grantConsent`, and what to show."""
    named = (name for name, (slug, _) in context.snapshot.city_ids.items() if slug == terms.provider)
    return {
        "provider": next(named, terms.provider),
        "services": list(terms.services),
        "claims": list(terms.claims),
        "textVersion": terms.version,
        "purpose": terms.purpose,
        "agreementId": terms.agreement_ids[0],
        "recipient": terms.recipient[context.language],
        "contact": terms.contact,
        "text": terms.text[context.language],
    }


def denial_texts(denial: Denial) -> dict[str, str]:
    """Its own sentence, else the one of its code."""
    return dict(denial.reason) if denial.reason else told(denial.code)


def add_error(context: Context, info: Info, error: GraphQLError) -> None:
    """Put `error` beside the data, at the path of the field being answered, without emptying the field."""
    context.errors.append(GraphQLError(error.message, path=info.path.as_list(), extensions=error.extensions))


def user_error(
    code: ErrorCode,
    text: Mapping[str, str] | None = None,
    *,
    field: list[str] | None = None,
    city: Row | None = None,
    retry_after: int | None = None,
    consent: Row | None = None,
) -> Row:
    """A UserError row: something that the citizen can mend."""
    return {
        "__typename": "UserError",
        "code": code.value,
        "message": dict(text or told(code)),
        "field": field,
        "city": city,
        "retryAfter": retry_after,
        "consent": consent,
    }
