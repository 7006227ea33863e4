"""A citizen's separate consent for one city's data use in another, and what it would be given to."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

import strawberry
from strawberry import ID, UNSET

from schema.catalogue import Service
from schema.city import City
from schema.declare import bilingual, row
from schema.directives import Assurance, Pii
from schema.enums import AssuranceLevel, Claim, ConsentState, Language, PiiLevel
from schema.node import Node
from schema.scalars import DateTime

OWN = Pii(level=PiiLevel.PERSONAL)  # which services somebody uses, and where


@strawberry.type(
    description="对跨城使用个人信息的单独同意。 Separate consent for using personal data across cities.",
    directives=[Assurance(level=AssuranceLevel.REGISTERED)],
)
class Consent(Node):
    provider: City
    consumer: City
    services: list[Service]
    claims: list[Claim]
    granted_at: DateTime
    expires_at: DateTime
    revoked_at: DateTime | None
    state: ConsentState
    purpose: str | None = row(
        "处理目的(协议所载);早期未留文本的同意为空。 Purpose; null where no text was recorded.", OWN
    )
    contact: str | None = row("接收方联系方式。 Whom to turn to at the recipient.", OWN)

    @bilingual("接收方:城市、应用与部门。 The recipient: city, application and departments.", OWN)
    def recipient(self, lang: Language | None = UNSET) -> str | None: ...

    @bilingual("处理方式。 How the data is processed.", OWN)
    def method(self, lang: Language | None = UNSET) -> str | None: ...

    @bilingual("同意时所见全文。 The whole text, as it was shown.", OWN)
    def text(self, lang: Language | None = UNSET) -> str | None: ...

    text_version: str | None = row("同意时所见文本的版本。 Version of the text that was shown.", OWN)


@strawberry.type(
    description="单独同意的内容:将发给谁、为什么、发什么(个人信息保护法第二十三条)。 What one would consent to (PIPL Art. 23)."
)
class ConsentTerms:
    provider: City
    consumer: City
    services: list[Service]
    claims: list[Claim] = row("将发送的个人信息项,不多不少。 Exactly what would be sent.")

    @bilingual("接收方:城市、应用与部门。 The recipient: city, application and departments.")
    def recipient(self, lang: Language | None = UNSET) -> str: ...

    contact: str
    purpose: str

    @bilingual("处理方式。 How the data is processed.")
    def method(self, lang: Language | None = UNSET) -> str: ...

    @bilingual("应向市民展示的全文。 The whole text, to be shown to the citizen.")
    def text(self, lang: Language | None = UNSET) -> str: ...

    text_version: str = row("文本版本;随 grantConsent 提交,可证明所见即所允。 Version; give it to grantConsent.")
    agreement_ids: list[ID]
