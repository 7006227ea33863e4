"""The GraphiQL page by itself, against a stand-in (stub.py) that can be told to misbehave."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browser import DESKTOP, LOOPBACK, PHONE, Visiting
from tests.web.stub import PLAN, Stack, saved_operations, stub_stack


@pytest.fixture(scope="module")
def stub() -> Iterator[Stack]:
    with stub_stack() as running:
        yield running


@pytest.fixture(autouse=True)
def _behaves(stub: Stack) -> None:
    stub.behaviour.failing, stub.behaviour.denied, stub.behaviour.forged_state = (), None, False
    stub.behaviour.shows_plans = True
    stub.behaviour.citizens.clear()
    stub.behaviour.sessions.clear()
    stub.behaviour.extensions.clear()
    stub.behaviour.sockets.clear()


def test_requests_carry_the_persona_and_stop_carrying_it_after_sign_out(stub: Stack, visiting: Visiting) -> None:
    """Signing out that leaves the session alive would be no signing out."""
    with visiting() as visit:
        visit.open(stub.gateway_url, "deng")
        assert " ".join(visit.page.inner_text(".roam-face").split()) == "邓** 德阳市 实人 剩 60 分钟"
        assert stub.behaviour.citizens[-1] == "deng"

        visit.page.click(".roam-face")
        visit.page.click("text=退出登录")
        visit.page.wait_for_selector(".roam-dot:not(.on)")
        assert stub.behaviour.sessions == {}
        visit.choose("05-bills-across-cities")
        visit.run()
        visit.until(".result-window", '"me": null')
        assert stub.behaviour.citizens[-1] is None


def test_no_script_ever_sees_a_token(stub: Stack, visiting: Visiting) -> None:
    """A stranger's script on the page could send requests while it runs, and could take nothing away."""
    with visiting("en-GB") as visit:
        visit.open(stub.gateway_url, "deng")
        session = next(iter(stub.behaviour.sessions))
        kept = visit.page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
        assert session not in kept
        assert "csrf" not in kept


def test_another_tabs_sign_in_is_noticed_at_the_next_request(stub: Stack, visiting: Visiting) -> None:
    """Both tabs have the same cookie; the one that does not know the session's word yet asks for it and goes on."""
    with visiting("en-GB") as visit:
        visit.open(stub.gateway_url)
        other = visit.page.context.new_page()
        other.goto(f"{stub.gateway_url}/graphql")
        other.click(".roam-face")
        other.click('[data-persona="mei"]')
        other.wait_for_selector(".roam-dot.on")
        visit.choose("05-bills-across-cities")
        visit.run()
        visit.until(".result-window", '"bills"')
        assert stub.behaviour.citizens[-1] == "mei"


def test_a_failed_city_is_a_red_row_beside_four_green_ones(stub: Stack, visiting: Visiting) -> None:
    """The panel is there to show one city's failure at a glance, its code and its waiting time with it."""
    stub.behaviour.failing = ("ziyang",)
    with visiting(**PHONE) as visit:
        visit.open(stub.gateway_url, "deng")
        visit.choose("05-bills-across-cities")
        visit.run()
        visit.page.wait_for_selector(".roam-chip")
        assert [outcome for outcome, _ in visit.chips()] == ["OK", "OK", "OK", "FAILED", "OK"]
        assert "资阳市 失败 BACKEND_UNREACHABLE · 30 秒后重试" in visit.chips()[3][1]
        assert visit.hosts() <= LOOPBACK


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("zh-CN", "身份服务拒绝了登录 (no such persona)"),
        ("en-GB", "The identity provider refused the sign-in (no such persona)"),
    ],
)
def test_a_refused_sign_in_is_told_in_the_readers_language(
    stub: Stack, locale: str, sentence: str, visiting: Visiting
) -> None:
    stub.behaviour.denied = "chen"
    with visiting(locale) as visit:
        visit.open(stub.gateway_url)
        visit.sign_in("chen")
        assert sentence in visit.page.inner_text(".roam-problem")


def test_an_answer_with_a_foreign_state_signs_nobody_in(stub: Stack, visiting: Visiting) -> None:
    """State is what binds the answer to this browser's own request (RFC 6749 §10.12)."""
    stub.behaviour.forged_state = True
    with visiting("en-GB") as visit:
        visit.open(stub.gateway_url)
        visit.sign_in("deng")
        assert "(state) and was dropped" in visit.page.inner_text(".roam-problem")
        assert visit.page.query_selector(".roam-dot.on") is None


def test_the_providers_own_page_signs_in_through_a_window(stub: Stack, visiting: Visiting) -> None:
    """The way that works with any provider, personas or not."""
    with visiting("en-GB") as visit:
        visit.open(stub.gateway_url)
        visit.page.click(".roam-face")
        with visit.page.expect_popup() as popup:
            visit.page.click(".roam-people footer button")
        popup.value.click("text=梅**")
        visit.page.wait_for_selector(".roam-dot.on")
        assert "梅**" in visit.page.inner_text(".roam-face")


