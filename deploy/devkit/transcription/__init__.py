"""Stand-ins for OpenAI's and Deepgram's transcription: one real socket that speaks both."""

from deploy.devkit.transcription.server import RecordedAudio, TranscriptionStandIn

__all__ = ["RecordedAudio", "TranscriptionStandIn"]
