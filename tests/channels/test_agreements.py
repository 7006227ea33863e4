"""A broken agreement is told at its place, in both languages, and opens nothing."""

from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors

FILE = "agreements/2026-002-deyang-transit.yaml"
VALID = "valid: {from: 2026-03-01, until: 2027-02-28}"
QUOTA = "quota: {per_citizen_per_day: 100000}"


def flags(text: str) -> tuple[str, str]:
    return VALID, f"{VALID}\nsuspended: {text}"


# what is written instead of what; code and place; parts of the English and the Chinese line
MISTAKES: dict[str, tuple[tuple[str, str], str, str, str]] = {
    "ends before it begins": ((VALID, "valid: {from: 2028-03-01, until: 2027-02-28}"), "ROAM-315 12:34", "ends before it begins", "终止早于开始"),
    "a flag without a reason": (flags("{since: 2026-01-01}"), "ROAM-202 13:1", "missing field `reason`", "缺少字段 `reason`"),
    "a flag with an empty reason": (flags('{since: 2026-01-01, reason: " "}'), "ROAM-207 13:40", "`reason` must be text", "`reason` 类型不对"),
    "a flag of nobody": (flags("[{since: 2026-01-01, by: provder, reason: x}]"), "ROAM-203 13:37", "`provder` is not one of: provider, consumer, gateway", "不在可选值内"),
    "a flag that ends before it begins": (flags("{since: 2026-01-01, until: 2025-01-01, reason: x}"), "ROAM-327 13:39", "the suspension ends before it begins", "暂停的终止早于开始"),
    "a consumer's flag of no consumer": (flags("[{since: 2026-01-01, by: consumer, reason: x}]"), "ROAM-327 13:33", "`city` does not fit", "暂停标记的 city 不对"),
    "a consumer's flag of a stranger": (flags("[{since: 2026-01-01, by: consumer, city: meishan, reason: x}]"), "ROAM-327 13:53", "does not fit: `meishan`", "`meishan`"),
    "a gateway's flag with a city": (flags("{since: 2026-01-01, city: chengdu, reason: x}"), "ROAM-327 13:38", "does not fit: `chengdu`", "`chengdu`"),
    "a flag that is a word": (flags("soon"), "ROAM-207 13:12", "`suspended` must be a mapping", "`suspended` 类型不对"),
    "an unknown state": ((VALID, f"{VALID}\nstate: ACTVE"), "ROAM-203 13:8", "`ACTVE` is not one of: DRAFT", "`ACTVE` 不在可选值内"),
    "a state that nobody decides": ((VALID, f"{VALID}\nstate: EXPIRED"), "ROAM-326 13:8", "nobody writes `EXPIRED`", "`EXPIRED` 不由人来写"),
    "a quota of nothing": ((QUOTA, "quota: {per_citizen_per_day: 0}"), "ROAM-206 10:30", "must be at least 1, found `0`", "不能小于 1"),
    "a quota that is no number": ((QUOTA, "quota: {per_day: many}"), "ROAM-207 10:18", "`per_day` must be a whole number", "应为整数"),
    "an unknown quota": ((QUOTA, "quota: {per_week: 3}"), "ROAM-201 10:9", "unknown field `per_week`", "未知字段 `per_week`"),
    "provider and consumer at once": (("consumers: [chengdu, mianyang]", "consumers: [chengdu, deyang]"), "ROAM-315 5:22", "`deyang` is provider and consumer at once", "不能既是提供方又是使用方"),
    "no signature": (("  - {city: mianyang, signed_by: 绵阳市政务服务监督管理局, signed_on: 2026-02-24}\n", ""), "ROAM-315 13:1", "`mianyang` is no signatory", "`mianyang` 没有签署"),
    "a stranger's signature": (("  - {city: mianyang,", "  - {city: ziyang,"), "ROAM-315 16:12", "`ziyang` signs, and is neither provider nor consumer", "`ziyang` 既不是提供方也不是使用方"),
    "two signatures of one city": (("  - {city: mianyang,", "  - {city: chengdu,"), "ROAM-315 16:12", "`chengdu` signs twice", "`chengdu` 签署了两次"),
    "a signature of a city that left": (("consumers: [chengdu, mianyang]", "consumers: [chengdu]"), "ROAM-315 16:12", "`mianyang` signs, and is neither", "`mianyang` 既不是"),
    "signed by nobody": (("signed_by: 德阳市数据局", 'signed_by: ""'), "ROAM-207 14:31", "`signed_by` must be text", "`signed_by` 类型不对"),
    "signed after its end": (("signed_on: 2026-02-24", "signed_on: 2028-02-24"), "ROAM-315 16:58", "after the agreement's end", "签署时协议已经终止"),
    "no consumers": (("consumers: [chengdu, mianyang]", "consumers: []"), "ROAM-206 5:12", "`consumers` is empty", "`consumers` 是空的"),
    "a consumer twice": (("consumers: [chengdu, mianyang]", "consumers: [chengdu, mianyang, chengdu]"), "ROAM-206 5:32", "`chengdu` is listed twice", "`chengdu` 写了两次"),
    "a claim twice": (("claims: [PAIRWISE_ID]", "claims: [PAIRWISE_ID, PAIRWISE_ID]"), "ROAM-206 9:23", "`PAIRWISE_ID` is listed twice", "`PAIRWISE_ID` 写了两次"),
    "a title of blanks": (("title: 德阳公交扫码与水费服务漫游协议", 'title: " "'), "ROAM-207 3:8", "`title` must be text", "`title` 类型不对"),
    "a fee in full-width digits": (('per_call: "0.00"', 'per_call: "０.００"'), "ROAM-207 11:17", "`per_call` must be a number", "`per_call` 类型不对"),
    "a day that is not written": (("until: 2027-02-28", "until: null"), "ROAM-206 12:34", "`null` is not a date", "`null` 不是日期"),
    "a validity without days": ((VALID, "valid: {}"), "ROAM-202 12:1", "missing field `from`, `until`", "缺少字段 `from`、`until`"),
    "a field of another name": (("purpose:", "why:"), "ROAM-201 7:1", "unknown field `why`", "未知字段 `why`"),
    "a city that nobody knows": (("provider: deyang", "provider: deiang"), "ROAM-313 4:11", "there is no city `deiang`", "没有城市 `deiang`"),
    "no format": (('roam: "1"\n', ""), "ROAM-202 1:1", "missing field `roam`", "缺少字段 `roam`"),
    "not YAML": ((VALID, "valid: {from: ["), "ROAM-105 14:3", "not YAML", "不是合法的 YAML"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_one_error_at_its_place_and_the_agreement_opens_nothing(name: str, tmp_path: Path) -> None:
    (old, new), where, english, chinese = MISTAKES[name]
    deployment = Deployment.make(tmp_path, "deyang", "chengdu", "mianyang", "meishan", "ziyang")
    deployment.edit(FILE, old, new)
    found = errors(deployment.check())
    assert [f"{item.code} {item.place.line}:{item.place.column}" for item in found] == [where]
    assert (english in found[0].en, chinese in found[0].zh) == (True, True)
    held = deployment.load().snapshot
    assert held is not None
    assert [each.id for each in held.agreements] == [f"2026-00{n}" for n in (1, 3, 4, 5, 6, 7, 8)]


def test_a_city_that_is_not_there_is_pointed_out_and_costs_nobody_else_anything(tmp_path: Path) -> None:
    """A partner may sign before it joins."""
    deployment = Deployment.make(tmp_path, "deyang", "chengdu", "meishan")
    found = [item for item in deployment.check().found if item.code == "ROAM-313"]
    assert any("mianyang" in item.en for item in found)
    assert errors(deployment.check()) == []


@pytest.mark.parametrize(
    ("quotas", "code"),
    [
        ("{store: redis}", "ROAM-328"),
        ("{store: memory, url: secret:COUNTS}", "ROAM-328"),
        ("{store: redis, url: secret:COUNTS}", "ROAM-304"),
        ("{store: postgres}", "ROAM-203"),
        ("{store: redis, url: redis://counts}", "ROAM-204"),
    ],
)
def test_where_quotas_are_counted_is_checked_before_anything_runs(tmp_path: Path, quotas: str, code: str) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit("roam.yaml", "  default_language: zh", f"  default_language: zh\n  quotas: {quotas}")
    assert [item.code for item in errors(deployment.check())] == [code]
