"""Looks for personal data in whatever was written: every secret in every form in which bytes may hold it."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SEALED = re.compile(rb"[A-Za-z0-9_-]{16,}={0,2}")
"""What may be base64url: ids, cursors, tokens."""
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")


PREFIX = 4  # bytes; no form is shorter


@dataclass(frozen=True, slots=True)
class Hit:
    """Something personal at a place: whose, and in which form. The value itself is not told."""

    place: str
    what: str
    form: str
    around: str


def forms(value: str) -> Mapping[str, bytes]:
    """A text as bytes, by the name of the form. Short of a secret cipher these are the ways in which it may be written."""
    plain = {"utf-8": value.encode(), "utf-16-le": value.encode("utf-16-le"), "utf-16-be": value.encode("utf-16-be")}
    plain["gb18030"] = value.encode("gb18030")
    found = dict(plain)
    for name, data in plain.items():
        found[f"hex of {name}"] = data.hex().encode()
        found[f"HEX of {name}"] = data.hex().upper().encode()
        for shift in range(3):
            found[f"base64 of {name}, {shift}"] = within_base64(data, shift)
            found[f"base64url of {name}, {shift}"] = within_base64(data, shift).replace(b"+", b"-").replace(b"/", b"_")
    found["url"] = quote(value, safe="").encode()
    found["url, lower case"] = re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), quote(value, safe="")).encode()
    found["url of gb18030"] = quote(value.encode("gb18030"), safe="").encode()
    found["JSON"] = "".join(c if c.isascii() else escaped(c) for c in value).encode()
    found["Python"] = value.encode("unicode_escape")
    found["bytes of utf-8"] = repr(value.encode())[2:-1].encode()
    found["reversed"] = value[::-1].encode()
    return {name: data for name, data in found.items() if len(data) >= PREFIX}


def escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def within_base64(data: bytes, shift: int) -> bytes:
    """What stays the same of `data` in the base64 of a longer text in which it begins `shift` bytes after a third one."""
    whole = base64.b64encode(b"\0" * shift + data + b"\0" * ((-shift - len(data)) % 3))
    first = (shift * 8 + 5) // 6
    last = (shift + len(data)) * 8 // 6
    return whole[first:last]


class Scanner:
    """`secrets`: what is looked for, by what it is called in a finding.

    Thousands of needles in megabytes: each place is looked up by its first bytes, and compared only where these fit one.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._needles: dict[bytes, list[tuple[bytes, str, str]]] = {}
        for what, value in secrets.items():
            for form, data in forms(value).items():
                self._needles.setdefault(data[:PREFIX], []).append((data, what, form))

    def scan(self, place: str, data: bytes) -> Iterator[Hit]:
        """Every hit in the bytes, and in whatever base64url or hex they hold, once decoded."""
        for part in (data, *decoded(data)):
            yield from self._scan_part(place, part)

    def _scan_part(self, place: str, data: bytes) -> Iterator[Hit]:
        known = self._needles
        for start in range(len(data) - PREFIX + 1):
            if (prefix := data[start : start + PREFIX]) in known:
                for needle, what, form in known[prefix]:
                    if data.startswith(needle, start):
                        before = data[max(0, start - 60) : start].decode("utf-8", "replace")
                        yield Hit(place, what, form, before)

    def scan_file(self, path: Path) -> Iterator[Hit]:
        yield from self.scan(str(path.name), path.read_bytes())

    def scan_files(self, paths: Iterable[Path]) -> list[Hit]:
        return [hit for path in paths for hit in self.scan_file(path)]


def decoded(data: bytes) -> Iterator[bytes]:
    """What the base64url and hex texts in some bytes stand for."""
    for found in SEALED.finditer(data):
        text = found[0].rstrip(b"=")
        yield base64.urlsafe_b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"=" * (-len(text) % 4 % 3))
    for found in HEX.finditer(data):
        yield bytes.fromhex(found[0].decode())
