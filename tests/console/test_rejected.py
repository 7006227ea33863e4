"""A refused edit on a city's page: what still serves meanwhile, if anything does."""

import pytest

from edge.console.html import Markup
from edge.console.parts import rejected_part
from edge.console.words import Words
from resolvers.operators.oversight import Rejected
from tests.resolvers.simulator import NOW

EDIT = Rejected(
    NOW,
    ("deyang/channel.yaml:3:1: 错误 ROAM-201 未知字段",),
    ("deyang/channel.yaml:3:1: error ROAM-201 unknown field",),
)


@pytest.mark.parametrize(
    ("served", "lang", "told"),
    [
        (True, "zh", "线上仍是上一个好版本"),
        (False, "zh", "没有可用的上一个好版本"),
        (True, "en", "The last good version is still serving."),
        (False, "en", "No earlier version is kept, so this city is not served."),
    ],
)
def test_the_page_says_whether_an_earlier_version_serves(served: bool, lang: str, told: str) -> None:
    """A city that was wrong from its first day has nothing that could go on."""
    page = "".join(str(part) for part in flat(rejected_part(Words(lang), EDIT, served=served)))
    assert told in page
    assert "ROAM-201" in page


def flat(part: object) -> list[Markup]:
    """What a part of a page is made of, in order."""
    if isinstance(part, list | tuple):
        return [piece for each in part for piece in flat(each)]
    assert isinstance(part, Markup)
    return [part]
