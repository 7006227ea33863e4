"""The page in a real browser: whole at a desk and on a phone, and nothing from elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from conformance.page import as_page
from conformance.verdict import State, Verdict, failed
from tests.conformance.test_rules import report_with
from tests.web.browser import Visiting

LONG = "backends." + "x" * 400


def page_file(folder: Path) -> Path:
    hostile = failed("<script>document.title='taken'</script>", LONG)
    reports = [report_with(A02=hostile, F05=Verdict(State.NOT_MEASURED, "没有网关指标", "no metrics")), report_with()]
    file = folder / "report.html"
    file.write_text(as_page(reports), "utf-8")
    return file


@pytest.mark.parametrize("width", [1200, 375])
def test_the_page_fits_the_screen_and_tells_what_is_next(tmp_path: Path, width: int, visiting: Visiting) -> None:
    """An official reads it on whatever is at hand."""
    screen: dict[str, Any] = {"viewport": {"width": width, "height": 800}}
    with visiting(**screen) as visit:
        visit.page.goto(page_file(tmp_path).as_uri())
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.title() == "一致性报告 Conformance report"
        assert visit.page.inner_text(".lead >> nth=0") == (
            "尚无徽章,还不能试运行。距铜徽章还差 1 条:1 条未通过。\nNo badge yet: not ready for a pilot. 1 rule to Bronze: 1 failed."
        )
        way = visit.page.inner_text(".way >> nth=0")
        assert "要求:每项功能都留有一份成功的样例" in way
        assert "A02" in way
        assert "<script>" in way
        assert not visit.page.is_visible("details li >> nth=0")
        visit.page.click("summary >> nth=0")
        assert visit.page.is_visible("details li >> nth=0")
        assert [url for url in visit.urls if not url.startswith("file:")] == []
        assert visit.complaints == []