def test_where_pop_ups_are_blocked_the_whole_page_goes_and_comes_back(stub: Stack, visiting: Visiting) -> None:
    with visiting("en-GB") as visit:
        visit.page.add_init_script("window.open = () => null")
        visit.open(stub.gateway_url)
        visit.page.click(".roam-face")
        visit.page.click(".roam-people footer button")
        visit.page.click("text=陈**")
        visit.page.wait_for_selector(".roam-dot.on")
        assert "陈**" in visit.page.inner_text(".roam-face")
        assert visit.page.url == f"{stub.gateway_url}/graphql"


def test_a_subscription_runs_over_a_socket_that_knows_the_citizen(stub: Stack, visiting: Visiting) -> None:
    """A browser cannot set headers on a WebSocket, but sends its cookie along."""
    with visiting() as visit:
        visit.open(stub.gateway_url, "deng")
        visit.page.click(".roam-add")
        visit.page.click(".graphiql-query-editor .monaco-editor")
        visit.page.keyboard.insert_text("subscription Live { channelAvailability { slug availability status } }")
        visit.run()
        visit.until(".result-window", '"availability": "UP"')
        assert stub.behaviour.sockets == ["deng"]


def test_every_saved_operation_is_a_tab_and_a_closed_one_opens_again_from_the_menu(
    stub: Stack, visiting: Visiting
) -> None:
    with visiting("zh-CN", **PHONE) as visit:
        visit.open(stub.gateway_url)
        saved = [one["title"]["zh"] for one in saved_operations()]
        assert visit.page.eval_on_selector_all(".roam-tabs [role=tab]", "all => all.map(one => one.innerText)") == saved
        visit.choose("06-pay-bill")
        visit.page.click(".roam-tabs li.active .roam-x")
        assert visit.page.locator(".roam-tabs [role=tab]").count() == len(saved) - 1
        visit.choose("06-pay-bill")
        visit.until(".roam-tabs li.active", "缴费")
        visit.page.click("[data-name=variables]")
        visit.until(".graphiql-editor-tool", "billId")


def test_typed_headers_and_the_session_outlive_a_reload(stub: Stack, visiting: Visiting) -> None:
    with visiting("en-GB") as visit:
        visit.open(stub.gateway_url, "deng")
        visit.page.click("[data-name=headers]")
        visit.page.click(".graphiql-editor-tool .monaco-editor:visible")
        visit.page.keyboard.insert_text('{"X-Request-Id": "kept-across-reloads"}')
        visit.until_stored("graphiql:tabState", "kept-across-reloads")
        visit.page.reload()
        visit.page.wait_for_selector(".roam-dot.on")
        visit.page.click("[data-name=headers]")
        visit.until(".graphiql-editor-tool", "kept-across-reloads")


def test_the_language_switches_at_once_and_is_remembered(stub: Stack, visiting: Visiting) -> None:
    with visiting("fr-FR") as visit:
        visit.open(stub.gateway_url)
        assert visit.page.inner_text(".roam-face") == "Sign in as…"
        visit.page.click(".roam-language")
        assert visit.page.inner_text(".roam-face") == "选择身份登录"
        visit.page.reload()
        visit.page.wait_for_selector(".roam-face")
        assert visit.page.inner_text(".roam-face") == "选择身份登录"


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_plan_is_asked_for_and_shown_only_while_it_is_wanted(
    stub: Stack, screen: dict[str, Any], visiting: Visiting
) -> None:
    """Off by default: a plan costs the gateway work. A gateway that shows none is told of once, in a line."""
    with visiting("en-GB", **screen) as visit:
        visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.open(stub.gateway_url, "deng")
        visit.choose("05-bills-across-cities")
        visit.run()
        visit.page.wait_for_selector(".roam-chip")
        assert stub.behaviour.extensions == [None] * len(stub.behaviour.extensions)
        assert visit.page.query_selector(".roam-plan") is None
        room = visit.page.locator(".graphiql-editors").bounding_box()

        visit.page.click("text=Plan")
        visit.open(stub.gateway_url)
        visit.run()
        visit.page.wait_for_selector(".roam-plan")
        assert stub.behaviour.extensions[-1] == {"queryPlan": True}
        assert visit.page.inner_text(".roam-plan pre") == PLAN
        services = visit.page.eval_on_selector_all(".roam-plan b", "all => all.map(one => one.innerText)")
        assert services == ["gateway", "deyang", "gateway"]
        visit.page.click(".roam-copy")
        visit.until(".roam-copy", "Copied")
        assert visit.page.evaluate("navigator.clipboard.readText()") == PLAN
        assert visit.page.locator(".graphiql-editors").bounding_box() == room
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

        stub.behaviour.shows_plans = False
        visit.open(stub.gateway_url)
        visit.run()
        visit.until(".roam-no-plan", "This gateway shows no plans.")
        assert visit.page.query_selector(".roam-plan") is None
        visit.page.click("text=Plan")
        visit.run()
        visit.page.wait_for_selector(".roam-no-plan", state="detached")
        visit.page.wait_for_selector(".roam-chip")
        assert stub.behaviour.extensions.pop() is None
        assert visit.complaints == []
