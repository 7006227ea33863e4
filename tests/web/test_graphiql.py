"""GraphiQL against the whole sandbox: a tester needs a browser, and no internet.

`stack` is the running sandbox (tests/conftest.py): `gateway_url` and `issuer_url`.
"""

from typing import Any

import pytest

from tests.web.browser import DESKTOP, LOOPBACK, PHONE, Visit, Visiting


def five_city_bills(stack: Any, visit: Visit) -> None:
    """The tester's story up to the answer: persona deng, the saved five-city query, run."""
    visit.open(stack.gateway_url, "deng")
    visit.choose("05-bills-across-cities")
    visit.run()
    visit.page.wait_for_selector(".roam-chip >> nth=4")


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_persona_signs_in_and_five_cities_answer_with_no_host_but_loopback(
    stack: Any, screen: dict[str, Any], visiting: Visiting
) -> None:
    """The page's one job; an external host here would be a blank page on a government intranet."""
    with visiting("zh-CN", **screen) as visit:
        five_city_bills(stack, visit)
        assert [outcome for outcome, _ in visit.chips()] == ["OK"] * 5
        assert {text.split()[1] for _, text in visit.chips()} >= {"成都市", "德阳市", "眉山市", "资阳市", "绵阳市"}
        assert any(is_chinese(edge["node"]["payee"]) for edge in visit.answer()["data"]["me"]["bills"]["edges"])
        assert "德阳市" in visit.page.inner_text(".roam-face")
        assert visit.hosts() <= LOOPBACK
        assert visit.complaints == []
