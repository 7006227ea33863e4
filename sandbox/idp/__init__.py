"""The sandbox's identity provider: real OpenID Connect, with a page of personas where others ask for a password.

Authorisation code with PKCE (S256) only, for two public clients; ES256; RFC 9068 access tokens without real-name
claims, which come from UserInfo; bound to a client's key where the token request proves one (RFC 9449). `create_app` serves citizens, `create_control` rotates keys on a port of its own,
`python -m sandbox.idp` runs both. Deliberately not here: passwords, sessions, refresh tokens, consent screens.
"""

from sandbox.idp.application import create_app, create_control
from sandbox.idp.provider import Provider
from sandbox.idp.signing import SigningKeys

__all__ = ["Provider", "SigningKeys", "create_app", "create_control"]
