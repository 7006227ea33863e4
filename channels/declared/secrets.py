"""Secrets by name.  Files only ever say `secret:NAME`; the value is looked up here and never printed.

Order: the environment's `ROAM_SECRET_<NAME>`, the secrets folder, what `roam.yaml` names under `gateway.secrets`, and in an
environment that has one, its secrets file.  Whoever reads the environment (app, cli) makes the first `Secrets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from channels.text.written import SecretRef

PREFIX = "ROAM_SECRET_"
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_MEANT = re.compile(
    r"\s*(?:export\s+)?(?:secret:\s*|ROAM_SECRET_)?(?P<name>[A-Za-z][\w.-]*)\s*[=:：＝\s]\s*(?P<value>.*?)\s*$",
    re.ASCII,
)
MOST_BYTES = 1_000_000  # a bundle of certificates is the largest that is known
_FILE = re.compile(r"[a-z][a-z0-9_]*")  # a name in lower case; mounts have files of their own, with dots


class MissingSecret(LookupError):
    """No source has a secret of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"secret {name} is not set")
        self.name = name


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where values come from, in order of preference.  Its text shows no value."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    folders: tuple[Path, ...] = ()
    fallback: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Secrets:
        """From a process environment: `ROAM_SECRET_*` and `ROAM_SECRETS_DIR`."""
        named = {key.removeprefix(PREFIX): value for key, value in environ.items() if key.startswith(PREFIX)}
        folder = environ.get("ROAM_SECRETS_DIR")
        return cls(MappingProxyType(named), (Path(folder),) if folder else ())

    def find(self, name: str) -> str | None:
        """The value, or None.  A file's last line break is not part of its value."""
        if name in self.values:
            return self.values[name]
        for folder in self.folders:
            file = folder / name.lower()
            if file.is_file():
                return file.read_text("utf-8").rstrip("\r\n")
        return self.fallback.get(name)

    def reveal(self, secret: SecretRef | str) -> str:
        """The value of `secret:NAME`.  Raises: MissingSecret."""
        name = secret.name if isinstance(secret, SecretRef) else secret
        value = self.find(name)
        if value is None:
            raise MissingSecret(name)
        return value

    def extended(self, folders: tuple[Path, ...], fallback: Mapping[str, str]) -> Secrets:
        """The same with what the files of a deployment add."""
        return replace(self, folders=(*self.folders, *folders), fallback=MappingProxyType(dict(fallback)))

    def frozen(self) -> Secrets:
        """The same with every file read, so that what is found does not change any more and two can be compared."""
        found = {name: value for folder in reversed(self.folders) for name, value in _kept_in(folder)}
        return Secrets(MappingProxyType({**self.fallback, **found, **self.values}))

    def only(self, names: Iterable[str]) -> Secrets:
        """Those of these names."""
        found = {name: value for name in names if (value := self.find(name)) is not None}
        return Secrets(MappingProxyType(found))


def _kept_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and value of every file of a folder; of one that cannot be read, nothing: its secret is missing."""
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return
    for file in files:
        try:
            if _FILE.fullmatch(file.name) and file.is_file() and file.stat().st_size <= MOST_BYTES:
                yield file.name.upper(), file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            continue


def parse_secrets(text: str) -> tuple[dict[str, str], list[int]]:
    """Return: `NAME=value` lines as a mapping, and the numbers of lines that are neither that nor a comment.

    What such a line was meant to say is taken all the same: nobody is told of a missing secret that stands there.
    """
    values: dict[str, str] = {}
    bad: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = (part.strip() for part in line.partition("="))
        fits = _NAME.fullmatch(name) and value and name not in values and not name.startswith(PREFIX)
        meant = _MEANT.match(line)
        if fits:
            values[name] = value
            continue
        bad.append(number)
        if meant:
            values.setdefault(re.sub("[-.]", "_", meant["name"].upper()), meant["value"])
    return values, bad
