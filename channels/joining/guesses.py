"""First guesses at a mapping: which key of a city's rows is which canonical field, in which unit, form and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import orjson

from channels.joining.sample import Sample, path_text
from channels.mapping.shape import FieldShape, Shape
from channels.text.scalars import Json

# What cities call the canonical fields: English, pinyin initials, Chinese.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "billno", "billid", "orderno", "zdbh", "zdid", "noticeid", "bh", "xh", "no", "编号", "账单号", "单号"),
    "kind": ("kind", "biztype", "type", "feetype", "category", "cat", "lx", "fylx", "xzlx", "类型", "类别", "险种"),
    "state": ("state", "status", "payflag", "paystatus", "paid", "zt", "jfzt", "jfbz", "cbzt", "状态", "缴费状态"),
    "accountNo": ("accountno", "acctno", "account", "hh", "yhbh", "yhh", "meterno", "户号", "用户编号"),
    "payee": ("payee", "corpname", "company", "org", "unit", "sfdw", "dwmc", "gsmc", "收费单位", "单位名称", "公司"),
    "amount": ("amount", "fee", "money", "amt", "je", "jfje", "amountfen", "amountyuan", "totalfee", "金额", "费用"),
    "period": ("period", "billmonth", "month", "ny", "zq", "billdate", "账期", "月份"),
    "dueOn": ("dueon", "duedate", "limitdate", "deadline", "due", "jzrq", "截止日期", "缴费截止"),
    "paidAt": ("paidat", "paytime", "paiddate", "jfsj", "jfrq", "缴费时间"),
    "address": ("address", "addr", "dz", "yddz", "地址"),
    "title": ("title", "bt", "name", "subject", "标题"),
    "summary": ("summary", "content", "body", "nr", "text", "内容", "正文"),
    "area": ("area", "qy", "region", "scope", "区域", "范围"),
    "url": ("url", "link", "lj", "href", "链接"),
    "publishedAt": ("publishedat", "publishtime", "publishdate", "fbsj", "createtime", "at", "发布时间"),
    "startsAt": ("startsat", "begin", "starttime", "kssj", "from", "开始时间"),
    "endsAt": ("endsat", "end", "endtime", "jssj", "to", "结束时间"),
    "employer": ("employer", "dwmc", "company", "单位名称"),
    "balance": ("balance", "ye", "grzhye", "余额"),
    "monthsPaid": ("monthspaid", "jfys", "缴费月数"),
    "lastPaidMonth": ("lastpaidmonth", "zhjfny", "jzny"),
    "monthlyDeposit": ("monthlydeposit", "ycje", "yjce", "月缴存额"),
    "depositedTo": ("depositedto", "jzny", "jzny", "缴至年月"),
}
WORDS: dict[str, tuple[str, ...]] = {
    "UNPAID": ("0", "n", "false", "未缴", "未缴费", "欠费", "待缴", "unpaid"),
    "PAID": ("1", "y", "true", "已缴", "已缴费", "已支付", "paid"),
    "OVERDUE": ("逾期", "overdue"),
    "PROCESSING": ("2", "处理中", "processing"),
    "CANCELLED": ("9", "作废", "已取消", "cancelled"),
    "WATER": ("01", "水", "水费", "water", "sf"),
    "GAS": ("02", "气", "燃气", "燃气费", "gas"),
    "ELECTRICITY": ("03", "电", "电费", "power", "electricity"),
    "WATER_OUTAGE": ("停水",),
    "GAS_OUTAGE": ("停气",),
    "POWER_OUTAGE": ("停电",),
    "ACTIVE": ("1", "正常", "在保", "active"),
    "SUSPENDED": ("2", "封存", "暂停", "中断"),
    "TERMINATED": ("3", "销户", "终止"),
}
FORMS: tuple[tuple[str, str], ...] = (
    (r"\d{4}-\d\d-\d\d", "yyyy-MM-dd"),
    (r"\d{8}", "yyyyMMdd"),
    (r"\d{4}/\d\d/\d\d", "yyyy/MM/dd"),
    (r"\d{14}", "yyyyMMddHHmmss"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "yyyy-MM-dd HH:mm:ss"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "yyyy-MM-dd HH:mm"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", "yyyy/MM/dd HH:mm:ss"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d", "yyyy/MM/dd HH:mm"),
    (r"\d{13}", "epoch_ms"),
    (r"\d{10}", "epoch_s"),
    (r"\d{4}-\d\d-\d\dT.+", "iso"),
)
ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Line:
    """One line of `map:`, as it is written, and why."""

    field: str
    rule: str
    why_zh: str
    why_en: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}  # GUESS 猜测: {self.why_zh} {self.why_en}"


def score(shape: Shape, sample: Sample) -> int:
    """How many fields of a type the sample seems to hold."""
    return len(pairs(shape, sample))


def pairs(shape: Shape, sample: Sample) -> dict[str, str]:
    """Which key is which field; a key is taken once, the surest first."""
    ranked = sorted(
        ((closeness(field.name, key), -at, field.name, key) for field in shape.fields.values() for at, key in enumerate(sample.keys)),
        reverse=True,
    )  # fmt: skip
    taken: dict[str, str] = {}
    for close, _, field, key in ranked:
        if (
            close >= ALIKE
            and field not in taken
            and key not in taken.values()
            and fits(shape.fields[field], sample.values(key))
        ):
            taken[field] = key
    return taken


def closeness(field: str, key: str) -> float:
    """1 for a known name of the field, earlier ones surer; else how alike the two are."""
    plain = key.lower().replace("_", "")
    if plain in (known := NAMES.get(field, ())):
        return 2 - known.index(plain) / 100
    return SequenceMatcher(None, field.lower(), plain).ratio()


def fits(field: FieldShape, values: Sequence[Json]) -> bool:
    """Whether the values could be of the field's type at all."""
    texts = [str(value) for value in values]
    if field.base in ("Date", "DateTime"):
        return not texts or date_form(texts) is not None
    if field.base in ("Money", "Int", "Decimal", "Float"):
        return all(re.fullmatch(r"-?\d+(\.\d+)?", text) for text in texts)
    return not (field.shape or field.is_list)


