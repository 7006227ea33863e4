"""`roam schema`: the JSON Schemas that the first line of each file names, for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

FOLDER = ".roam"


def register(app: typer.Typer) -> None:
    app.command("schema")(schema)


def schema(
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; without it ROOT/.roam.")] = None,
    root: Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml.")] = Path("cities"),
) -> None:
    """Write the JSON Schemas of channel, agreement, register, gateway and fixture files. 写出供编辑器用的 JSON Schema。  Exit: 0 written, 3 could not."""
    folder = out or root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written().items():
            (folder / name).write_text(text, "utf-8")
            typer.echo(folder / name)
    except OSError as error:
        typer.echo(f"roam: cannot write to {folder}: {error.strerror}", err=True)
        raise typer.Exit(3) from None


def written() -> dict[str, str]:
    """The schemas as text, by file name."""
    from channels.declared.schema_files import FILES, json_schema  # other commands need no models of JSON Schema

    return {f"{name}.schema.json": json.dumps(json_schema(name), ensure_ascii=False, indent=2) + "\n" for name in FILES}
