"""Meishan: REST by the book. OAuth2 client credentials, HTTP statuses, RFC 9457 problems, cursors, Idempotency-Key.

`door` issues and checks tokens and writes problems; `citizens` answers about bills, insurance and accounts,
`marriage` about offices, slots and appointments.
"""

from sandbox.meishan.server import create_app, operation_of

__all__ = ["create_app", "operation_of"]
