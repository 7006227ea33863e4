"""Deyang: signed REST in a `{code, msg, data}` envelope.

`door` checks the HMAC-SM3 signature, clock and nonce of every call; `bills`, `hotline`, `account` and `extras` answer.
All paths are served at the root and below `/gateway`, the public prefix of the open platform.
"""

from sandbox.deyang.server import create_app, operation_of

__all__ = ["create_app", "operation_of"]