def lines(shape: Shape, sample: Sample) -> list[Line]:
    """The mapping: every field that was found, and a constant for each required one that was not."""
    taken = pairs(shape, sample)
    made = []
    for field in shape.fields.values():
        if field.name in taken:
            made.append(_line(field, taken[field.name], sample))
        elif field.required:
            made.append(_constant(field, sample))
    return made


def _line(field: FieldShape, key: str, sample: Sample) -> Line:
    path, values = quoted(path_text((key,))), sample.values(key)
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    if field.values:
        return _enum(field, path, texts)
    if field.base == "Money":
        return _money(field, key, path, values)
    if field.base in ("Date", "DateTime"):
        converter, form = field.base.lower(), date_form(texts) or "iso"
        rule = f"{{from: {path}, as: {converter}, format: {scalar(form)}}}"
        return Line(field.name, rule, f"样例 {texts[0] if texts else '无'}", f"as in the sample, {form}")
    if field.base == "Int":
        return Line(field.name, f"{{from: {path}, as: int}}", "按名称", "by its name")
    if field.base == "URL":
        return Line(field.name, f"{{from: {path}, as: url}}", "按名称", "by its name")
    if field.mask == "ACCOUNT":
        return Line(field.name, f"{{from: {path}, as: mask.account}}", "按名称", "by its name")
    return Line(field.name, path, "按名称", "by its name")


def _money(field: FieldShape, key: str, path: str, values: Sequence[Json]) -> Line:
    name = key.lower()
    fen = "fen" in name or ("yuan" not in name and all(re.fullmatch(r"-?\d+", str(value)) for value in values))
    shown = str(values[0]) if values else "?"
    unit = "fen" if fen else "yuan"
    why = f"{shown} 没有小数,当作分;请核实" if fen else f"{shown} 有小数,当作元;请核实"
    return Line(field.name, f"{{from: {path}, as: money.{unit}}}", why, f"taken for {unit}: ask the backend's owner")


def _enum(field: FieldShape, path: str, texts: Sequence[str]) -> Line:
    table = {text: _word(text, field.values) for text in dict.fromkeys(texts)}
    if "OTHER" in field.values:
        table["*"] = "OTHER"
    written = ", ".join(f"{orjson.dumps(text).decode()}: {value}" for text, value in table.items())
    table_zh = "只有样例里出现的代码,请补全"
    return Line(
        field.name, f"{{from: {path}, enum: {{{written}}}}}", table_zh, "only codes that the sample has: complete it"
    )


def _word(text: str, values: Sequence[str]) -> str:
    known = next((value for value in values if text.lower() in WORDS.get(value, ())), None)
    return known or (text if text in values else ("OTHER" if "OTHER" in values else values[0]))


def _constant(field: FieldShape, sample: Sample) -> Line:
    why = ("样例里没找到", "not found in the sample")
    if field.values:
        return Line(field.name, f"{{value: {'OTHER' if 'OTHER' in field.values else field.values[0]}}}", *why)
    missing = quoted(path_text((field.name,)))
    match field.base:
        case "Money":
            return Line(field.name, f"{{from: {missing}, as: money.yuan}}", *why)
        case "Date" | "DateTime" | "URL" | "ID" | "Int" | "Decimal" | "Float" | "Boolean":
            return Line(field.name, missing, *why)
    if field.shape is not None or field.is_list:
        return Line(field.name, missing, *why)
    return Line(field.name, '{value: "-"}', *why)


def date_form(texts: Sequence[str]) -> str | None:
    """The one form that all texts have."""
    for pattern, form in FORMS:
        if texts and all(re.fullmatch(pattern, text) for text in texts):
            return form
    return None


def quoted(path: str) -> str:
    """A JMESPath as a YAML scalar: one that begins with a double quote stands in single ones."""
    return f"'{path}'" if path.startswith('"') else scalar(path)


def scalar(text: str) -> str:
    """A text as YAML writes it in brackets."""
    plain = re.fullmatch(r"[A-Za-z_\u4e00-\u9fff][\w.\-/\u4e00-\u9fff]*", text) and text not in (
        "true",
        "false",
        "null",
        "yes",
        "no",
    )
    return text if plain else orjson.dumps(text).decode()
