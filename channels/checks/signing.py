"""What a signature is made of: each `{name}` in `string:` and `put:` is one that the signer knows.

An unknown one would be sent, and signed, as it stands; the city would answer that the signature is wrong, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.checks.operations import inside
from channels.checks.scene import Scene
from channels.declared.models import SignAuth
from channels.proofs.signing import COMPUTED, GIVEN, SIGNATURE
from channels.text.diagnostics import Diagnostic, report

_HOLE = re.compile(r"\{([A-Za-z_]\w*)\}")


def check_signing(scene: Scene) -> Iterator[Diagnostic]:
    """Every auth that signs by template."""
    for name, auth in scene.channel.auth.items():
        if not isinstance(auth, SignAuth):
            continue
        known = (*GIVEN, *COMPUTED)
        yield from _unknown(scene, ("auth", name, "string"), auth.string, known)
        for place, text in auth.put.items():
            yield from _unknown(scene, ("auth", name, "put", place), text, (*known, SIGNATURE))


def _unknown(scene: Scene, path: tuple[str, ...], text: str, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    for found in _HOLE.finditer(text):
        if (name := found[1]) not in known:
            place = inside(scene.at(*path), text, found.start(1), len(name))
            yield report("sign_name", place, found=name, near=name, choices=known)
