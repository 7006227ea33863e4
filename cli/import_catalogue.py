"""`roam city import-catalogue`: an official list, CSV or XLSX, becomes `catalogue.csv`.  Guesses stand in its last column."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from channels.declared.catalogue import List, read_catalogue
from channels.declared.models import Catalogue
from channels.declared.register import RegisterFile, RegisterRow
from channels.deployment.folder import CHANNEL, readable_city
from channels.joining.official_list import Imported, NotAList, csv_table, decoded, imported, sheet_table
from channels.text.diagnostics import Diagnostic, Renderer
from channels.text.documents import read_document, read_node, shown_path
from channels.text.lines import SourceText
from channels.text.positions import Node
from cli.city import COULD_NOT_RUN, ERRORS, FINE, Language, Root, _language, city

MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Joined to `roam city` below."""


@city.command("import-catalogue")
def import_catalogue(
    slug: Annotated[str, typer.Argument(metavar="CITY", help="The city's folder.")],
    file: Annotated[Path, typer.Argument(help="The official list: .csv or .xlsx.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; without it CITY/catalogue.csv.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    root: Root = Path("cities"),
    lang: Language = "",
) -> None:
    """Make catalogue.csv of an official list. 导入正式的服务清单。  Exit: 0 fine, 1 errors in the list, 2 usage, 3 could not run."""
    language = _language(lang)
    folder = root / slug
    if not folder.is_dir():
        _stop(f"no city {slug} in {root}")
    target = out or folder / "catalogue.csv"
    if target.exists() and not force:
        _stop(f"{target} exists already; --force writes over it, --out writes elsewhere")
    rows = (
        tuple(known.services)
        if (known := read_document(root / "services.yaml", "services.yaml", RegisterFile).model)
        else ()
    )
    node = read_node(folder / CHANNEL, shown_path(folder / CHANNEL)).node
    prefix = _prefix(node, slug)
    made = _imported(file, rows, prefix)
    try:
        target.write_text(made.text, "utf-8")
    except OSError as error:
        _stop(f"cannot write {target}: {error.strerror}")
    found = _checked(SourceText.of(shown_path(target), made.text), rows, prefix)
    source = SourceText.of(shown_path(target), made.text)
    renderer = Renderer(language, {source.path: source.lines})
    for item in found[:MOST_SHOWN]:
        typer.echo(renderer.render(item) + "\n")
    if len(found) > MOST_SHOWN:
        typer.echo(f"… {len(found) - MOST_SHOWN}")
    for line in _told(target, made, language):
        typer.echo(line)
    raise typer.Exit(ERRORS if any(item.severity == "error" for item in found) else FINE)


def _imported(file: Path, rows: tuple[RegisterRow, ...], prefix: str) -> Imported:
    try:
        raw = file.read_bytes()
    except OSError as error:
        _stop(f"cannot read {file}: {error.strerror}")
    try:
        table = (
            sheet_table(raw) if raw.startswith(b"PK") or file.suffix.lower() == ".xlsx" else csv_table(decoded(raw)[0])
        )
        return imported(table, rows, prefix)
    except NotAList as error:
        _stop(f"{file}: {error}")


def _prefix(node: Node | None, slug: str) -> str:
    found = readable_city(node)
    return ((found.name.en if found else None) or slug)[:2].upper()


def _checked(source: SourceText, rows: tuple[RegisterRow, ...], prefix: str) -> list[Diagnostic]:
    """What the checker will ask about the list."""
    catalogue = Catalogue(file="catalogue.csv", year=2000)
    listed = List(source, catalogue, prefix, {row.code: row for row in rows})
    return read_catalogue(listed)[1]


def _told(target: Path, made: Imported, language: str) -> list[str]:
    guesses = sum(made.notes.values())
    pairs = ", ".join(f"{column} ← {written}" for column, written in made.columns.items())
    counted = ", ".join(f"{column} {count}" for column, count in made.notes.items())
    bind = f"catalogue: {{file: {target.name}, year: 2026}}"
    if language == "zh":
        head = f"{target}:{made.rows} 行,{guesses} 处猜测" + (f"({counted});写在“猜测”列" if guesses else "")
        return [head, f"  列:{pairs}", f"在 channel.yaml 里写 `{bind}`(年份按清单改)"]
    head = f"{target}: {made.rows} rows, {guesses} guesses" + (
        f" ({counted}), told in the column 猜测" if guesses else ""
    )
    return [head, f"  columns: {pairs}", f"in channel.yaml write `{bind}`, with the list's year"]


def _stop(reason: str) -> NoReturn:
    typer.echo(f"roam: {reason}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
