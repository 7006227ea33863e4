"""Key material: what a name promises, kept between runs, readable by nobody else."""

import ssl
from pathlib import Path

from cryptography import x509
from joserfc.jwk import ECKey

from sandbox import material

NAMES = ("CHENGDU_GATEWAY_KEY", "CHENGDU_CA", "CHENGDU_CERT", "CHENGDU_CERT_KEY", "DEYANG_APP_KEY")


def test_each_name_gets_what_it_promises(tmp_path: Path) -> None:
    made = material.generate(tmp_path / "secrets", NAMES)
    assert ECKey.import_key(made["CHENGDU_GATEWAY_KEY"]).curve_name == "P-256"
    assert len(made["DEYANG_APP_KEY"]) >= 32
    authority, client = (x509.load_pem_x509_certificate(made[name].encode()) for name in NAMES[1:3])
    client.verify_directly_issued_by(authority)


def test_a_tls_context_takes_the_certificates(tmp_path: Path) -> None:
    material.generate(tmp_path, NAMES)
    context = ssl.create_default_context(cafile=str(tmp_path / "chengdu_ca"))
    context.load_cert_chain(tmp_path / "chengdu_cert", tmp_path / "chengdu_cert_key")


def test_material_is_kept_and_private(tmp_path: Path) -> None:
    """A new salt would make every citizen a stranger to every city."""
    folder = tmp_path / "secrets"
    first = material.generate(folder, NAMES)
    assert material.generate(folder, (*NAMES, "NEW")) == {**first, "NEW": material.read(folder)["NEW"]}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_names_come_from_the_root_and_always_hold_the_gateways_own(tmp_path: Path) -> None:
    (tmp_path / "secrets.sandbox").write_text("# comment=1\nB=x\nA=x\n", encoding="utf-8")
    assert material.names(tmp_path) == ("B", "A", "GATEWAY_SEAL_KEY", "GATEWAY_PAIRWISE_SALT")
    assert material.names(tmp_path / "nowhere") == material.ALWAYS
