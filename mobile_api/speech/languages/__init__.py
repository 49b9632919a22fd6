"""One file a language: how its speakers say what this program can do."""

from mobile_api.speech.languages.english import ENGLISH

LANGUAGES = (ENGLISH,)
