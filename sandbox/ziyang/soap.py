"""SOAP 1.1 envelopes in GB 18030: read to local names, written as the service bus writes them.

A list of one row is one element and an empty list is no element: XML has no lists. Good and business answers are
`Result{RetCode, RetMsg, Data}` under HTTP 200; a request that is not understood or not signed is a Fault under 500.
Source: SOAP 1.1 §4 and §6.2. Entities are refused (xmltodict blocks DTDs' entities).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import escape

import xmltodict
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import active

NAMESPACE = "http://zy.gov.cn/esb/v1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "gb18030"
NEEDS_REAUTH, HELD = "102", "103"
OK, NOT_BOUND, BAD_TOKEN, NOT_FOUND, KEY_REUSED, BAD_INPUT, BUSY = "000", "101", "108", "404", "409", "400", "901"


class Fault(Exception):
    """A SOAP fault: its code (`soap:Client`, `wsse:FailedAuthentication`) and one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Refusal(Exception):
    """A business refusal: RetCode and RetMsg."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request: its action's name, the action's Body by local names, and the Security header (as parsed)."""

    action: str
    fields: Mapping[str, str]
    security: Mapping[str, Any]


def read(request: Request, raw: bytes) -> Envelope:
    """Raises Fault: not GB 18030, not an envelope, or not the action that SOAPAction names."""
    try:
        text = raw.decode(ENCODING)
        document = xmltodict.parse(text, xml_attribs=False, postprocessor=_local)
    except (UnicodeDecodeError, ExpatError, ValueError) as error:
        raise Fault("soap:Client", "报文不是 GB18030 编码的 XML") from error
    envelope = _objects(document, "Envelope")
    calls = [(name, value) for name, value in _objects(envelope, "Body").items() if isinstance(value, dict)]
    if len(calls) != 1:
        raise Fault("soap:Client", "Body 应有且只有一个请求")
    action, call = calls[0]
    if request.headers.get("soapaction", "").strip('"') != f"{NAMESPACE}/{action}":
        raise Fault("soap:Client", "SOAPAction 与请求不符")
    fields = {name: value or "" for name, value in _objects(call, "Body").items() if isinstance(value, str | None)}
    return Envelope(action, fields, _objects(_objects(envelope, "Header"), "Security"))


def result(action: str, data: Any, *, code: str = OK, message: str = "成功") -> Response:
    """A Result; `data` is an object, a list of objects (as repeated Data), or None for no Data at all."""
    if active() == "envelope":
        data_ = "" if data is None else _element("Content", data)
        return _respond(f'<{action}Reply xmlns="{NAMESPACE}"><Status>0</Status>{data_}</{action}Reply>', 200)
    inner = _element("RetCode", code) + _element("RetMsg", message) + ("" if data is None else _element("Data", data))
    body = f'<{action}Response xmlns="{NAMESPACE}"><Result>{inner}</Result></{action}Response>'
    return _respond(body, 200)


def fault(code: str, message: str) -> Response:
    """A Fault under HTTP 500 (SOAP 1.1 §6.2)."""
    body = f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{escape(message)}</faultstring></soap:Fault>"
    return _respond(body, 500)


def _respond(body: str, status: int) -> Response:
    text = f'<?xml version="1.0" encoding="GB18030"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{body}</soap:Body></soap:Envelope>'
    return Response(text.encode(ENCODING), status, media_type=f"text/xml; charset={ENCODING}")


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        inner = "".join(_element(key, one) for key, one in value.items())
    else:
        inner = "" if value is None else escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _local(path: object, key: str, value: Any) -> tuple[str, Any]:
    return key.rpartition(":")[2], value


def _objects(parent: Any, key: str) -> dict[str, Any]:
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}
