"""OpenAI's transcription held against the SDK's own types: what we send, what the stand-in does."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Required, get_args, get_origin, get_type_hints

import aiohttp
import openai
import pytest
from openai.types import AudioModel, AudioResponseFormat
from openai.types.audio import Transcription
from openai.types.audio import transcription_create_params as params
from pydantic import TypeAdapter

from deploy.devkit.transcription import TranscriptionStandIn
from deploy.devkit.transcription.rules import FIELDS, MODELS
from mobile_api.hearing.ear import Ear
from mobile_api.hearing.openai import OpenAITranscriber
from mobile_api.hearing.studio import Studio
from tests.contract.test_transcription import CONTEXT, SPEECH
from tests.fakes.sdk_schemas import closed

ALL = sorted(get_args(AudioModel))
RESPONSE = closed(Transcription)


def _hints() -> dict[str, Any]:
    """Return the type of each field of a request, as the SDK declares it."""
    found: dict[str, Any] = {}
    for kind in (
        params.TranscriptionCreateParamsBase,
        params.TranscriptionCreateParamsNonStreaming,
    ):
        found |= get_type_hints(kind, vars(params), include_extras=True)
    return {name: _plain(hint) for name, hint in found.items()}


def _plain(hint: Any) -> Any:
    """Return *hint* as pydantic takes it: a sequence that is no string is a list."""
    if get_origin(hint) is Required:
        hint = get_args(hint)[0]
    return list[str] if get_origin(hint) is Sequence else hint


HINTS = _hints()


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is list


@pytest.fixture
async def service() -> AsyncIterator[TranscriptionStandIn]:
    async with TranscriptionStandIn() as server:
        yield server


async def _post(service: TranscriptionStandIn, **fields: Any) -> tuple[int, Any]:
    form = aiohttp.FormData()
    form.add_field("file", SPEECH, filename="a.webm", content_type="audio/webm")
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            form.add_field(f"{name}[]" if isinstance(value, list) else name, each)
    headers = {"Authorization": f"Bearer {service.key}"}
    url = f"{service.url}/v1/audio/transcriptions"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=form, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


def test_stand_in_knows_the_fields_and_models_that_the_sdk_knows() -> None:
    named = {f"{name}[]" if _is_list(hint) else name for name, hint in HINTS.items()}

    assert named == FIELDS
    assert set(ALL) == MODELS
    assert {"gpt-transcribe", "whisper-1"} <= MODELS


@pytest.mark.parametrize("model", ALL)
async def test_what_we_send_has_the_types_of_the_sdk(
    service: TranscriptionStandIn, model: str
) -> None:
    service.say("pause agent one")
    ours = OpenAITranscriber(key=service.key, base_url=f"{service.url}/v1", model=model)

    async with Studio(workers=1, timeout_s=60) as studio:
        heard = await Ear(studio, [ours]).hear(SPEECH, CONTEXT, ("de",))
    await ours.close()

    assert heard.text == "pause agent one", service.requests
    assert len(service.requests) == 1  # nothing of it was refused and tried in another way
    [sent] = service.requests
    fields = {name: value for name, value in sent.fields.items() if name != "file"}
    assert fields["model"] == [model]
    assert "response_format" not in fields  # json is what all of them give
    for name, values in fields.items():
        hint = HINTS[name.removesuffix("[]")]
        if name.endswith("[]"):
            assert TypeAdapter(hint).validate_python(values, strict=True) == values
        else:
            [value] = values
            assert TypeAdapter(hint).validate_python(value) == value
    only_new = {"languages[]", "keywords[]"} & set(fields)
    assert only_new == ({"languages[]", "keywords[]"} if model == "gpt-transcribe" else set())
    assert ("prompt" in fields) == (model not in {"gpt-transcribe", "gpt-4o-transcribe-diarize"})


@pytest.mark.parametrize("model", ALL)
async def test_what_the_stand_in_answers_is_what_the_sdk_declares(
    service: TranscriptionStandIn, model: str
) -> None:
    service.say("Pausiere Agent eins.")

    status, body = await _post(service, model=model, response_format="json")

    assert status == 200
    assert [error.message for error in RESPONSE.iter_errors(body)] == []
    told = Transcription.model_validate(body, strict=True)
    assert told.text == "Pausiere Agent eins."
    assert [one.code for one in told.languages or ()] == (
        ["en"] if model == "gpt-transcribe" else []
    )
    assert told.usage is not None
    assert told.usage.type == ("tokens" if model.startswith("gpt-4o") else "duration")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"model": "whisper-1", "keywords": ["oven"]}, id="keywords"),
        pytest.param({"model": "gpt-4o-transcribe", "languages": ["de"]}, id="languages"),
        pytest.param({"model": "gpt-4o-transcribe-diarize", "prompt": "x"}, id="prompt"),
        pytest.param({"model": "gpt-5-transcribe"}, id="model"),
        pytest.param({"model": "gpt-transcribe", "keyterm": "oven"}, id="field"),
        *(
            pytest.param({"model": "gpt-4o-transcribe", "response_format": name}, id=name)
            for name in sorted(set(get_args(AudioResponseFormat)) - {"json"})
        ),
    ],
)
async def test_what_a_model_does_not_take_is_refused_as_the_sdk_expects(
    service: TranscriptionStandIn, fields: dict[str, Any]
) -> None:
    status, body = await _post(service, **fields)

    assert status == 400
    assert set(body["error"]) == {"message", "type", "param", "code"}
    async with openai.AsyncOpenAI(
        api_key=service.key, base_url=f"{service.url}/v1", max_retries=0
    ) as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.transcriptions.create(
                file=("a.webm", SPEECH), model=fields["model"],
                extra_body={name: value for name, value in fields.items() if name != "model"},
            )  # fmt: skip
    assert refused.value.body == body["error"]
