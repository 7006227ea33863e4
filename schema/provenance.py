"""Where a row came from, and what became of each city that was asked."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

import strawberry
from strawberry import ID, UNSET

from schema.city import City
from schema.consent import ConsentTerms
from schema.declare import bilingual, row
from schema.enums import CityOutcome, ErrorCode, Language
from schema.scalars import DateTime


@strawberry.type(description="数据来源。 Where a value came from.")
class Provenance:
    city: City
    department: str | None
    as_of: DateTime
    from_cache: bool
    agreement_id: ID | None = row("漫游时依据的协议。 Agreement relied on, when roaming.")


@strawberry.interface(description="来自某城市后端的数据。 Data that came from a city backend.")
class FromCity:
    source: Provenance


@strawberry.type(description="逐城结果。 One row for each city asked.")
class CityCoverage:
    city: City
    outcome: CityOutcome
    code: ErrorCode | None = row("错误码(outcome 为 FAILED / DENIED 时)。 Error code.")

    @bilingual()
    def message(self, lang: Language | None = UNSET) -> str | None: ...

    retry_after: int | None = row("建议重试等待秒数。 Seconds to wait before retrying.")
    count: int | None = row("本页来自该城的条数。 Rows from this city on this page.")
    dropped: int | None = row(
        "因数据不合契约而隐去的条数(outcome 为 PARTIAL)。 Rows withheld because they broke the contract."
    )
    as_of: DateTime | None
    agreement_id: ID | None
    consent: ConsentTerms | None = row("CONSENT_REQUIRED:须同意的内容。 What to consent to.")
