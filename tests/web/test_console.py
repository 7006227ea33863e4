"""The operators' console in a real browser, against the whole sandbox: on a desk, on a phone, without script."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.up import Stack
from tests.web.browser import DESKTOP, LOOPBACK, PHONE, Visit, Visiting

TURNED_AWAY = "401"  # chromium's own line about the page that asks a stranger to sign in
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def enter(visit: Visit, stack: Stack, who: str = "operator") -> None:
    """As an operator does: the console, the provider's page, back."""
    visit.page.goto(f"{stack.gateway_url}/console")
    visit.page.click("a.button")
    visit.page.click('summary:has-text("Operators")')
    visit.page.click(f'button[value="{who}"]')
    visit.page.wait_for_selector(".top .who")


def complaints(visit: Visit) -> list[str]:
    return [line for line in visit.complaints if TURNED_AWAY not in line]


@pytest.mark.parametrize(
    ("screen", "locale", "title"),
    [(DESKTOP, "zh-CN", "四川城市接入图"), (PHONE, "zh-CN", "四川城市接入图"), (PHONE, "en-GB", "Cities of Sichuan")],
    ids=["desktop", "phone", "phone-en"],
)
def test_an_operator_finds_every_city_on_the_map_and_reads_one(
    stack: Stack, screen: dict[str, Any], locale: str, title: str, visiting: Visiting
) -> None:
    """Nothing runs over the edge of a phone, nothing comes from elsewhere, nothing is complained about."""
    with visiting(locale, **screen) as visit:
        enter(visit, stack)
        visit.until("h2", title)
        assert visit.page.locator(".map a").count() == 5
        assert visit.page.locator(".map .tile").count() == 21
        assert visit.page.evaluate(FITS)
        visit.page.click('.line[href$="/deyang"]')
        visit.page.wait_for_selector("#live-rejected")
        assert visit.page.evaluate(FITS)
        visit.page.click("#do-pause summary")
        assert visit.page.evaluate(FITS)
        visit.page.click("#live-agreements a >> nth=0")
        visit.page.wait_for_selector("#live-agreement")
        assert visit.page.evaluate(FITS)
        assert visit.hosts() <= LOOPBACK
        assert complaints(visit) == []


def test_the_map_follows_a_city_that_fails_without_a_reload(
    stack: Stack, citizen: Callable[..., Any], faults: Callable[..., object], visiting: Visiting
) -> None:
    """A screen on the wall: nobody presses anything, and what is being typed stays."""
    with visiting("zh-CN") as visit:
        enter(visit, stack)
        visit.page.wait_for_selector('.map a[href$="/ziyang"] .up')
        visit.page.evaluate("globalThis.untouched = true")
        faults("ziyang", "refuse")
        citizen("zi")  # signed in before the city is gone, so that only the city fails
        ask = "{ me { bills(cities: [ZIYANG]) { nodes { id } } } }"
        for _ in range(4):
            citizen("zi").ask(ask)
        visit.page.wait_for_selector('.map a[href$="/ziyang"] :is(.down, .degraded)')
        visit.page.wait_for_selector('.line[href$="/ziyang"] .chip:is(.down, .degraded)')
        assert visit.page.evaluate("globalThis.untouched") is True


def test_what_is_being_typed_survives_an_update(stack: Stack, visiting: Visiting) -> None:
    with visiting("zh-CN") as visit:
        enter(visit, stack)
        visit.page.goto(f"{stack.gateway_url}/console/cities/mianyang")
        visit.page.click("#do-pause summary")
        visit.page.fill("#do-pause textarea", "正在写的原因")
        with visit.page.expect_response(lambda answer: answer.url.endswith("/console/cities/mianyang")):
            pass
        assert visit.page.input_value("#do-pause textarea") == "正在写的原因"
        assert visit.page.get_attribute("#do-pause", "open") is not None


def test_the_actions_follow_what_a_colleague_does(stack: Stack, visiting: Visiting) -> None:
    """Two at their desks: whoever looks at a paused city is offered to resume it, not to pause it once more."""
    with visiting("zh-CN") as one, visiting("zh-CN") as other:
        for visit in (one, other):
            enter(visit, stack)
            visit.page.goto(f"{stack.gateway_url}/console/cities/mianyang")
        for action, then in (("pause", "resume"), ("resume", "pause")):
            other.page.click(f"#do-{action} summary")
            other.page.fill(f"#do-{action} textarea", "交接班演练")
            other.page.click(f"#do-{action} button")
            other.page.wait_for_selector(".notice.good")
            one.page.wait_for_selector(f"#do-{then}")
            other.page.wait_for_selector(f"#do-{then}")


def test_without_script_everything_reads_and_acts(stack: Stack, visiting: Visiting) -> None:
    """Old browsers, and browsers locked down by an intranet's rules."""
    with visiting("zh-CN", **DESKTOP, java_script_enabled=False) as visit:
        enter(visit, stack)
        visit.page.goto(f"{stack.gateway_url}/console/agreements/2026-006")
        visit.page.click("#do-suspend summary")
        visit.page.fill("#do-suspend textarea", "无脚本也能操作")
        visit.page.click("#do-suspend button")
        visit.until(".notice.good", "已完成")
        visit.until("#live-history", "无脚本也能操作")
        visit.page.click("#do-unsuspend summary")
        visit.page.fill("#do-unsuspend textarea", "恢复")
        visit.page.click("#do-unsuspend button")
        visit.until("#live-agreement", "有效")


def test_languages_are_switched_and_kept(stack: Stack, visiting: Visiting) -> None:
    with visiting("zh-CN") as visit:
        enter(visit, stack)
        visit.page.click("#language")
        visit.until("h2", "Joined cities")
        visit.page.click('.line[href$="/chengdu"]')
        visit.until("h2", "Contacts")
        assert visit.page.get_attribute("html", "lang") == "en"
        visit.page.click("#language")
        visit.until("h2", "联系人")
