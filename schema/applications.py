"""Applications (cases) and their steps."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

import strawberry
from strawberry import UNSET

from schema.catalogue import Service
from schema.declare import answered, bilingual, row
from schema.directives import Assurance, Pii
from schema.enums import ApplicationState, AssuranceLevel, Language, PiiLevel
from schema.node import Node
from schema.paging import PageInfo
from schema.provenance import CityCoverage, FromCity
from schema.scalars import Cursor, Date, DateTime


@strawberry.type(description="办件环节。 One step of an application.")
class ApplicationStep:
    state: ApplicationState

    @bilingual()
    def label(self, lang: Language | None = UNSET) -> str: ...

    at: DateTime
    note: str | None = row("", Pii(level=PiiLevel.PERSONAL))


@strawberry.type(description="办件。 An application.", directives=[Assurance(level=AssuranceLevel.REAL_NAME)])
class Application(Node, FromCity):
    case_no: str = row("办件编号。 Case number shown to the citizen.", Pii(level=PiiLevel.PERSONAL))

    @answered()
    async def service(self) -> Service | None: ...

    title: str = row("", Pii(level=PiiLevel.PERSONAL))
    state: ApplicationState
    submitted_at: DateTime
    updated_at: DateTime | None
    promised_on: Date | None = row("承诺办结日期。 Promised completion date.")
    steps: list[ApplicationStep]


@strawberry.type(description="办件边。 Application edge.")
class ApplicationEdge:
    node: Application
    cursor: Cursor


@strawberry.type(description="办件扇出结果。 Applications from several cities.")
class ApplicationResult:
    edges: list[ApplicationEdge]
    nodes: list[Application]
    page_info: PageInfo
    coverage: list[CityCoverage]
