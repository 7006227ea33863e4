"""Leshan: forms and GBK JSON with an MD5 signature, keys in Chinese here and there, `{"success": "Y"}` around.

`door` checks the signature and writes the envelope, `answers` knows bills, notices and accounts.
"""

from sandbox.leshan.server import create_app, operation_of

__all__ = ["create_app", "operation_of"]
