"""An official list as departments publish it, CSV or a spreadsheet, read into the rows of our `catalogue.csv`.

Column names, words and encodings vary; what was taken for what is told as notes.  What is not understood is kept as it stands
and left to the checker, which asks about it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from channels.declared.catalogue import (
    CODE,
    COLUMNS,
    DEPARTMENT,
    DUE,
    HIGHLIGHT,
    NAME,
    NOTE,
    ROW,
    SOURCE,
    STATUS,
    THEME,
    TYPE,
    WORDS,
)
from channels.declared.register import RegisterRow

# How departments head the columns, each longest first.
HEADERS: Mapping[str, tuple[str, ...]] = {
    ROW: ("序列", "序号", "编号", "seq", "no", "no.", "id"),
    DEPARTMENT: ("责任单位", "责任部门", "牵头单位", "主管部门", "实施单位", "部门", "单位", "department", "dept"),
    NAME: ("对接服务事项", "服务事项", "事项名称", "服务名称", "事项", "名称", "name", "service", "item"),
    THEME: ("服务主题", "主题分类", "主题", "服务分类", "分类", "theme", "category"),
    TYPE: ("服务类型", "事项类型", "办理类型", "类型", "kind", "type"),
    SOURCE: ("事项来源", "系统来源", "来源", "建设方式", "source"),
    STATUS: ("目前状态", "对接状态", "当前状态", "进展情况", "状态", "status"),
    DUE: ("完成时间", "完成时限", "计划完成时间", "时限", "截止时间", "due", "deadline"),
    HIGHLIGHT: ("亮点服务", "是否亮点", "亮点", "特色服务", "highlight"),
    CODE: ("代码", "事项代码", "事项编码", "编码", "code"),
}
YES = frozenset({"√", "✓", "✔", "是", "y", "yes", "true", "1", "对"})
NO = frozenset({"", "否", "n", "no", "false", "0", "×", "-", "/", "无"})
DEFAULTS = {THEME: "其他服务", TYPE: "资讯类", SOURCE: "市自建系统", STATUS: "未对接"}
ALIKE = 0.8
_DAY = re.compile(r"(?:\d{4}年)?0?(\d{1,2})月0?(\d{1,2})[日号]?")
_NUMERIC_DAY = re.compile(r"(?:\d{4}[-/.])?0?(\d{1,2})[-/.]0?(\d{1,2})(?: .*)?")


class NotAList(ValueError):
    """The table has no column that could hold services; the text says which columns it has."""


@dataclass(frozen=True, slots=True)
class Imported:
    """`text`: the file, with a last column of notes.  `notes`: how many cells were guessed, by column."""

    text: str
    rows: int
    notes: Mapping[str, int]
    columns: Mapping[str, str]


def decoded(raw: bytes) -> tuple[str, str]:
    """Return: the text and its encoding.  Raises: NotAList."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16"), "UTF-16"
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GBK")):
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise NotAList("neither UTF-8 nor GBK")


def csv_table(text: str) -> list[list[str]]:
    """The rows of a CSV; commas, semicolons or tabs between its cells."""
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def sheet_table(raw: bytes) -> list[list[str]]:
    """The rows of a workbook's first sheet.  Raises: NotAList: not a workbook."""
    from openpyxl import load_workbook  # only spreadsheets need it

    try:
        sheet = load_workbook(io.BytesIO(raw), read_only=True, data_only=True).worksheets[0]
        return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # noqa: BLE001  the library raises whatever a damaged file makes it trip over
        raise NotAList(f"not a workbook: {type(error).__name__}") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return f"{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def imported(table: Sequence[Sequence[str]], register: Iterable[RegisterRow], prefix: str) -> Imported:
    """Return: the table as a catalogue.  Raises: NotAList."""
    start, columns = _header(table)
    names = {row.name.zh: row.code for row in register}
    made: list[list[str]] = []
    notes: dict[str, int] = {}
    taken: set[tuple[str, str]] = set()
    for cells in table[start + 1 :]:
        if not any(cells):
            continue
        row = {column: cells[at] if at < len(cells) else "" for column, at in columns.items()}
        row = _carried(row, made)
        said = _completed(row, len(made) + 1)
        if not row.get(CODE):
            row[CODE], note = _code(row, names, prefix, taken)
            said += [note] if note else []
        taken.add((row[CODE], row[DEPARTMENT]))
        for column, _ in said:
            notes[column] = notes.get(column, 0) + 1
        told = "；".join(text for _, text in said)
        made.append([*(row.get(column, "") for column in (*COLUMNS, CODE)), f"{NOTE}: {told}" if told else ""])
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    with_notes = any(row[-1] for row in made)
    writer.writerow([*COLUMNS, CODE, *([NOTE] if with_notes else [])])
    writer.writerows(row if with_notes else row[:-1] for row in made)
    shown = {column: table[start][at] for column, at in columns.items()}
    return Imported(out.getvalue(), len(made), notes, shown)


