"""OpenAI's transcription, or any server that speaks like it."""

from typing import Any

import openai

from mobile_api.hearing.hints import Hints
from mobile_api.hearing.studio import Recording
from mobile_api.hearing.transcriber import CannotHear, Refused, Transcript

_TIMEOUT_S = 8.0


class OpenAITranscriber:
    """``gpt-transcribe`` takes keywords and languages; older models take a sentence."""

    name = "openai"
    wants_samples = False

    def __init__(
        self, *, key: str, base_url: str, model: str, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self._client = openai.AsyncOpenAI(
            api_key=key or "none", base_url=base_url, timeout=timeout_s, max_retries=0
        )
        self._model = model

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    async def transcribe(self, recording: Recording, hints: Hints) -> Transcript:
        """Return what is said in *recording*."""
        file = (f"command.{recording.ending}", recording.data, recording.media)
        try:
            heard: Any = await self._client.audio.transcriptions.create(
                model=self._model, file=file, **self._options(hints)
            )
        except openai.APIStatusError as error:
            if error.status_code in {400, 401, 403, 404, 413, 415, 422}:
                raise Refused(f"the answer was {error.status_code}") from error
            raise CannotHear("the transcription did not answer") from error
        except openai.OpenAIError as error:
            raise CannotHear("the transcription did not answer") from error
        text, languages = getattr(heard, "text", None), getattr(heard, "languages", None)
        if not isinstance(text, str):
            raise CannotHear("the transcription answered with no text")
        return Transcript(text=text, language=languages[0].code if languages else "")

    def _options(self, hints: Hints) -> dict[str, Any]:
        if not self._model.startswith("gpt-transcribe"):
            takes_prompt = hints.terms and not self._model.endswith("-diarize")
            options: dict[str, Any] = {"prompt": hints.sentence()} if takes_prompt else {}
            if len(hints.languages) == 1:
                options["language"] = hints.languages[0]
            return options
        options = {"keywords": list(hints.terms)} if hints.terms else {}
        if hints.languages:
            options["languages"] = list(hints.languages)
        return options
