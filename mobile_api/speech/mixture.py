"""Sentences in two languages at once: a grammar or a model may make sense of them, we do not.

Only small words, numbers and verbs count that no other of the languages has; names and titles are
English in every language.
"""

from dataclasses import replace

from mobile_api.speech.frame import ACTING, Context, Frame, Intent
from mobile_api.speech.text import clean, words

# In small letters without accents, as `text.words` gives them; no word that two of them share.
_ONLY = {
    "en": """the my is are please what what's how how's of with this that you it it's and for which
        all resume cancel keep going doing tell one two three four five seven eight nine ten
        first second third""",
    "de": """der den dem das ein einen einem eine einer bitte mein meine meinen meinem ist sind wie
        und im auf mit fur alle alles allen nicht ich wir stoppen setze fort agenten
        pausiere pausieren starte starten halte beende beenden lauft laufen weiter eins zwei drei
        vier funf sechs sieben acht neun zehn erste ersten zweite zweiten dritte dritten letzte
        letzten brich abbrechen fortsetzen anhalten weitermachen kannst konntest
        soll ihn wieder zur""",
    "es": """el los las una por favor esta estan como cual con del todos todas agente agentes para
        pausa deten detener reanuda reanudar inicia iniciar crea dos cuatro cinco siete ocho nueve
        diez pausar sigue retoma cancela cancelar mata aborta lanza arranca esto ese ahora primero
        segundo tercero ultimo quiero""",
    "fr": """le les une mon mes avec dans aux s'il vous plait arrete arreter reprends reprendre mets
        mettre tous toutes cette cet ces peux pour qui quoi est quel quelle moi deux trois quatre
        sept huit neuf dix premier deuxieme troisieme dernier sur l'agent d'agent n'arrete""",
}
# Said in two of them, and in no other.
_SHARED = {"stoppe": ("de", "fr"), "six": ("en", "fr")}
_LANGUAGE = {word: code for code, text in _ONLY.items() for word in text.split()}
_TITLE, _NAME = 3, 2  # so many words in a row that a title or a name has, too, are said for it


def languages_of(transcript: str, context: Context) -> frozenset[str]:
    """Return the languages that *transcript* has words of their own from."""
    said = words(clean(transcript))
    names = [word for repo in context.repos for word in (*words(repo), "/")]
    titles = [word for agent in context.agents for word in (*words(agent.title), "/")]
    skip = _said_for(names, said, _NAME) | _said_for(titles, said, _TITLE)
    kept = [word for at, word in enumerate(said) if at not in skip]
    found = {_LANGUAGE[word] for word in kept if word in _LANGUAGE}
    for word in kept:
        if word in _SHARED and not found.intersection(_SHARED[word]):
            found.add(_SHARED[word][0])
    return frozenset(found)


def unmixed(frame: Frame, transcript: str, context: Context) -> Frame:
    """Return *frame*, but nothing that acts for a sentence in two languages.

    A new agent's task may be told in another language than the order: that is asked about.
    """
    if frame.intent not in ACTING or len(languages_of(transcript, context)) < 2:
        return frame
    if frame.intent is Intent.CREATE:
        return replace(frame, needs_confirmation=True)
    return Frame(
        intent=Intent.UNKNOWN, reason="mixed", source=frame.source, language=frame.language
    )


def _said_for(known: list[str], said: list[str], run: int) -> set[int]:
    """Return the positions in *said* of *run* words that stand in a row in *known*, too."""
    rows = {tuple(known[at : at + run]) for at in range(len(known) - run + 1)}
    starts = [at for at in range(len(said) - run + 1) if tuple(said[at : at + run]) in rows]
    return {at + more for at in starts for more in range(run)}
