"""The synthetic citizens of the sandbox, and which city knows which of them.

Rules: five named personas, one per city, and six test personas in every city; ROAM_SANDBOX_CROWD adds so many more. `subject` is what the identity
provider signs; a city never sees it, it sees the pairwise id (or the number that its old system wants).
Their identity numbers begin with the code of a whole city, real ones with that of a district: nobody has these.
Deliberately not here: what a persona owes or owns; that is in `seeds`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sandbox.numbers import identity_number

CITY_CODES: Mapping[str, str] = {
    "chengdu": "510100",
    "deyang": "510600",
    "meishan": "511400",
    "ziyang": "512000",
    "mianyang": "510700",
    "leshan": "511100",
}
RARE_NAME = "㛃𠅤䶮"  # one character beyond GBK, one beyond the BMP, one of GB 18030-2005
CROWD = "crowd-"
TEST_KEYS = ("test-zhang", "test-li", "test-nobody", "test-many", "test-hanzi", "test-1234")

TESTERS = ("testers",)  # every citizen of a sandbox: a city that is being opened is open to them
_ALL_FIVE = ("chengdu", "deyang", "meishan", "ziyang", "mianyang")


@dataclass(frozen=True, slots=True)
class Persona:
    """One synthetic citizen.

    `key` names the persona at the command line (`chen`, `test-zhang@deyang`), `subject` at the identity provider.
    `home_city` is a GB code, `assurance` an assurance level by name, `linked` the slugs of the cities where the
    persona's account is bound from the start, `ordinal` a small number that makes the persona's record ids its own,
    `groups` what the identity provider says they belong to.
    """

    key: str
    subject: str
    name: str
    id_number: str
    phone: str
    home_city: str
    assurance: str
    linked: tuple[str, ...]
    ordinal: int
    groups: tuple[str, ...] = TESTERS

    @property
    def kind(self) -> str:
        """The key without its city: `test-zhang` for `test-zhang@deyang`."""
        return self.key.partition("@")[0]


def _named() -> list[Persona]:
    rows = (
        ("chen", "陈同城", "chengdu", _ALL_FIVE),
        ("deng", "邓德阳", "deyang", _ALL_FIVE),
        ("mei", "梅东坡", "meishan", ("meishan", "chengdu", "ziyang", "leshan")),
        ("zi", "资小安", "ziyang", ("ziyang", "chengdu")),
        ("mian", "绵小科", "mianyang", ("mianyang", "deyang", "chengdu")),
    )
    return [
        Persona(
            key,
            key,
            name,
            identity_number(CITY_CODES[home], date(1988 + n, 3 + n, 10 + n), 101 + n),
            f"199000000{n:02d}",
            CITY_CODES[home],
            "REAL_PERSON",
            linked,
            11 + n,
        )
        for n, (key, name, home, linked) in enumerate(rows)
    ]


_TEST_NAMES = ("张测试", "李测试", "无绑定", "多行者", RARE_NAME, "何足数")


def _tests(city: str, start: int) -> list[Persona]:
    return [
        Persona(
            f"{key}@{city}",
            f"{key}.{CITY_CODES[city]}",
            name,
            identity_number(CITY_CODES[city], date(1980 + n, 1 + n, 20 - n), 201 + n),
            f"199000000{start + n:02d}",
            CITY_CODES[city],
            "REAL_PERSON",
            () if key == "test-nobody" else (city,),
            1 + n,
        )
        for n, (key, name) in enumerate(zip(TEST_KEYS, _TEST_NAMES, strict=True))
    ]


def _crowd(size: int) -> list[Persona]:
    """Citizens of Mianyang for runs that need many: linked in Deyang, where each owes fifty bills, and in Chengdu."""
    return [
        Persona(
            f"{CROWD}{n:04d}",
            f"{CROWD}{n:04d}",
            f"众{n}",
            identity_number(CITY_CODES["mianyang"], date(1970 + n // 300, 1 + n % 12, 1 + n % 28), 300 + n % 600),
            f"198{n:08d}",
            CITY_CODES["mianyang"],
            "REAL_PERSON",
            ("mianyang", "deyang", "chengdu"),
            1_000 + n,
        )
        for n in range(size)
    ]


def _everyone() -> dict[str, Persona]:
    people = _named()
    for place, city in enumerate(CITY_CODES):
        people += _tests(city, 10 + 10 * place)
    people += _crowd(int(os.environ.get("ROAM_SANDBOX_CROWD") or 0))
    return {persona.key: persona for persona in people}


PERSONAS: Mapping[str, Persona] = _everyone()


def _operators() -> list[Persona]:
    """Staff, not citizens: no number, no telephone, no account anywhere; a province is the city of nobody."""
    rows = (("operator", "operator", "运营值班"), ("operator@deyang", f"operator.{CITY_CODES['deyang']}", "德阳运营"))
    return [
        Persona(key, subject, name, "", "", PROVINCE, "REAL_NAME", (), ordinal, groups=())
        for ordinal, (key, subject, name) in enumerate(rows, 901)
    ]


PROVINCE = "510000"
OPERATORS: Mapping[str, Persona] = {persona.key: persona for persona in _operators()}


def linked_in(city: str) -> tuple[Persona, ...]:
    """The personas whose account is bound in `city` (a slug) from the start, in the order of PERSONAS."""
    return tuple(persona for persona in PERSONAS.values() if city in persona.linked)
