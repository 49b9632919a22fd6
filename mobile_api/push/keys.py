"""The key pair that our notifications are signed with; browsers subscribe to its public half.

https://www.rfc-editor.org/rfc/rfc8292
"""

import base64
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from bot.errors import BadSettings

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class PushKey:
    """Signs notifications; *public* is what a browser takes as ``applicationServerKey``."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.vapid = Vapid02(private_key=private)
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.public = base64.urlsafe_b64encode(point).decode().rstrip("=")
        self.print = hashlib.sha256(point).hexdigest()[:16]


def derived_key(secret: bytes) -> PushKey:
    """Return the key that follows from 32 secret bytes: the same on every coordinator."""
    number = int.from_bytes(secret) % (_ORDER - 1) + 1
    return PushKey(ec.derive_private_key(number, ec.SECP256R1()))


def read_key(pem: str) -> PushKey:
    """Return the key in *pem*; raise `BadSettings`."""
    try:
        key = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError) as error:
        raise BadSettings("CADENCE_PUSH_KEY is not a private key in PEM form") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise BadSettings("CADENCE_PUSH_KEY must be a key on the curve P-256")
    return PushKey(key)
