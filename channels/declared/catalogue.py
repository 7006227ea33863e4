"""An official service list in CSV, with the headers and the blanks it was published with, read into providers.

A blank name or date is a warning: the list is what it is.  A word that no table knows is an error, and so is a code that is
neither the register's nor the city's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from channels.answer import Bilingual as Heading
from channels.declared.models import Binding, Catalogue
from channels.declared.providers import Provider, named
from channels.declared.register import RegisterRow
from channels.declared.strict_model import Bilingual
from channels.text.dates import is_day
from channels.text.diagnostics import Diagnostic, report
from channels.text.forms import meant
from channels.text.lines import SourceText
from channels.text.refined import with_lines
from channels.text.table import Row, cells_amiss, read_table, refused

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
ENGLISH = {
    ROW: "number",
    DEPARTMENT: "department",
    NAME: "name",
    THEME: "theme",
    TYPE: "type",
    SOURCE: "source",
    STATUS: "status",
    DUE: "date",
    HIGHLIGHT: "highlight",
    CODE: "code",
}
MOST_DIGITS = 6  # of a row's number
NOTE = "猜测"
"""The column in which an import says what it guessed; nobody reads it but people."""
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
FOLDED = ("row_value", "row_form", "row_empty", "row_meant")
"""What whoever wrote one row wrote in the others, too: one mistake, told at the first of them."""
ALIKE = ("row_swapped", "row_length")
"""The same, whatever the cells say: columns stand under each other's names."""
TICK = "√"
_TICKED = ("是", "有", "y", "yes", "1", "v", "✓", "✔", "☑", "○", "●")
_PLAIN = re.compile(r"\D{0,2}?([0-9]{1,6})(?:\.0*)?\D{0,2}", re.ASCII)
_DASHES = re.compile(r"\s*[\u2010-\u2015\u2212_]\s*")
_SHORT = re.compile(r"\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*[日号]?\s*", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*")


@dataclass(frozen=True, slots=True)
class List:
    """One official list and how its codes are bound."""

    source: SourceText
    catalogue: Catalogue
    prefix: str
    register: Mapping[str, RegisterRow]


def read_catalogue(listed: List) -> tuple[tuple[Provider, ...], list[Diagnostic]]:
    """Return: one provider per row, in order, and what the rows leave open."""
    rows, found = read_table(listed.source, COLUMNS, (CODE,), (NOTE,))
    causes: dict[tuple[str, str, str], int] = {}
    more: dict[int, list[int]] = {}
    providers: list[Provider] = []
    numbers: dict[int, int] = {}
    codes: dict[tuple[str, str], int] = {}
    for row in rows:
        read = _Row(listed, row, [])
        provider = read.provider()
        for item, cause in zip(read.found, read.causes(), strict=True):
            if item.severity == "error" and (first := causes.setdefault(cause, len(found))) != len(found):
                more.setdefault(first, []).append(item.place.line)
            else:
                found.append(item)
        if provider is None:
            continue
        first = codes.setdefault((provider.code, provider.department), row.line)
        if first != row.line:
            found.append(report("row_duplicate", row.place(CODE), row=provider.row, line=first))
        elif (first := numbers.setdefault(provider.row or 0, row.line)) != row.line:
            found.append(report("row_number", row.place(ROW), row=provider.row, line=first))
        providers.append(provider)
    for index, lines in more.items():
        found[index] = with_lines(found[index], lines)
    return tuple(providers), found


@dataclass(frozen=True, slots=True)
class _Row:
    listed: List
    cells: Row
    found: list[Diagnostic]

    def provider(self) -> Provider | None:
        """The row as a provider; None when something of it is refused."""
        before = len(self.found)
        number = self.cells[ROW]
        if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
            plain = _PLAIN.fullmatch(unicodedata.normalize("NFKC", number))
            self.refuse(ROW, ("1", "2", "3"), right=plain[1] if plain else None)
            return None
        row = int(number)
        if not self.cells[DEPARTMENT]:
            self.refuse(DEPARTMENT, ("市人力资源和社会保障局",))
        code = self.code(row)
        swapped = self.swapped()
        words = {column: None if column in swapped else self.word(column) for column in WORDS}
        name, due = self.name(code), self.due()
        wrong = [item for item in self.found[before:] if item.severity == "error"]
        if len(wrong) > 1 and (amiss := cells_amiss(self.cells)):
            self.found[before:] = [amiss]
        if wrong:
            return None
        binding = self.listed.catalogue.bind.get(code) or self.listed.catalogue.bind.get("*") or Binding()
        return Provider(
            code=code,
            name=name,
            theme=str(words[THEME]),
            type=str(words[TYPE]),
            department=self.cells[DEPARTMENT],
            source=str(words[SOURCE]),
            status=str(words[STATUS]),
            highlight=bool(words[HIGHLIGHT]),
            assurance=binding.assurance,
            operations=binding.operations,
            web=binding.web.replace("{row}", str(row)) if binding.web else None,
            row=row,
            due=due,
        )

    def code(self, row: int) -> str:
        """The register's code or one of the city's own; where none is written, one made of the row's number."""
        own, register = f"{self.listed.prefix}-", self.listed.register
        code = self.cells[CODE] or f"{own}{row:04}"
        if not _CODE.fullmatch(code):
            self.refuse(CODE, ("WATER-QUERY", f"{own}0001"), right=self.meant_code(code))
        elif register and code not in register and not code.startswith(own):
            place, prefix = self.cells.place(CODE), self.listed.prefix
            self.found.append(
                report("unknown_service", place, found=code, near=code, choices=tuple(register), prefix=prefix)
            )
        return code

    def meant_code(self, code: str) -> str | None:
        """The code in capitals and with plain hyphens, where that is one of the register's or the city's own."""
        plain = _DASHES.sub("-", unicodedata.normalize("NFKC", code))
        right = meant("service_code", plain) or plain
        own = right.startswith(f"{self.listed.prefix}-") or right in self.listed.register
        return right if own and _CODE.fullmatch(right) else None

    def swapped(self) -> tuple[str, ...]:
        """Two columns, each of which says what the other may say; told once."""
        wrong = [column for column in WORDS if self.cells[column] not in WORDS[column]]
        for one, other in combinations(wrong, 2):
            if self.cells[one] in WORDS[other] and self.cells[other] in WORDS[one]:
                names = {
                    name: {"zh": column, "en": ENGLISH[column]} for name, column in (("column", one), ("other", other))
                }
                place, there = self.cells.place(one), self.cells[other]
                self.found.append(
                    report("row_swapped", place, row=self.cells[ROW], found=self.cells[one], there=there, **names)
                )
                return one, other
        return ()

    def word(self, column: str) -> str | None:
        known = WORDS[column]
        if self.cells[column] not in known:
            right = TICK if column == HIGHLIGHT and self.cells[column].lower() in _TICKED else None
            self.refuse(column, tuple(word for word in known if word), closed=True, right=right)
        return known.get(self.cells[column])

    def name(self, code: str) -> Bilingual:
        """The list's own name; where it is blank the register's, where that is unknown the code."""
        entry = self.listed.register.get(code)
        text = self.cells[NAME]
        if not text:
            self.blank(NAME)
            return entry.name if entry else Bilingual(zh=code)
        return named(Bilingual(zh=text), entry)

    def due(self) -> date | None:
        text = self.cells[DUE]
        if not text:
            self.blank(DUE)
            return None
        match = _DAY.fullmatch(text)
        try:
            if match:
                return date(self.listed.catalogue.year, int(match[1]), int(match[2]))
        except ValueError:
            pass
        self.refuse(DUE, ("6月30日",), right=self.meant_day(text))
        return None

    def meant_day(self, text: str) -> str | None:
        """The day as the list writes it, without its year; past a month's end its last day."""
        year = self.listed.catalogue.year
        short = _SHORT.fullmatch(text)
        day = meant("date", f"{year}-{short[1]}-{short[2]}" if short else text)
        day = day or (text if is_day(text) else None)
        return f"{int(day[5:7])}月{int(day[8:10])}日" if day else None

    def blank(self, column: str) -> None:
        names = {"zh": "名称" if column == NAME else column, "en": ENGLISH[column]}
        place = self.cells.place(column)
        self.found.append(report("row_blank", place, row=self.cells[ROW], column=names))

    def causes(self) -> Iterator[tuple[str, str, str]]:
        """Of each finding what it has in common with those of other rows: the column, and what is written or how."""
        for item in self.found:
            column = next((name for name in self.cells.columns if self.cells.place(name) == item.place), "")
            if item.kind in ALIKE:
                yield item.kind, column, ""
            else:
                once = item.kind in FOLDED and column != ROW
                yield item.kind, column, _DIGITS.sub("0", item.about) if once else str(item.place)

    def refuse(self, column: str, choices: tuple[str, ...], *, closed: bool = False, right: str | None = None) -> None:
        number, heading = self.cells[ROW] if column != ROW else self.cells.line, Heading(column, ENGLISH[column])
        self.found.append(refused(self.cells, heading, number, choices, closed=closed, right=right))
