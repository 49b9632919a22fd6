"""What the two services demand of a request."""

from collections.abc import Mapping, Sequence

MODELS = frozenset([
    "gpt-transcribe", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15", "gpt-4o-transcribe-diarize",
])  # fmt: skip
FIELDS = frozenset([
    "file", "model", "language", "languages[]", "keywords[]", "prompt", "response_format",
    "temperature", "include[]", "timestamp_granularities[]", "stream", "chunking_strategy",
    "known_speaker_names[]", "known_speaker_references[]",
])  # fmt: skip
_ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
_ONLY_NEW = ("languages[]", "keywords[]")
_DEEPGRAM = frozenset([
    "model", "keyterm", "keywords", "language", "smart_format", "numerals", "punctuate", "tag",
    "detect_language", "diarize", "filler_words", "mip_opt_out", "language_hint", "version",
])  # fmt: skip


def broken_openai(form: Mapping[str, Sequence[str]], file_name: str) -> str | None:
    """Return the rule that a form for OpenAI breaks."""
    for name in form:
        if name not in FIELDS:
            return f"Unrecognized request argument supplied: {name}"
    model = next(iter(form.get("model", ())), "")
    if model not in MODELS:
        return f"The model `{model}` does not exist"
    if file_name.rpartition(".")[2] not in _ENDINGS:
        return "Unsupported file format"
    return _not_taken(form, model)


def _not_taken(form: Mapping[str, Sequence[str]], model: str) -> str | None:
    """Return what the *model* does not take, or this server does not play."""
    if model != "gpt-transcribe" and any(name in form for name in _ONLY_NEW):
        return f"keywords and languages are not supported by {model}"
    if model.endswith("-diarize") and "prompt" in form:
        return f"prompt is not supported by {model}"
    if any(name != "json" for name in form.get("response_format", ())):
        return "the stand-in answers json only"
    if any(name == "true" for name in form.get("stream", ())):
        return "the stand-in does not stream"
    return None


def broken_deepgram(query: Mapping[str, Sequence[str]]) -> str | None:
    """Return the rule that a query for Deepgram breaks."""
    for name in query:
        if name not in _DEEPGRAM:
            return f"Unknown parameter {name}"
    model = next(iter(query.get("model", ())), "")
    if model.startswith("nova-3") and "keywords" in query:
        return "Keywords are not supported by Nova-3. Use keyterm."
    if not model.startswith("nova-3") and "keyterm" in query:
        return "Keyterms are supported by Nova-3 only."
    return None
