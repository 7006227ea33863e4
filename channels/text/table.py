"""A table in a CSV file (RFC 4180): rows of text whose cells know where they stand.

What makes a row unreadable is told once, at its place, and the row is left out: too few or too many cells, a quote without its
other half, a full-width comma.  What the words mean is for the readers of each list to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from channels.answer import Bilingual
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.lines import SourceText, conflict

COMMA, WIDE_COMMA = ",", "，"
OTHER_SEPARATORS = {";": ";", "\t": "Tab", "|": "|", WIDE_COMMA: WIDE_COMMA}
HEAD_LINES = 5  # a title and the name of a department may stand above the header


class Cell(NamedTuple):
    """`start`: where it begins, as line and column.  There are many: a list has 411 rows of ten."""

    text: str
    start: tuple[int, int]
    width: int

    def place(self, path: str) -> Place:
        return Place(path, *self.start, max(self.width, 1))


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header.  A cell that a short row does not have is blank."""

    path: str
    columns: Mapping[str, int]
    cells: Sequence[Cell]

    def __getitem__(self, column: str) -> str:
        """The text of a cell without blanks around it; blank where there is none."""
        at = self.columns.get(column, len(self.cells))
        return self.cells[at].text.strip() if at < len(self.cells) else ""

    def place(self, column: str) -> Place:
        """Where the cell stands; the end of the row where there is none."""
        at = self.columns.get(column, len(self.cells))
        return self.cells[min(at, len(self.cells) - 1)].place(self.path)

    @property
    def line(self) -> int:
        return self.cells[0].start[0]


def read_table(
    source: SourceText, columns: Sequence[str], optional: Sequence[str] = (), ignored: Sequence[str] = ()
) -> tuple[list[Row], list[Diagnostic]]:
    """Return: the rows, and what is wrong with header or rows; no rows where the header does not hold.

    `columns`: must be there, in any order.  `optional`: may be; the cells of these may also be left out at the end of a row.
    `ignored`: are known, and for people alone.
    """
    if (left := conflict(source)) is not None:
        return [], [report("conflict", left[0], found=left[1])]
    records = _records(source)
    header = next(records, None)
    if header is None:
        return [], [report("empty", Place(source.path, 1, 1))]
    if isinstance(header, Diagnostic):
        return [], [header]
    names = [cell.text.strip() for cell in header]
    found = list(_check_header(source, header, columns, optional, ignored))
    if found and found[0].kind == "header_absent" and (below := _header_below(records, columns)):
        found = [report("header_below", header[0].place(source.path), line=below, above=below - 1)]
    if any(item.severity == "error" for item in found):
        return [], found
    at = {name: index for index, name in enumerate(names) if name}
    least = 1 + max(index for name, index in at.items() if name in columns)
    rows: list[Row] = []
    wrongs: list[Diagnostic] = []
    for record in records:
        if isinstance(record, Diagnostic):
            found.append(record)
        elif (wrong := _misfit(source.path, record, least, len(names))) is not None:
            wrongs.append(wrong)
        else:
            rows.append(Row(source.path, at, record))
    if len(wrongs) > 1 and not rows and len({item.en for item in wrongs}) == 1:
        unnamed = [name for name in optional if name not in names]
        wrongs = [
            report(
                "header_short",
                header[-1].place(source.path),
                row=wrongs[0].about,
                expected=len(names),
                columns=unnamed or {"zh": "列名", "en": "a name"},
            )
        ]
    found += wrongs
    if not rows and not found:
        found.append(report("no_rows", Place(source.path, 1, 1)))
    return rows, found


def refused(
    row: Row,
    column: Bilingual,
    number: object,
    choices: Sequence[str],
    *,
    closed: bool = False,
    right: str | None = None,
) -> Diagnostic:
    """A cell that says nothing that its column may say.  `column`: its name in the file and in English.

    `choices`: what it may say, where that is a `closed` list; examples otherwise.  `right`: what it was meant to say, where
    that can be told.
    """
    text, place = row[column.zh], row.place(column.zh)
    names = {"zh": column.zh, "en": column.en}
    kind = "row_empty" if not text else "row_value" if closed else "row_form"
    if right is not None:
        kind = "row_meant" if text else kind
    return report(
        kind, place, row=number, column=names, found=text, near=text if closed else "", choices=choices, right=right
    )


def cells_amiss(row: Row) -> Diagnostic | None:
    """Where a row has more or fewer cells than the header, so that its cells may stand under the wrong names."""
    width = 1 + max(row.columns.values())
    if len(row.cells) == width:
        return None
    return report("row_length", row.cells[-1].place(row.path), found=len(row.cells), expected=width)


