"""What a citizen consents to, in the words they are shown: the separate consent of PIPL Art. 23.

Recipient, contact, purpose, method and kinds of data, as one text in two languages. `version` is a digest of that text, so that
a consent says exactly what its citizen saw. The purpose is the agreement's; which agreement that is, `shares` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson

Pair = Mapping[str, str]  # a text in `zh` and `en`

CLAIMS: Mapping[str, Pair] = {
    "PAIRWISE_ID": {"zh": "仅供该市使用的编号", "en": "identifier for this city alone"},
    "NAME": {"zh": "姓名", "en": "name"},
    "ID_NUMBER": {"zh": "身份证件号码(敏感个人信息)", "en": "identity number (sensitive)"},
    "PHONE": {"zh": "手机号码", "en": "phone number"},
    "SOCIAL_CARD_NUMBER": {"zh": "社会保障号码(敏感个人信息)", "en": "social security number (sensitive)"},
    "VEHICLE_PLATE": {"zh": "车牌号码", "en": "vehicle plate"},
    "ADDRESS": {"zh": "住址", "en": "address"},
    "FACE_PROOF": {"zh": "人脸核验结果(敏感个人信息)", "en": "result of a face check (sensitive)"},
}
METHOD: Pair = {
    "zh": "您每次使用上述事项时,由本网关经加密通道发给接收方,供其核对身份并办理;不用于其他用途,网关不将其存入数据库。",
    "en": (
        "Sent by this gateway over an encrypted channel each time you use these services, for the recipient to recognise "
        "you and to answer; used for nothing else, and the gateway stores no copy."
    ),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A service in a text: its code, what the citizen knows it as, and under which agreement and purpose it is shared."""

    code: str
    name: Pair
    agreement_id: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What would be consented to. `provider` and `consumer` are slugs; `claims` are exactly what may be sent.

    `recipient`: the visited city, its application and the departments behind the services; `contact`: whom to turn to there.
    """

    provider: str
    consumer: str
    named: tuple[Named, ...]
    claims: tuple[str, ...]
    recipient: Pair
    contact: str

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(each.code for each in self.named)

    @property
    def agreement_ids(self) -> tuple[str, ...]:
        """The agreements behind the services, each once."""
        return tuple(dict.fromkeys(each.agreement_id for each in self.named))

    @property
    def purpose(self) -> str:
        """The agreements' purposes, each once."""
        return ";".join(dict.fromkeys(each.purpose for each in self.named))

    @property
    def method(self) -> Pair:
        return METHOD

    @property
    def kinds(self) -> Pair:
        """The kinds of data, in words."""
        return {
            "zh": "、".join(CLAIMS[claim]["zh"] for claim in self.claims),
            "en": ", ".join(CLAIMS[claim]["en"] for claim in self.claims),
        }

    @property
    def text(self) -> Pair:
        """The whole text, as the citizen reads it."""
        zh = "、".join(each.name["zh"] for each in self.named)
        en = ", ".join(each.name["en"] for each in self.named)
        return {
            "zh": (
                f"为使用{zh},您单独同意将{self.kinds['zh']}提供给{self.recipient['zh']}(联系方式:{self.contact})。"
                f"处理目的:{self.purpose}。处理方式:{METHOD['zh']}您可随时撤回同意,撤回不影响此前已办理的事项。"
            ),
            "en": (
                f"To use {en}, you consent separately to giving your {self.kinds['en']} to {self.recipient['en']} "
                f"(contact: {self.contact}). Purpose: {self.purpose}. Method: {METHOD['en']} You may withdraw at any time; "
                "what was done before stays done."
            ),
        }

    @property
    def version(self) -> str:
        """32 hex digits: the same for the same text, and for no other."""
        return version_of(self.shown())

    def shown(self) -> bytes:
        """The text and its parts as they are kept: JSON with sorted keys, UTF-8."""
        parts = {
            "recipient": dict(self.recipient),
            "contact": self.contact,
            "purpose": self.purpose,
            "method": dict(self.method),
            "kinds": dict(self.kinds),
            "services": list(self.services),
            "claims": list(self.claims),
            "text": dict(self.text),
        }
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)


def version_of(shown: bytes) -> str:
    """The version of a text that was kept."""
    return sha256(shown).hexdigest()[:32]
