"""One operation as declared: what is sent, how the answer is paged and read, how a lost outcome is found out."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from channels.declared.backends import Cache, ErrorRule, Timeout
from channels.declared.mapping import FieldMap, LeafRule
from channels.declared.strict_model import Model
from channels.declared.vocabulary import ClaimKey
from channels.text.scalars import (
    Duration,
    Expression,
    Flag,
    JsonValue,
    PathTemplate,
    Period,
    Positive,
    String,
    Template,
    Whole,
    Words,
)
from channels.text.written import SortedBy


class Request(Model):
    """What is sent.  At most one body: `json`, `form`, `xml` or `graphql`; templates stand in every text."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: PathTemplate = ""
    query: dict[String, JsonValue] = Field(default_factory=dict)
    headers: dict[String, Template] = Field(default_factory=dict)
    json_body: JsonValue = Field(default=None, alias="json")
    form: dict[String, JsonValue] | None = None
    xml: Template | None = None
    soap_action: Words | None = None
    graphql: String | None = None
    variables: dict[String, JsonValue] = Field(default_factory=dict)

    @property
    def verb(self) -> str:
        """The HTTP method: as written, else POST where there is a body, else GET."""
        body = self.json_body is not None or any(part is not None for part in (self.form, self.xml, self.graphql))
        return self.method or ("POST" if body else "GET")


class Paging(Model):
    """How the backend pages.  `total`, `next`: expressions over the unwrapped answer.

    number: `${page.number}` from `first`; offset: `${page.offset}`; cursor: `${page.cursor}`; all: one big page.
    """

    style: Literal["none", "number", "offset", "cursor", "all"]
    first: Whole = 1
    size: Positive = 20
    total: Expression | None = None
    next: Expression | None = None
    sorted_by: SortedBy | None = None


class Response(Model):
    """`items`: a list operation's rows; `item`: one object; neither: the unwrapped answer is the object."""

    items: Expression | None = None
    item: Expression | None = None
    mapping: FieldMap = Field(alias="map")


class Batch(Model):
    """Ask for many by key in one call: keys from `by`, at most `max`, matched back by the mapped field `key`."""

    by: String
    max: Positive
    key: String


class Poll(Model):
    every: Period
    until: tuple[String, ...]


class Outcome(Model):
    """How to learn, after a lost answer, whether a write happened: a read by our request number.

    `match`: its arguments.  `after`: how long a request may still be under way; before that, "never arrived" is not believed.
    """

    operation: String
    match: dict[String, Template] = Field(default_factory=dict)
    after: Duration = timedelta(seconds=5)


class Operation(Model):
    """One canonical or local operation in the city's own protocol."""

    backend: String
    needs: tuple[ClaimKey, ...] = ()
    vars: dict[String, LeafRule] = Field(default_factory=dict)
    request: Request
    page: Paging | None = None
    response: Response
    errors: tuple[ErrorRule, ...] = ()
    cache: Cache | None = None
    timeout: Timeout | None = None
    batch: Batch | None = None
    poll: Poll | None = None
    outcome: Outcome | None = None
    deliver_later: Flag = False
    """While the city is down the gateway takes the request in, and delivers it once."""


__all__ = ["Batch", "Operation", "Outcome", "Paging", "Poll", "Request", "Response"]
