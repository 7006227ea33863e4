"""What a city's own subgraph gives and does not go with the graph stands on the city's page, at its place in the city's files."""

from pathlib import Path

import pytest

from starting import Settings, open_store
from tests.console.test_figures import Clock, working

CUT = "type City @key(fields: "
TOLD = {
    "zh": ("本市的子图", "没有采用;其他服务不受影响", "ROAM-358"),
    "en": ("The city's own subgraph", "is not in use; other services are not touched", "ROAM-358"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_citys_page_says_what_does_not_fit_until_it_does(lang: str, tmp_path: Path) -> None:
    """Nobody looks into the log of a gateway that serves; once it fits, nothing is said of it any more."""
    async with await open_store(Settings(state=tmp_path)) as store, working(store, Clock()) as worker:
        before = await worker.page("chengdu", lang)
        await worker.federating.take("chengdu", CUT)
        page, others = await worker.page("chengdu", lang), await worker.page("deyang", lang)
        assert all(words in page for words in TOLD[lang]), page
        assert "chengdu/c" in page, "a path begins with the root's own name"
        assert str(tmp_path) not in page
        assert not any(words in before or words in others for words in TOLD[lang][1:])
        worker.federating.unfit.clear()
        assert "ROAM-358" not in await worker.page("chengdu", lang)
