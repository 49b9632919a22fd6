"""A transcript and what is known of the person: what is to be done."""

from dataclasses import replace
from functools import cache

from mobile_api.speech.corrections import Corrected
from mobile_api.speech.frame import Context, Frame, Intent, Meant, Reference
from mobile_api.speech.gate import is_nothing
from mobile_api.speech.known import Known
from mobile_api.speech.languages import LANGUAGES
from mobile_api.speech.mixture import unmixed
from mobile_api.speech.own_words import spelled_out, translated_index
from mobile_api.speech.policy import resolved
from mobile_api.speech.repos import index_of
from mobile_api.speech.sentences import Sentences
from mobile_api.speech.text import clean, plain
from mobile_api.speech.written import rewritten

# With one of these it is English, whatever other languages share its words.
_ENGLISH = frozenset(
    ["the", "is", "how", "what", "what's", "my", "to", "of", "please", "you", "for", "it", "stop",
     "pause", "with", "this", "that", "and", "how's", "start", "cancel", "all", "resume", "are"]
)  # fmt: skip
# Said in other languages, too: with two words that only one of those has, it is that one.
_ANYWHERE = frozenset(["pause", "stop", "resume", "start"])


@cache
def grammar_of(code: str) -> Corrected:
    """Return the grammar of a language, English where there is none; compiled when first heard."""
    for language in LANGUAGES:
        if language.code == code:
            return Corrected(Sentences(language))
    return grammar_of(LANGUAGES[0].code)


def by_grammar(transcript: str, context: Context) -> Frame | None:
    """Return what *transcript* comes to; None when no grammar accounts for the whole sentence."""
    if is_nothing(transcript):
        return Frame(intent=Intent.UNKNOWN, reason="nothing", source="grammar", confidence=1.0)
    meant = read(rewritten(clean(transcript), context), context)
    if meant is None:
        return None
    return unmixed(resolved(meant, context, source="grammar"), transcript, context)


def read(text: str, context: Context) -> Meant | None:
    """Return what the cleaned *text* means in the first language that understands it."""
    knows = Known(context)
    said = set(plain(text).split())
    english, *others = LANGUAGES
    others.sort(key=lambda language: -len(language.markers & said))
    other = len(others[0].markers & said) > 1
    ordered = (
        (english, *others)
        if said & (_ENGLISH - _ANYWHERE if other else _ENGLISH)
        else (*others, english)
    )
    for language in ordered:
        if language.markers and not language.markers & said:
            continue
        meant = _in(grammar_of(language.code), text, knows, context)
        if meant is not None:
            return meant
    return None


def _in(grammar: Corrected, text: str, knows: Known, context: Context) -> Meant | None:
    """Return what *text* means in the language of *grammar*, names as they are written."""
    index, language = index_of(context.repos), grammar.spoken
    if not language.forms.topics:
        return grammar.read(text, knows, index)
    text = spelled_out(language.heard(text) if language.heard else text, context, language)
    translated = translated_index(context.repos, language)
    meant = grammar.read(text, knows, translated)
    if meant is None:
        return None
    if meant.task and language.written is not None:
        meant = replace(meant, task=language.written(meant.task))
    if not meant.repo or index.match(meant.repo).found:
        return meant
    return replace(meant, repo=translated.english(meant.repo) or meant.repo)


def reference_in(phrase: str, language: str) -> Reference | None:
    """Return how *phrase* speaks of agents in *language*, None when it does not."""
    low = plain(clean(phrase))
    return grammar_of(language).reference(low)
