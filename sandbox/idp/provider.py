"""Everything the provider's endpoints share: its name, its keys, its pending codes, its personas, its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.idp.codes import Codes
from sandbox.idp.levels import ACR_VALUES
from sandbox.idp.possession import ALGORITHMS, Proven
from sandbox.idp.signing import SigningKeys
from sandbox.pages import CITY_NAMES
from sandbox.personas import CITY_CODES, OPERATORS, PERSONAS, Persona

CITIES_BY_CODE: Mapping[str, tuple[str, str]] = {CITY_CODES[slug]: names for slug, names in CITY_NAMES.items()}


@dataclass(frozen=True)
class Provider:
    """`issuer` is its URL without a slash at the end, `audience` the gateway's public URL."""

    issuer: str
    audience: str
    keys: SigningKeys
    clock: Callable[[], datetime]
    personas: Mapping[str, Persona] = field(default_factory=lambda: PERSONAS)
    operators: Mapping[str, Persona] = field(default_factory=lambda: OPERATORS)
    codes: Codes = field(default_factory=Codes)
    proven: Proven = field(default_factory=Proven)

    @property
    def everyone(self) -> Mapping[str, Persona]:
        """Citizens and operators."""
        return {**self.personas, **self.operators}

    def of_subject(self, subject: str) -> Persona | None:
        """The persona that signs in under this subject."""
        return next((persona for persona in self.everyone.values() if persona.subject == subject), None)

    def discovery(self) -> dict[str, object]:
        """The discovery document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "dpop_signing_alg_values_supported": list(ALGORITHMS),
            "scopes_supported": ["openid"],
            "acr_values_supported": list(ACR_VALUES),
            "claims_supported": ["sub", "acr", "auth_time", "nonce", "name", "id_number", "phone_number"],
            "ui_locales_supported": ["zh-CN", "en"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
