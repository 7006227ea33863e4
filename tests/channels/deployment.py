"""A deployment in a temporary folder: the project's own cities with Leshan, and edits to them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from channels.checking import Report, check_root
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Loaded, load
from channels.text.diagnostics import Diagnostic, Lang, Renderer

PROJECT = Path(__file__).resolve().parents[2]
AT = date(2026, 11, 22)


@dataclass(frozen=True)
class Deployment:
    """`root` holds `roam.yaml`, the register, the agreements and six cities."""

    root: Path

    @classmethod
    def make(cls, folder: Path, *cities: str) -> Deployment:
        """Copy the gateway's own files and the named cities; none named = all six."""
        root = folder / "cities"
        every = [path.name for path in (PROJECT / "cities").iterdir() if (path / "channel.yaml").is_file()]
        left_out = [name for name in every if cities and name not in cities]
        shutil.copytree(PROJECT / "cities", root, ignore=lambda path, _: left_out)
        if not cities or "leshan" in cities:
            shutil.copytree(PROJECT / "docs/examples/leshan", root / "leshan")
        return cls(root)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def check(self, *, only: str | None = None, environment: str = "sandbox", overlays: Path | None = None) -> Report:
        return check_root(self.root, environment=environment, at=AT, secrets=Secrets(), overlays=overlays, only=only)

    def load(self, *, environment: str = "sandbox", overlays: Path | None = None, at: date = AT) -> Loaded:
        return load(self.root, environment=environment, at=at, secrets=Secrets(), overlays=overlays)


def errors(report: Report | Loaded) -> list[Diagnostic]:
    found = report.found if isinstance(report, Report) else report.diagnostics
    return [item for item in found if item.severity == "error"]


def codes(report: Report | Loaded) -> list[str]:
    return [item.code for item in errors(report)]


def rendered(report: Report, lang: Lang) -> str:
    renderer = Renderer(lang, dict(report.sources))
    return "\n".join(renderer.render(item) for item in errors(report))
