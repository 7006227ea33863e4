"""An official service list in CSV, with the headers and the blanks it was published with, read into providers.

A blank name or date is a warning: the list is what it is.  A word that no table knows is an error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from channels.diagnostics import Diagnostic, Place, report
from channels.lines import SourceText
from channels.models import Bilingual, Binding, Catalogue
from channels.providers import Provider, named
from channels.register import RegisterRow

ROW, DEPARTMENT, NAME, THEME, TYPE = "序列", "责任单位", "对接服务事项", "服务主题", "服务类型"
SOURCE, STATUS, DUE, HIGHLIGHT, CODE = "事项来源", "目前状态", "完成时间", "亮点服务", "代码"
COLUMNS = (ROW, DEPARTMENT, NAME, THEME, TYPE, SOURCE, STATUS, DUE, HIGHLIGHT)

WORDS: Mapping[str, Mapping[str, str]] = {
    THEME: {
        "社会保障": "SOCIAL_SECURITY",
        "医疗健康": "HEALTH",
        "交通出行": "TRANSPORT",
        "住房服务": "HOUSING",
        "生活缴费": "BILLS",
        "便民生活": "DAILY_LIFE",
        "休闲游玩": "LEISURE",
        "法律服务": "LEGAL",
        "智慧教育": "EDUCATION",
        "其他服务": "OTHER",
    },
    TYPE: {"查询类": "QUERY", "办理类": "TRANSACT", "资讯类": "INFO"},
    # 平安 is a company: the list names it where others name a level of government.
    SOURCE: {
        "市自建系统": "CITY",
        "省建系统": "PROVINCE",
        "部委系统": "MINISTRY",
        "社会机构": "PARTNER",
        "平安": "PARTNER",
    },
    STATUS: {
        "未对接": "NOT_STARTED",
        "已对接未开发": "CONNECTED",
        "已对接开发中": "IN_DEVELOPMENT",
        "已全面完成": "LIVE",
        "已下线": "RETIRED",
    },
    HIGHLIGHT: {"": "", "√": "yes"},
}
ENGLISH = {NAME: "name", DUE: "date", THEME: "theme", TYPE: "type", SOURCE: "source", STATUS: "status"}
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True, slots=True)
class List:
    """One official list and how its codes are bound."""

    source: SourceText
    catalogue: Catalogue
    prefix: str
    register: Mapping[str, RegisterRow]


def read_catalogue(listed: List) -> tuple[tuple[Provider, ...], list[Diagnostic]]:
    """Return: one provider per row, in order, and what the rows leave open."""
    found: list[Diagnostic] = []
    rows = csv.DictReader(listed.source.lines, restval="")  # a short row has blanks
    if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
        return (), [report("header", Place(listed.source.path, 1, 1), columns=missing)]
    providers = [
        provider for row in rows if (provider := _Row(listed, row, rows.line_num, found).provider()) is not None
    ]
    found.extend(_repeats(listed, providers))
    return tuple(providers), found


def _repeats(listed: List, providers: list[Provider]) -> list[Diagnostic]:
    first: dict[tuple[str, str], Provider] = {}
    found = []
    for provider in providers:
        known = first.setdefault((provider.code, provider.department), provider)
        if known is not provider:
            place = Place(listed.source.path, (provider.row or 0) + 1, 1)
            found.append(report("row_duplicate", place, row=provider.row, first=known.row))
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    listed: List
    cells: dict[str, str]
    line: int
    found: list[Diagnostic]

    def provider(self) -> Provider | None:
        number = self.cells[ROW].strip()
        if not number.isdigit():
            self.refuse(ROW, ("1", "2", "3"))
            return None
        row = int(number)
        code = (self.cells.get(CODE) or "").strip() or f"{self.listed.prefix}-{row:04}"
        words = {column: self.word(column) for column in WORDS}
        if None in words.values():
            return None
        binding = self.listed.catalogue.bind.get(code) or self.listed.catalogue.bind.get("*") or Binding()
        return Provider(
            code=code,
            name=self.name(code),
            theme=str(words[THEME]),
            type=str(words[TYPE]),
            department=self.cells[DEPARTMENT].strip(),
            source=str(words[SOURCE]),
            status=str(words[STATUS]),
            highlight=bool(words[HIGHLIGHT]),
            assurance=binding.assurance,
            operations=binding.operations,
            web=binding.web.replace("{row}", str(row)) if binding.web else None,
            row=row,
            due=self.due(),
        )

    def word(self, column: str) -> str | None:
        known = WORDS[column]
        text = self.cells[column].strip()
        if text not in known:
            self.refuse(column, tuple(word for word in known if word))
        return known.get(text)

    def name(self, code: str) -> Bilingual:
        """The list's own name; where it is blank the register's, where that is unknown the code."""
        entry = self.listed.register.get(code)
        text = self.cells[NAME].strip()
        if not text:
            self.blank(NAME)
            return entry.name if entry else Bilingual(zh=code)
        return named(Bilingual(zh=text), entry)

    def due(self) -> date | None:
        text = self.cells[DUE].strip()
        if not text:
            self.blank(DUE)
            return None
        match = _DAY.fullmatch(text)
        try:
            if match:
                return date(self.listed.catalogue.year, int(match[1]), int(match[2]))
        except ValueError:
            pass
        self.refuse(DUE, ("6月30日",))
        return None

    def blank(self, column: str) -> None:
        place = self.place(column)
        names = {"zh": "名称" if column == NAME else "完成时间", "en": ENGLISH[column]}
        self.found.append(report("row_blank", place, row=self.cells[ROW], column=names))

    def refuse(self, column: str, choices: tuple[str, ...]) -> None:
        names = {"zh": column, "en": ENGLISH.get(column, column)}
        text = self.cells[column]
        place = self.place(column)
        self.found.append(report("row_value", place, row=self.cells[ROW], column=names, found=text, choices=choices))

    def place(self, column: str) -> Place:
        """Where the cell stands; the official list quotes no cell, so that widths add up."""
        before = 0
        for name, text in self.cells.items():
            if name == column:
                break
            before += len(text or "") + 1
        return Place(self.listed.source.path, self.line, before + 1, max(len(self.cells[column] or ""), 1))
