"""One file a language: what is said back."""

from mobile_api.speech.phrases import de, en, es, fr
from mobile_api.speech.phrases.table import Phrases

PHRASES: dict[str, Phrases] = {
    "en": en.PHRASES, "de": de.PHRASES, "es": es.PHRASES, "fr": fr.PHRASES
}  # fmt: skip
NAMES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
