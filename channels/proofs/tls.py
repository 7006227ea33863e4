"""TLS to one backend: its own trust, the gateway's client certificate for it, and the lowest version taken."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress

from channels.declared.models import Tls
from channels.proofs.credentials import BadCredential
from channels.text.written import SecretRef

_LOWEST: Mapping[str, ssl.TLSVersion] = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def make_context(rule: Tls | None, reveal: Callable[[SecretRef | str], str]) -> ssl.SSLContext:
    """Return: a client context that checks names and chains.  With `ca`, only that authority is trusted.

    Raises: BadCredential: a secret is not PEM; LookupError: a secret is not set.
    """
    if rule is None:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cadata=reveal(rule.ca) if rule.ca else None)
    except (ssl.SSLError, ValueError) as error:
        raise BadCredential(f"{rule.ca} is not a certificate in PEM") from error
    context.minimum_version = _LOWEST[rule.min]
    if rule.client_cert is not None:
        key = reveal(rule.client_key) if rule.client_key else ""
        _load_pair(context, reveal(rule.client_cert), key, f"{rule.client_cert}, {rule.client_key}")
    return context


def _load_pair(context: ssl.SSLContext, certificate: str, key: str, names: str) -> None:
    # OpenSSL reads a pair from files only: one of mode 0600 lives for the length of this call.
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{certificate}\n{key}\n")
        context.load_cert_chain(path)
    except (ssl.SSLError, OSError) as error:
        raise BadCredential(f"{names} are not a certificate and its key in PEM") from error
    finally:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108  (a path that mkstemp made)
