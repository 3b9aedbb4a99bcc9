"""The proxy's certificate authority, as clients need it."""

import base64
import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def spki_fingerprint(ca: Path) -> str:
    """Return base64 SHA-256 of the authority's public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it."""
    key = x509.load_pem_x509_certificate(ca.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
