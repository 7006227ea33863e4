"""What an operation would ask of which city, and why not: told without asking any."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

import strawberry
from strawberry import ID, UNSET

from schema.city import City
from schema.declare import bilingual, row
from schema.enums import Claim, ErrorCode, Language


@strawberry.type(
    description="解释中的一步:某字段对某城市的一次规范操作。 One step: a field's canonical operation in one city."
)
class ExplainedStep:
    field: str = row("响应路径,如 me.bills。 Response path; empty where a plan joins several subgraphs.")
    city: City | None = row("哪座城市;未及任何城市时为 null。 Null where it does not come to a city.")
    operation: str | None = row("规范操作。 Canonical operation.")
    called: bool = row("执行时是否会调用该城市(或读取其缓存)。 Would execution ask this city, or its cache?")
    code: ErrorCode | None = row("不调用的原因。 Why not.")

    @bilingual()
    def message(self, lang: Language | None = UNSET) -> str | None: ...

    agreement_id: ID | None
    consent_id: ID | None
    purpose: str | None
    claims: list[Claim] = row("会发出哪些个人信息项(只列名称)。 Which claims would be sent, by name.")
    kinds: list[str] | None = row("协议与同意只及于这些种类。 Only rows of these kinds; null: of any.")
    backend: str | None = row("后端种类:rest、soap、graphql、federation。 Kind of backend.")


@strawberry.type(
    description="一个操作的解释:与执行用同一套判断,但不调用城市、不计次、不留记录。 What an operation would do, by the "
    "decisions that execution takes; no city is called, nothing counted, nothing recorded."
)
class RoamExplanation:
    operation_name: str | None
    kind: str = row("QUERY、MUTATION 或 SUBSCRIPTION。")
    config_version: str
    schema_version: str
    steps: list[ExplainedStep]
