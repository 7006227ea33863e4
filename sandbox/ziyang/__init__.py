"""Ziyang: SOAP 1.1 in GB 18030 with a WS-Security UsernameToken, field names in pinyin initials.

`soap` reads and writes envelopes, `security` checks the digest, the clock and the nonce, `answers` knows the citizens,
`policies` the policy dictionary.
"""

from sandbox.ziyang.server import create_app, operation_of

__all__ = ["create_app", "operation_of"]
