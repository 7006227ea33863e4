"""How a failure is told: as an error with a code at a path, as a user error in a payload, or as a coverage row."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from channels.answer import Bilingual, Failure
from channels.failures import MESSAGES
from roaming import Denial
from schema.codes import ErrorCode

from .context import Context, Info

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
    """A refusal to ask a city, as an error."""
    return coded(context, denial.code, city=city)


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
) -> Row:
    """A UserError row: something that the citizen can mend."""
    return {
        "__typename": "UserError",
        "code": code.value,
        "message": dict(text or told(code)),
        "field": field,
        "city": city,
        "retryAfter": retry_after,
    }
