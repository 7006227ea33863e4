"""`roam compose`: subgraphs in, supergraph out.

`FILE` is a JSON list of `{"name", "url", "sdl"}`, or of `{"name", "url", "file"}` with paths beside it; `DIR` holds one
`.graphql` file a subgraph, named by it.  A `.graphql` file is taken for a supergraph that is already composed: it is checked
and printed.  The supergraph goes to standard output, hints and errors to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from federation.codes import CompositionFailed
from federation.compose import Composed, Source, compose, supergraph_of
from federation.supergraph import read_supergraph

SDL_SUFFIXES = (".graphql", ".graphqls")


def register(app: typer.Typer) -> None:
    """Adds the command to the `roam` application."""
    app.command("compose")(compose_command)


def compose_command(
    source: Annotated[str, typer.Argument(help="A JSON file of subgraphs, or a folder of .graphql files.")] = "",
    json_lines: Annotated[
        bool, typer.Option("--json-lines", help="One composition a line, from standard input.")
    ] = False,
    hints: Annotated[bool, typer.Option(help="Print hints to standard error.")] = False,
) -> None:
    """Compose federation subgraphs into a supergraph. 把多个子图组合成一个超图。"""
    if json_lines:
        serve(sys.stdin)
        return
    path = Path(source)
    try:
        sdl = checked(path) if path.suffix in SDL_SUFFIXES and path.is_file() else compose_path(path, hints=hints)
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        typer.echo(f"{source or '(no source)'} cannot be read: {unreadable}", err=True)
        raise typer.Exit(2) from None
    except CompositionFailed as failed:
        typer.echo(str(failed), err=True)
        raise typer.Exit(1) from None
    typer.echo(sdl, nl=False)


def compose_path(path: Path, *, hints: bool) -> str:
    """The supergraph of a file or folder of subgraphs.  Raises: CompositionFailed, and what `read_sources` raises."""
    made = supergraph_of(read_sources(path))
    for hint in made.hints if hints else ():
        typer.echo(f"hint {hint}", err=True)
    return made.sdl


def checked(path: Path) -> str:
    """A supergraph file as it is.  Raises: OSError, CompositionFailed."""
    text = path.read_text("utf-8")
    read_supergraph(text)
    return text


def serve(lines: Iterable[str]) -> None:
    """Answers `{"id", "subgraphs"}` lines with `{"id", "ok", "supergraph"}` or `{"id", "ok", "errors"}` lines."""
    for line in lines:
        if line.strip():
            typer.echo(json.dumps(answer(line), ensure_ascii=False))
            sys.stdout.flush()


def answer(line: str) -> dict[str, Any]:
    """The answer to one line; a line that cannot be read is an error of its own."""
    try:
        asked = json.loads(line)
        sources = [_source(one) for one in asked["subgraphs"]]
    except (ValueError, KeyError, TypeError) as error:
        errors = [{"code": "INVALID_REQUEST", "message": f"The line cannot be read: {error}"}]
        return {"id": None, "ok": False, "errors": errors}
    result = compose(sources)
    if isinstance(result, Composed):
        return {"id": asked.get("id"), "ok": True, "supergraph": result.sdl}
    found = [{"code": error.code, "message": error.message} for error in result.errors]
    return {"id": asked.get("id"), "ok": False, "errors": found}


def read_sources(path: Path) -> list[Source]:
    """The subgraphs of a file or folder.  Raises: OSError, ValueError, KeyError, TypeError."""
    if path.is_dir():
        files = sorted(path.glob("*.graphql")) + sorted(path.glob("*.graphqls"))
        if not files:
            raise ValueError("the folder has no .graphql files")
        return [Source(file.stem, file.read_text("utf-8"), f"http://{file.stem}") for file in files]
    return [_source(one, path.parent) for one in json.loads(path.read_text("utf-8"))]


def _source(one: dict[str, Any], folder: Path | None = None) -> Source:
    name = str(one["name"])
    sdl = one.get("sdl")
    if sdl is None and folder is not None:
        sdl = (folder / one["file"]).read_text("utf-8")
    return Source(name, str(sdl or ""), str(one.get("url") or f"http://{name}"))
