"""A stand-in for an OpenAI-compatible embeddings endpoint: a real socket, vectors of words."""

from deploy.devkit.embeddings.faults import Fault
from deploy.devkit.embeddings.rules import Rules
from deploy.devkit.embeddings.server import EmbeddingsStandIn, RecordedRequest

__all__ = ["EmbeddingsStandIn", "Fault", "RecordedRequest", "Rules"]
