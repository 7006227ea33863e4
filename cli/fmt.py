"""`roam fmt`: a file saved in another encoding becomes UTF-8, its text unchanged."""

import codecs
from pathlib import Path
from typing import Annotated

import typer

UTF_16, MARKS = "utf-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what it calls Unicode
LEGACY = "gb18030"  # what Chinese Windows calls ANSI (GBK), and everything it can grow into


def register(app: typer.Typer) -> None:
    app.command("fmt")(fmt)


def fmt(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of the cities' folder.")],
    to_utf8: Annotated[bool, typer.Option("--to-utf8", help="Write it anew as UTF-8.")] = False,
) -> None:
    """Write a file that was saved as GBK or UTF-16 anew as UTF-8. 把 GBK 或 UTF-16 文件改存为 UTF-8。  Exit: 0 done or nothing to do, 1 neither UTF-8 nor GBK."""
    raw = file.read_bytes()
    if (text := decoded(raw, "utf-8")) is not None:
        typer.echo(f"{file}: UTF-8 already")
        return
    encoding, name = (UTF_16, "UTF-16") if raw.startswith(MARKS) else (LEGACY, "GBK")
    text = decoded(raw, encoding)
    if text is None:
        typer.echo(f"{file}: neither UTF-8 nor GBK; open it in an editor and save it as UTF-8", err=True)
        raise typer.Exit(1)
    if not to_utf8:
        typer.echo(f"{file}: {name}; write it anew with: roam fmt --to-utf8 {file}", err=True)
        raise typer.Exit(1)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(text.encode())
    fresh.replace(file)
    typer.echo(f"{file}: was {name}, is UTF-8 now")


def decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
