"""Tokens that are derived from the server's key: the same after a restart, and kept nowhere."""

import hashlib
import hmac

from pydantic import SecretStr


def run_token(key: SecretStr, run_id: str) -> str:
    """Return the token with which a run's machine dials ``/ws/runner``."""
    return _derived(key, f"run:{run_id}")


def machine_token(key: SecretStr, machine_id: str) -> str:
    """Return the one-time token with which a machine enrols."""
    return _derived(key, f"machine:{machine_id}")


def page_key(key: SecretStr) -> str:
    """Return the key in the address of the operator's page of machines."""
    return _derived(key, "page:machines")[:32]


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(key: SecretStr, purpose: str) -> str:
    return hmac.new(key.get_secret_value().encode(), purpose.encode(), hashlib.sha256).hexdigest()
