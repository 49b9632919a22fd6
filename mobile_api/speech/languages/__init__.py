"""One file a language: how its speakers say what this program can do."""

from mobile_api.speech.languages.english import ENGLISH
from mobile_api.speech.languages.french import FRENCH
from mobile_api.speech.languages.german import GERMAN
from mobile_api.speech.languages.spanish import SPANISH

LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH)