def _header(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The row that heads the table (a title may stand above it), and the column of each field."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(table[:10]):
        columns = _columns(row)
        if len(columns) > len(best[1]):
            best = (number, columns)
    if NAME not in best[1] or DEPARTMENT not in best[1]:
        seen = "、".join(cell for cell in (table[best[0]] if table else ()) if cell)
        raise NotAList(f"no columns for department and service among: {seen or '—'}")
    return best


def _columns(row: Sequence[str]) -> dict[str, int]:
    taken: dict[str, int] = {}
    cells = {at: re.sub(r"[\s（(].*$|\s", "", cell).lower() for at, cell in enumerate(row) if cell}
    for column, known in HEADERS.items():
        for name in known:
            at = next((at for at, cell in cells.items() if cell == name and at not in taken.values()), None)
            if at is not None:
                taken[column] = at
                break
    return taken


def _carried(row: dict[str, str], made: Sequence[Sequence[str]]) -> dict[str, str]:
    """Merged cells of a spreadsheet: the department stands in the first row only."""
    if not row.get(DEPARTMENT) and made:
        row[DEPARTMENT] = made[-1][COLUMNS.index(DEPARTMENT)]
    return row


def _completed(row: dict[str, str], number: int) -> list[tuple[str, str]]:
    """Bring words and days into our forms; what was guessed, by column."""
    said: list[tuple[str, str]] = []
    if not row.get(ROW, "").isdigit():
        row[ROW] = str(number)
    for column in (THEME, TYPE, SOURCE, STATUS):
        written = row.get(column, "")
        word = _word(column, written)
        if word is None and not written:
            word = DEFAULTS[column]
            said.append((column, f"{column}未写,当作“{word}”"))
        elif word is not None and word != written:
            said.append((column, f"{column}“{written}”当作“{word}”"))
        row[column] = word if word is not None else written
    row[HIGHLIGHT] = (
        "√" if row.get(HIGHLIGHT, "").lower() in YES else "" if row.get(HIGHLIGHT, "").lower() in NO else row[HIGHLIGHT]
    )
    row[DUE] = _day(row.get(DUE, ""))
    return said


def _word(column: str, written: str) -> str | None:
    known = [word for word in WORDS[column] if word]
    if written in known:
        return written
    if not written:
        return None
    contained = [word for word in known if word.rstrip("类") == written.rstrip("类") or written in word]
    if len(contained) == 1:
        return contained[0]
    close = max(known, key=lambda word: SequenceMatcher(None, word, written).ratio())
    return close if SequenceMatcher(None, close, written).ratio() >= ALIKE else None


def _day(written: str) -> str:
    match = _DAY.fullmatch(written) or _NUMERIC_DAY.fullmatch(written)
    return f"{int(match[1])}月{int(match[2])}日" if match else written


def _code(
    row: Mapping[str, str], names: Mapping[str, str], prefix: str, taken: set[tuple[str, str]]
) -> tuple[str, tuple[str, str] | None]:
    """The register's code where the name is the register's, else one of the city's own."""
    found = names.get(row.get(NAME, "")) if row.get(NAME) else None
    if found is not None and (found, row[DEPARTMENT]) not in taken:
        return found, (CODE, f"与共用目录同名,当作 {found}")
    return f"{prefix}-{int(row[ROW]):04}", None
