"""Spoken commands, by the settings: who transcribes, who understands, what is done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

from aiohttp import web

from bot import cost
from bot.db.engine import Database
from bot.db.voice_commands import VoiceCommands
from bot.github.auth import utc_now
from bot.loops import every
from bot.settings import Settings
from bot.wiring.people import PeopleSide
from mobile_api.agents.views import agent_view
from mobile_api.endpoint import Endpoint
from mobile_api.hearing.ear import Ear
from mobile_api.hearing.studio import Studio
from mobile_api.hearing.transcriber import Transcriber
from mobile_api.late import Late
from mobile_api.speech.understand import grammar_of
from mobile_api.voice.api import VoiceApi
from mobile_api.voice.commands import Commands
from mobile_api.voice.house import House
from mobile_api.voice.later import LateReader, model_reader
from mobile_api.voice.seams import Doing, People

KEPT, PRUNE_S, EXPIRE_S = timedelta(days=1), 3600.0, 60.0
QUIET_AFTER_S = 30.0  # who starts again is busy with all who come back
OPENAI_MODEL, DEEPGRAM_MODEL = "gpt-transcribe", "nova-3"


class VoiceSide:
    """Everything of the API that is spoken to; it asks for patience until `running`."""

    def __init__(
        self, settings: Settings, database: Database, people: People, doing: Doing
    ) -> None:
        self._settings = settings
        self._rows = VoiceCommands(database)
        self._people, self._doing = people, doing
        self.commands: Late[Commands] = Late()

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return VoiceApi(self.commands).endpoints()

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        """Open what hearing needs while the application runs; commands are taken from now on."""
        settings = self._settings
        grammar_of("en")  # compiled before anybody waits; the others when they are heard
        async with Studio() as studio, AsyncExitStack() as stack:
            hears = transcribers(settings, studio)
            if hears:
                await studio.warm()
            reader = reader_by(settings)
            if reader is not None:
                await stack.enter_async_context(reader)
            self.commands.come(
                Commands(
                    self._rows,
                    self._people,
                    self._doing,
                    partial(agent_view, web_url=settings.github_url),
                    ear=Ear(studio, hears) if hears else None,
                    reader=reader,
                )
            )
            expire = self.commands().expire
            loops = [
                asyncio.create_task(every(PRUNE_S, "spoken commands", self.prune)),
                asyncio.create_task(every(EXPIRE_S, "confirmations", expire)),
            ]
            yield
            for one in loops:
                one.cancel()
            await asyncio.wait(loops)
            for each in hears:
                await each.close()

    async def prune(self) -> None:
        """Delete commands of the day before."""
        await self._rows.prune(utc_now() - KEPT)


class SpokenSide(PeopleSide):
    """The people's API with its spoken part."""

    def mount(self, app: web.Application, more: Sequence[Endpoint] = ()) -> None:
        """Add the routes, and open what hearing needs while *app* runs."""
        house = House(self.acts, self.lists, self.reaches, self.choices)
        voice = VoiceSide(self.settings, self.database, house, house)
        super().mount(app, [*more, *voice.endpoints()])
        app.cleanup_ctx.append(voice.running)


def reader_by(settings: Settings) -> LateReader | None:
    """Return who understands what no grammar does, None without a key for it."""
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        return None
    model = settings.triage_model or cost.newest("haiku")
    return LateReader(
        partial(model_reader, key, settings.anthropic_base_url, model),
        quiet=partial(asyncio.sleep, QUIET_AFTER_S),
    )


def transcribers(settings: Settings, studio: Studio) -> list[Transcriber]:
    """Return who transcribes, the first choice first."""
    made: dict[str, Transcriber] = {}
    wanted = settings.hears
    if "openai" in wanted:
        from mobile_api.hearing.openai import OpenAITranscriber  # heavy: only who needs it

        made["openai"] = OpenAITranscriber(
            key=settings.stt_secret,
            base_url=settings.stt_url or settings.openai_base_url,
            model=settings.stt_model or OPENAI_MODEL,
        )
    if "deepgram" in wanted:
        from mobile_api.hearing.deepgram import DeepgramTranscriber

        own = settings.stt_model if wanted == ("deepgram",) else ""
        made["deepgram"] = DeepgramTranscriber(
            key=settings.deepgram_api_key.get_secret_value(),
            base_url=settings.deepgram_url,
            model=own or DEEPGRAM_MODEL,
        )
    if "local" in wanted:
        from mobile_api.hearing.local import LocalTranscriber

        made["local"] = LocalTranscriber(studio)
    return [made[name] for name in wanted]
