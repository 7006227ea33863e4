"""SOAP 1.1 envelopes: written with the channel's declared prefixes, read to local names.

Reading drops namespaces and attributes, blocks DTD entities, and leaves one element as an object: whoever wants a list
makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import quoteattr

import xmltodict

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"  # SOAP 1.1 §3


@dataclass(slots=True)
class Envelope:
    """A request envelope; `header` may still be set before it is encoded."""

    body: str
    namespaces: Mapping[str, str]
    encoding: str
    header: str = ""

    def encode(self) -> bytes:
        prefixes = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in self.namespaces.items())
        header = f"<soap:Header>{self.header}</soap:Header>" if self.header else ""
        text = (
            f'<?xml version="1.0" encoding="{self.encoding.upper()}"?>'
            f'<soap:Envelope xmlns:soap="{_SOAP}"{prefixes}>{header}<soap:Body>{self.body}</soap:Body></soap:Envelope>'
        )
        return text.encode(self.encoding)


def read_envelope(text: str) -> dict[str, Any]:
    """Return: what is in the Body, keyed by local names.  Raises: ValueError: not XML, or not an envelope."""
    try:
        document = xmltodict.parse(text, xml_attribs=False, postprocessor=_local)
    except (ExpatError, ValueError) as error:
        raise ValueError("not well-formed XML") from error
    envelope = document.get("Envelope")
    body = envelope.get("Body") if isinstance(envelope, dict) else None
    if not isinstance(body, dict):
        raise ValueError("not a SOAP envelope with a body")
    return body


def _local(path: object, key: str, value: Any) -> tuple[str, Any]:
    return key.rpartition(":")[2], value
