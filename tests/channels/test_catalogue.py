"""The real list of 411 services, with the blanks it was published with."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from channels.declared.providers import Provider
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import load
from tests.channels.deployment import AT, PROJECT


@pytest.fixture(scope="module")
def providers() -> tuple[Provider, ...]:
    loaded = load(PROJECT / "cities", environment="sandbox", at=AT, secrets=Secrets())
    assert loaded.snapshot is not None
    return loaded.snapshot.channels["mianyang"].providers


def test_every_row_is_a_provider(providers: tuple[Provider, ...]) -> None:
    assert [provider.row for provider in providers] == list(range(1, 412))
    assert sum(provider.highlight for provider in providers) == 126
    assert Counter(provider.type for provider in providers) == {"QUERY": 147, "TRANSACT": 143, "INFO": 121}
    assert Counter(provider.status for provider in providers) == {
        "NOT_STARTED": 242, "LIVE": 148, "CONNECTED": 12, "IN_DEVELOPMENT": 9,
    }  # fmt: skip
    assert Counter(provider.source for provider in providers)["PARTNER"] == 9


def test_bound_rows_open_operations_and_others_a_page(providers: tuple[Provider, ...]) -> None:
    by_row = {provider.row: provider for provider in providers}
    assert by_row[110].code == "HF-QUERY"
    assert by_row[110].operations == ("fund.accounts",)
    assert by_row[110].assurance == "REAL_NAME"
    assert by_row[110].name.en == "Housing fund query"
    assert by_row[1].code == "MI-0001"
    assert by_row[1].web == "https://m.imianyang.example.gov.cn/s/1"
    assert by_row[1].due == date(2020, 2, 28)


def test_official_blanks_load(providers: tuple[Provider, ...]) -> None:
    """The list is what it is: row 376 has no name, rows 378 to 387 no date."""
    by_row = {provider.row: provider for provider in providers}
    assert by_row[376].name.zh == "水务缴费"
    assert [row for row, provider in by_row.items() if provider.due is None] == list(range(378, 388))


def test_a_name_is_never_a_key(providers: tuple[Provider, ...]) -> None:
    """Many departments offer the same thing; only code and department tell them apart."""
    assert len({provider.name.zh for provider in providers}) < 411
    assert len({(provider.code, provider.department) for provider in providers}) == 411


def test_the_list_is_the_published_file() -> None:
    header = Path(PROJECT / "cities/mianyang/catalogue.csv").read_text("utf-8").splitlines()[0]
    assert header == "序列,责任单位,对接服务事项,服务主题,服务类型,事项来源,目前状态,完成时间,亮点服务,代码"
