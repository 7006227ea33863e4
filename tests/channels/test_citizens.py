"""Numbers of real citizens in a fixture: each is told once where it stands, and none is shown; what was made up is not told."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from channels.fixtures.citizens import KINDS, PSEUDONYMS
from channels.fixtures.replay import check_fixtures
from channels.mapping.shape import canonical_shape
from channels.personal import identity_number, kind_of, nobodys
from channels.text.diagnostics import Diagnostic, Lang, Renderer
from channels.trial.scrub import Pseudonyms, Scrub
from sandbox.personas import PERSONAS
from tests.channels.deployment import Deployment
from tests.channels.loopback import snapshot

SOMEBODY = "11010519491231002X"  # GB 11643-1999, annex A
MOBILE = "13812345678"
FILE = "leshan/fixtures/bills.list.yaml"
HEAD = "operation: bills.list\ncases:\n  - name: 手写\n    expect: {items: 0}\n"
AT = HEAD.count("\n") + 1  # the first line of a case's parts


def answer(*fields: str) -> str:
    return f'response: {{json: {{code: "0", data: {{rows: [], {", ".join(fields)}}}}}}}'


def checked(folder: Path, *parts: str) -> tuple[list[Diagnostic], dict[str, tuple[str, ...]]]:
    """What is told of a fixture with these parts, and the lines that it is shown with."""
    file = folder / FILE
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + "".join(f"    {line}\n" for part in parts for line in part.splitlines()), "utf-8")
    found, sources = check_fixtures(folder / "leshan", None)
    return found, {source.path: source.lines for source in sources}


def test_each_number_is_told_once_at_its_place_and_is_no_error(tmp_path: Path) -> None:
    """A value that stands twice is twice to be mended."""
    line = answer(f'sfzh: "{SOMEBODY}"', f"sjhm: {MOBILE}", f"contact: {{userTel: '{MOBILE}'}}")
    wanted = [4 + spot + 1 for spot in (line.index(SOMEBODY), line.index(MOBILE), line.rindex(MOBILE))]
    found, _ = checked(tmp_path, line)
    assert [(item.code, item.severity) for item in found] == [("ROAM-604", "warning")] * 3
    assert [(item.place.line, item.place.column, item.place.width) for item in found] == [
        (AT, column, width) for column, width in zip(wanted, (18, 11, 11), strict=True)
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_number_itself_is_shown_nowhere(tmp_path: Path, lang: Lang) -> None:
    """Neither in the sentence nor in the line of the file that is printed below it."""
    fields = answer(f'sfzh: "{SOMEBODY}"', f"sjhm: {MOBILE}", f"orderNo: {MOBILE}")
    found, sources = checked(tmp_path, fields)
    text = "\n".join(Renderer(lang, dict(sources)).render(item) for item in found)
    assert SOMEBODY not in text
    assert MOBILE not in text
    assert "110*************2X" in text
    assert "roam city try leshan bills.list --record" in text


BODY = f'{{"code": "0", "mobile": "{MOBILE}", "data": {{"rows": []}}}}'
XML = f"<a><sfzh>{SOMEBODY}</sfzh><lxdh type='1'><![CDATA[{MOBILE}]]></lxdh><no>13912345678</no></a>"


@pytest.mark.parametrize(
    ("parts", "line", "kinds"),
    [
        ((f"claims: {{phone: '+86 {MOBILE}'}}", answer()), 0, [["PHONE"]]),
        ((f"response:\n  text: |\n    {BODY}",), 2, [["PHONE"]]),
        ((answer(f'note: "经办人身份证{SOMEBODY}。联系电话:{MOBILE}"'),), 0, [["ID_NUMBER"], ["PHONE"]]),
    ],
    ids=["a claim", "a body as text", "a sentence"],
)
def test_it_is_found_wherever_a_case_may_hold_it(
    tmp_path: Path, parts: tuple[str, ...], line: int, kinds: list[list[str]]
) -> None:
    """In a longer text the number's own place is told."""
    found, _ = checked(tmp_path, *parts)
    assert {item.place.line for item in found} == {AT + line}
    assert [[kind for kind, words in KINDS.items() if words["zh"] in item.zh] for item in found] == kinds


