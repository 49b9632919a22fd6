"""Deepgram's transcription of recordings."""

import importlib
import warnings
from typing import Any

import httpx

with warnings.catch_warnings():  # it imports names that websockets is about to drop
    warnings.simplefilter("ignore", DeprecationWarning)
    from deepgram import AsyncDeepgramClient
    from deepgram.core.api_error import ApiError
    from deepgram.environment import DeepgramClientEnvironment

    # The client loads this only when it is called; on the event loop, and with the same warning.
    importlib.import_module("deepgram.listen.v1.client")

from mobile_api.hearing.hints import Hints
from mobile_api.hearing.studio import Recording
from mobile_api.hearing.transcriber import CannotHear, Refused, Transcript

_TIMEOUT_S = 8


class DeepgramTranscriber:
    """Nova-3 with ``keyterm``; with several languages it is told to expect them."""

    name = "deepgram"
    wants_samples = False

    def __init__(self, *, key: str, base_url: str, model: str, timeout_s: int = _TIMEOUT_S) -> None:
        self._http = httpx.AsyncClient(timeout=timeout_s)
        self._client = AsyncDeepgramClient(
            api_key=key,
            environment=DeepgramClientEnvironment(
                base=base_url, production=base_url, agent=base_url, agent_rest=base_url
            ),
            httpx_client=self._http,
        )
        self._model, self._timeout_s = model, timeout_s

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def transcribe(self, recording: Recording, hints: Hints) -> Transcript:
        """Return what is said in *recording*."""
        language = hints.languages[0] if len(hints.languages) == 1 else "multi"
        try:
            heard: Any = await self._client.listen.v1.media.transcribe_file(
                request=recording.data,
                model=self._model,
                keyterm=list(hints.terms),
                language=language,
                smart_format=True,
                mip_opt_out=True,
                # The client sends octet-stream; the service looks at the bytes as we do.
                request_options={"timeout_in_seconds": self._timeout_s, "max_retries": 0},
            )
            best = heard.results.channels[0].alternatives[0]
        except ApiError as error:
            if error.status_code in {400, 401, 402, 403, 404, 413, 415, 422}:
                raise Refused(f"the answer was {error.status_code}") from error
            raise CannotHear("the transcription did not answer") from error
        except (httpx.HTTPError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise CannotHear("the transcription did not answer") from error
        languages = getattr(best, "languages", None) or [language]
        spoken = languages[0] if languages[0] != "multi" else ""
        return Transcript(text=best.transcript or "", language=spoken)
