"""Key material of the sandbox: made once, kept between runs, never checked in.

One file per secret name, named in lower case, mode 600, in a folder of mode 700. What a secret looks like follows its
name: `*_GATEWAY_KEY` and `*_TOKEN_KEY` are EC P-256 private keys, `*_ED25519_KEY` is an Ed25519 one, `*_CA`, `*_CERT` and `*_CERT_KEY` are a throw-away authority and a
client certificate it signed, `GATEWAY_JWKS` holds the public halves of the
token keys, everything else is 43 random URL-safe characters. What exists is kept: pairwise ids and
stored state would lose their meaning with it. Only a certificate set that misses a piece is made anew as a whole.
"""

import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RANDOM_BYTES = 32  # identity.pairwise refuses a salt under 32 bytes
CERTIFICATE_LIFETIME = timedelta(days=3650)
TOKEN_KEYS = ("GATEWAY_TOKEN_KEY", "GATEWAY_TOKEN_ED25519_KEY")
KEY_SET = "GATEWAY_JWKS"
ALWAYS = ("GATEWAY_SEAL_KEY", "GATEWAY_PAIRWISE_SALT")  # the gateway needs these whatever the root lists


def names(root: Path) -> tuple[str, ...]:
    """The secret names of a root: those of its `secrets.sandbox` in file order, then the gateway's own."""
    listing = root / "secrets.sandbox"
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    listed = (line.partition("=")[0].strip() for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return tuple(dict.fromkeys((*listed, *ALWAYS)))


def generate(directory: Path, wanted: Iterable[str]) -> dict[str, str]:
    """Make what is missing in `directory`.

    Returns: name -> value for every wanted name.
    """
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    wanted = tuple(wanted)
    missing = [name for name in wanted if name != KEY_SET and not _file(directory, name).exists()]
    for name, value in _made(missing).items():
        _write(_file(directory, name), value)
    if KEY_SET in wanted:
        publish(directory)
    return {name: _file(directory, name).read_text(encoding="utf-8") for name in wanted}


def read(directory: Path) -> dict[str, str]:
    """Every secret in `directory` by its upper-case name."""
    return {path.name.upper(): path.read_text(encoding="utf-8") for path in sorted(directory.iterdir())}


def _file(directory: Path, name: str) -> Path:
    return directory / name.lower()


def _write(path: Path, value: str) -> None:
    """Write under mode 600 from the first byte on, and let the name appear only with the whole value behind it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value)
    draft.replace(path)


def _made(missing: list[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name in missing:
        if name in made:
            continue
        if name.endswith(("_GATEWAY_KEY", "_TOKEN_KEY")):
            made[name] = _private_key()
        elif name.endswith("_ED25519_KEY"):
            made[name] = _ed25519_key()
        elif name.endswith(("_CA", "_CERT", "_CERT_KEY")):
            made |= _certificates(name.removesuffix("_KEY").removesuffix("_CERT").removesuffix("_CA"))
        else:
            made[name] = secrets.token_urlsafe(RANDOM_BYTES)
    return made


def _private_key() -> str:
    from cryptography.hazmat.primitives.asymmetric import ec  # a warm start generates nothing and skips this import

    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _ed25519_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _pem(Ed25519PrivateKey.generate())


def publish(directory: Path) -> None:
    """Write the public halves of the gateway's token keys as a JWK Set: all that a city is given of them."""
    from identity.exchange import SigningKey

    keys = {name: _file(directory, name) for name in TOKEN_KEYS}
    known = [
        SigningKey.read(path.read_text(encoding="utf-8"), "EdDSA" if "ED25519" in name else "ES256").public
        for name, path in keys.items()
        if path.is_file()
    ]
    _write(_file(directory, KEY_SET), json.dumps({"keys": [dict(key) for key in known]}))


def _pem(key: "EllipticCurvePrivateKey | Ed25519PrivateKey") -> str:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _certificates(prefix: str) -> dict[str, str]:
    """A self-signed authority and one client certificate of it, as PEM text by secret name."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    authority_key, client_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, begin = named(f"{prefix} sandbox authority"), datetime.now(UTC) - timedelta(minutes=5)

    def certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> str:
        builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        builder = builder.not_valid_before(begin).not_valid_after(begin + CERTIFICATE_LIFETIME)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    is_authority = x509.BasicConstraints(ca=True, path_length=0)
    for_clients = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return {
        f"{prefix}_CA": certificate(issuer, authority_key.public_key(), is_authority),
        f"{prefix}_CERT": certificate(named("cityroam gateway"), client_key.public_key(), for_clients),
        f"{prefix}_CERT_KEY": _pem(client_key),
    }