def test_a_body_in_base64_is_looked_into_and_hidden_whole(tmp_path: Path) -> None:
    """Whoever copies what the checker printed could decode it."""
    body = base64.b64encode(XML.encode("gb18030")).decode()
    found, sources = checked(tmp_path, f"response: {{base64: {body}}}")
    assert [(item.place.line, item.about) for item in found] == [(AT, "110*************2X"), (AT, "138******78")]
    assert body[:12] not in "\n".join(Renderer("en", dict(sources)).render(item) for item in found)


def test_what_only_looks_like_a_number_of_somebodys_is_not_told(tmp_path: Path) -> None:
    """An order number may be as long, and so may a time in milliseconds."""
    fields = (f"orderNo: {MOBILE}", 'sfzh: "110105194912310021"', "mobile: 02812345678", "phoneBoundAt: 1795248000000")
    assert checked(tmp_path, answer(*fields))[0] == []


def test_made_up_numbers_are_not_told(tmp_path: Path) -> None:
    """Those of the personas, those that a hint shows, and those that the scrubber writes."""
    names = Pseudonyms()
    scrubbed = [(names.of(SOMEBODY[:14] + f"{n:03d}X"), names.of(str(int(MOBILE) + n))) for n in range(20)]
    assert all(identity_number(persona.id_number) for persona in PERSONAS.values())
    assert identity_number(PSEUDONYMS["ID_NUMBER"])
    pairs = [(persona.id_number, persona.phone) for persona in PERSONAS.values()]
    pairs += [(PSEUDONYMS["ID_NUMBER"], PSEUDONYMS["PHONE"]), *scrubbed]
    fields = [f'a{n}: {{sfzh: "{number}", phone: {phone}}}' for n, (number, phone) in enumerate(pairs)]
    assert checked(tmp_path, answer(*fields))[0] == []


def test_a_number_that_is_left_changes_no_exit_code(tmp_path: Path) -> None:
    """That the project's own fixtures hold none is seen in test_checks.py."""
    deployment = Deployment.make(tmp_path, "deyang")
    left = f'claims: {{id_number: "{SOMEBODY}"}}\n    response:'
    deployment.edit("deyang/fixtures/bills.list.yaml", "response:", left)
    report = deployment.check(only="deyang")
    assert [item.severity for item in report.found if item.code == "ROAM-604"] == ["warning"]
    assert report.errors == 0


def test_nobodys_numbers_are_told_by_how_they_begin() -> None:
    """Dongguan has no districts: its citizens' numbers do begin with the code of a city."""
    assert nobodys("510600199001010010")
    assert not nobodys("441900199001010010")
    assert not nobodys("510603199001010010")
    assert nobodys("19900001234")
    assert nobodys("+86 19800001234")
    assert not nobodys("19900011234")


def test_the_scrubber_writes_nobodys_numbers_within_texts_too_and_no_others_by_chance() -> None:
    """A sentence gets the pseudonym that the number has elsewhere; a landline does not become somebody's mobile."""
    response = snapshot("http://127.0.0.1:1").channels["testville"].config.operations["bills.list"].response
    scrub = Scrub(response.mapping, canonical_shape("Bill"), public=False, claims={})
    alone, phone = scrub.text(SOMEBODY, "sfzh"), scrub.text(MOBILE, "sjhm")
    assert scrub.text(f"证件{SOMEBODY},电话+86{MOBILE}", "note") == f"某某{alone},某某+86{phone}"
    assert nobodys(alone)
    assert nobodys(phone)
    for number in range(200):
        assert kind_of(scrub.text(f"028{number:08d}", "phone")) is None