def _check_header(
    source: SourceText, header: Sequence[Cell], columns: Sequence[str], optional: Sequence[str], ignored: Sequence[str]
) -> Iterator[Diagnostic]:
    """Every column that must be there is, and none twice; one that is not known is likely one that is missing."""
    names = [cell.text.strip() for cell in header]
    missing = [name for name in columns if name not in names]
    if len(names) == 1 and (separator := _other_separator(names[0], columns)):
        place = Place(source.path, 1, source.lines[0].index(separator) + 1)
        yield report("separator", place, found=OTHER_SEPARATORS[separator])
        return
    if len(missing) == len(columns):
        yield report("header_absent", header[0].place(source.path), columns=missing, line=COMMA.join(columns))
        return
    order = (*columns, *optional)
    absent = [*missing, *(name for name in optional if name not in names)]
    for index, cell in enumerate(header):
        name, place = names[index], cell.place(source.path)
        # Where the columns stand in their usual order, one that is not known is the one that belongs there.
        usual = order[index] if index < len(order) and order[index] in absent and len(names) >= len(columns) else ""
        if name and name in names[:index]:
            if usual in missing:
                missing.remove(usual)
            yield report("column_twice", place, found=name, near=usual, choices=(usual,))
        elif name and name not in (*columns, *optional, *ignored):
            meant = nearest(name, absent) or next((each for each in absent if set(name) & set(each)), usual)
            severity = "error" if meant else "warning"
            if meant in missing:
                missing.remove(meant)
            kind = "column_unknown" if absent else "column_unread"
            yield report(kind, place, found=name, near=meant, choices=absent, severity=severity)
    if missing:
        yield report("header", header[-1].place(source.path), columns=missing)


def _header_below(records: Iterator[list[Cell] | Diagnostic], columns: Sequence[str]) -> int | None:
    """The line of the header, where something stands above it."""
    for _, record in zip(range(HEAD_LINES), records, strict=False):
        if not isinstance(record, Diagnostic) and sum(cell.text.strip() in columns for cell in record) > 1:
            return record[0].start[0]
    return None


def _other_separator(line: str, columns: Sequence[str]) -> str | None:
    for separator in OTHER_SEPARATORS:
        if sum(name.strip() in columns for name in line.split(separator)) > 1:
            return separator
    return None


def _misfit(path: str, record: Sequence[Cell], least: int, most: int) -> Diagnostic | None:
    """Why the cells of a row cannot be those of the header; blank ones too many are no harm."""
    surplus = [cell for cell in record[most:] if cell.text.strip()]
    if surplus:
        return report("row_length", surplus[0].place(path), found=len(record), expected=most)
    wide = [cell for cell in record if WIDE_COMMA in cell.text]
    if wide and len(record) < most <= len(record) + sum(cell.text.count(WIDE_COMMA) for cell in wide):
        place = Place(path, wide[0].start[0], wide[0].start[1] + wide[0].text.index(WIDE_COMMA))
        return report("full_width", place, found=WIDE_COMMA, right=COMMA)
    if len(record) >= least:
        return None
    last = record[-1].place(path)
    return report("row_length", last, found=len(record), expected=most)


def _records(source: SourceText) -> Iterator[list[Cell] | Diagnostic]:
    """The cells of each row that is not empty; in the place of a row without end, why it has none."""
    number = 0
    while number < len(source.lines):
        line, number = source.lines[number], number + 1
        if not line.strip():
            continue
        if '"' not in line:
            yield _plain(line, number)
            continue
        cells, last = _quoted(source.lines, number)
        if last is not None:
            number = last
            yield cells
        else:
            yield report("unclosed", Place(source.path, *cells[-1].start), found='"')


def _plain(line: str, number: int) -> list[Cell]:
    cells, column = [], 1
    for text in line.split(COMMA):
        cells.append(Cell(text, (number, column), len(text)))
        column += len(text) + 1
    return cells


def _quoted(lines: Sequence[str], number: int) -> tuple[list[Cell], int | None]:
    """The cells of the row that begins in line `number`, and its last line; None when the last cell's quote stays open."""
    cells: list[Cell] = []
    line, at = lines[number - 1], 0
    while True:
        if not line.startswith('"', at):
            end = line.find(COMMA, at)
            end = len(line) if end < 0 else end
            cells.append(Cell(line[at:end], (number, at + 1), end - at))
        else:
            first, start, text = number, at, ""
            at += 1
            while (closed := _closing(line, at)) is None:
                if number >= len(lines):
                    return [*cells, Cell(text, (first, start + 1), 1)], None
                text += line[at:] + "\n"
                line, at, number = lines[number], 0, number + 1
            end = line.find(COMMA, closed)
            end = len(line) if end < 0 else end
            text = (text + line[at:closed]).replace('""', '"') + line[closed + 1 : end]
            cells.append(Cell(text, (first, start + 1), end - start if first == number else 1))
        if end >= len(line):
            return cells, number
        at = end + 1


def _closing(line: str, at: int) -> int | None:
    """Where the quote that ends a cell stands; a doubled one is a character of it."""
    while (end := line.find('"', at)) >= 0:
        if not line.startswith('"', end + 1):
            return end
        at = end + 2
    return None
