"""German: how agents are spoken of."""

from mobile_api.speech.language import Forms
from mobile_api.speech.languages.german_words import Compounds

_TENS = {"zwanzig": 20, "dreissig": 30, "dreißig": 30, "vierzig": 40, "funfzig": 50}
_NUMBERS = {
    "null": 0, "eins": 1, "ein": 1, "einen": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12, "dreizehn": 13, "vierzehn": 14, "funfzehn": 15,
    "sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
} | _TENS  # fmt: skip
_UNITS = list(_NUMBERS)[1:]
_NUMBERS |= {
    f"{unit}und{ten}": _NUMBERS[unit] + value
    for unit in _UNITS[:11]
    for ten, value in _TENS.items()
}
_HEARD = {
    "wir": 4, "fier": 4, "fir": 4, "fia": 4, "für": 4, "fur": 4, "for": 4, "zwar": 2, "swei": 2, "tswei": 2, "dry": 3, "trei": 3, "treu": 3, "frei": 3, "funk": 5, "fünft": 5, "fund": 5, "sex": 6, "sechse": 6,
    "siebe": 7, "sieb": 7, "lieben": 7, "macht": 8, "nacht": 8, "noin": 9, "zeh": 10, "zehen": 10, "eines": 1, "heinz": 1, "einz": 1, "ans": 1, "reins": 1,
}  # fmt: skip
_ORDINALS = [
    "erste",
    "zweite",
    "dritte",
    "vierte",
    "funfte",
    "sechste",
    "siebte",
    "achte",
    "neunte",
    "zehnte",
]
_AGENT = r"(?:agenten|agent|agents|agentin|agenden|bot|job|kollege|kollegen)"
_ENDED = r"(?:n|r|s)?"
_RELATIVE = r"(?:,? ?(?:der|die|den|das) )?(?:ich |wir )?"

FORMS = Forms(
    noun=r"agenten|agent|agents|agentin|agenden|agent den|bot|job|aufgabe|lauf|ding|dingens|teil|kerl|typ|kollegen?",
    nouns=r"(?:die|meine|unsere|diese|alle) (?=(?:\S+ ){0,5}?agenten)|bots|jobs|aufgaben|dinger",
    number=r"agenten|agent|nummer|nr|die(?= (?:\w+ (?:und|oder) |(?:eins|funf|sechs|sieben|acht|neun|zehn|elf|zwolf)$))|bot|job|agentin|agenden|agent den|den agenten|agend",
    pronouns=(
        r"es|ihn|er|ihm|sie|das|den|der|die|dem|dies|diesen|dieser|dieses|diesem|dat|(?:den|der|dem|das|die|diesen|dieser) (?:da|hier|eben|agenten da|agent da|agenten hier)|(?:den|der|dem|meinen|mein|meinem|unseren|diesen|dieser|diesem) "
        rf"{_AGENT}|agent|agenten|(?:den|der|dem) (?:selben|gleichen|aktuellen|jetzigen)(?: {_AGENT})?|das ding|das teil|das ganze|(?:den|der|dem|was) (?:ich (?:gerade|grad|hier) )?(?:sehe|offen habe?|auf dem (?:bildschirm|schirm)(?: (?:habe?|ist))?)"
    ),
    plural_pronouns=r"ihnen|(?:alle )?(?:die|meine|unsere|diese|den|meinen) agenten|meine|die dinger|die bots|die jobs|die alle|sie alle|diese alle",
    everything=(
        r"alle|alles|allen|aller|(?:alle|allen|aller|samtliche|samtlichen)(?: (?:die|meine|meinen|unsere|der|den|unserer|meiner))?(?: (?:agenten|bots|jobs|zusammen|miteinander))?|jeden?(?: einzelnen)?(?: agenten?)?|alle davon|alle von ihnen|alle miteinander|alles zusammen|"
        r"(?:die|der|das) (?:ganze )?(?:truppe|bande|mannschaft|laden|haufen|gesamte flotte|rasselbande)|den ganzen (?:laden|haufen|kram)|alle zusammen|alle agents|irgendwas|irgendwelche(?: agenten)?|irgendeiner|irgendein agent|einer"
    ),
    both=r"(?:alle |die |diese |meine )?beiden?(?: agenten)?|(?:alle |diese )beide|die zwei(?: agenten)?",
    determiners=r"der|(?:die|meine|unsere|diese)(?! (?:\S+ ){0,5}?agenten\b)|das|den|dem|des|mein|meinen|meinem|meiner|diesen|dieser|dieses|diesem|unser|unseren|unserem|unserer|jener|jenen|genau|nur|der ganze|dein|deinen|ganze|ganzen|aktuellen|aktuelle|blode|bloden|dumme|dummen|verdammten|alten",
    statuses={
        "running": rf"(?:noch |gerade |derzeit )?(?:laufende{_ENDED}|aktive{_ENDED}|arbeitende{_ENDED})|(?:der|die|was|das) (?:gerade |noch |jetzt |derzeit |aktuell |alle )*(?:lauft|laufen|arbeitet|arbeiten|aktiv ist|aktiv sind)|was (?:so )?(?:gerade |noch |alles )*lauft",
        "paused": rf"pausierende{_ENDED}|pausierte{_ENDED}|angehaltene{_ENDED}|eingefrorene{_ENDED}|ruhende{_ENDED}|unterbrochene{_ENDED}|schlafende{_ENDED}|(?:pausiert|angehalten|unterbrochen|auf eis|in pause|auf pause) (?:ist|sind|wurde|liegt|liegen|steht)|(?:der|die) (?:gerade )?(?:pausiert|angehalten|schlaft|ruht|pause macht|auf pause)",
        "waiting": rf"(?:auf (?:mich|antwort|eine antwort) )?wartende{_ENDED}|blockierte{_ENDED}|(?:der|die) (?:gerade |noch |auf mich |auf uns |auf antwort |auf eine antwort |auf ne antwort )*(?:wartet|warten|blockiert ist|blockiert)(?: auf (?:mich|uns|antwort|eine antwort|ne antwort))?|(?:der|die) (?:was|etwas|eine antwort|ne antwort|mich|hilfe) (?:von mir )?(?:braucht|will|wissen will)|(?:der|die) (?:eine |ne )?(?:frage|ruckfrage) (?:hat|haben)",
        "failed": rf"fehlgeschlagene{_ENDED}|gescheiterte{_ENDED}|kaputte{_ENDED}|abgesturzte{_ENDED}|abgeschmierte{_ENDED}|gecrashte{_ENDED}|rote{_ENDED}|(?:der|die|was) (?:gerade )?(?:fehlgeschlagen|gescheitert|kaputt|abgesturzt|abgeschmiert|gecrasht|schiefgegangen|schief gelaufen)(?: ist| sind)?",
        "completed": rf"(?:schon )?(?:fertige{_ENDED}|abgeschlossene{_ENDED}|beendete{_ENDED}|erledigte{_ENDED})|(?:der|die|was) (?:schon )?(?:fertig|abgeschlossen|durch)(?: ist| sind)",
        "queued": rf"eingereihte{_ENDED}|anstehende{_ENDED}|geplante{_ENDED}|in der (?:warteschlange|queue)(?: (?:ist|steht|stehen|hangt))?|noch nicht gestartete{_ENDED}",
        "cancelled": rf"abgebrochene{_ENDED}|gestoppte{_ENDED}|gekillte{_ENDED}",
    },
    newest=rf"letzte{_ENDED}|neu(?:e)?ste{_ENDED}|jungste{_ENDED}|zuletzt (?:gestartete{_ENDED}|gestartet|gestarteten|angelegte{_ENDED})|als letztes (?:gestartet|angelegt|losgeschickt)|{_RELATIVE}(?:als letztes|zuletzt|eben|gerade|gerade eben|vorhin|grad) (?:erst )?(?:gestartet|angelegt|losgeschickt|angeworfen|aufgemacht|losgelassen|angefangen|erstellt)(?: (?:hab|habe|haben|wurde))?|(?:eben|gerade|frisch) gestartete{_ENDED}|aktuellste{_ENDED}",
    oldest=rf"alteste{_ENDED}|am langsten (?:lauft|laufende{_ENDED})|(?:der )?am langsten lauft",
    other=r"anderen?|anderer|ubrigen|restlichen|rest|der rest|den rest",
    links=(
        r"der|die|das|den|dem|des|fur|furs|am|an|im|in|bei|beim|mit|von|vom|zum|zur|uber|zu|auf|aus|um|namens|genannt|(?:der |die )?(?:gerade |noch )?(?:an |am |auf |mit |im |in )?(?:dem |der |den )?(?:arbeitet|arbeiten|werkelt|sitzt|dran ist|beschaftigt ist|bearbeitet|baut|macht|schreibt|fixt|repariert|erledigt|kummert)|sich|ist|sind|thema|bezuglich|ums|furs|ans|aufs|ubers|wegen|einem|einer|den"
    ),
    excluding=r"(?:außer|ausser|bis auf|ohne|mit ausnahme von|nur nicht|aber nicht|abgesehen von)",
    joins=r"(?:und(?: auch)?|sowie|oder|plus|und den|und die|und dann)",
    indefinite=r"ein|einen|einem|'n|n|neuer|neuen|noch einen|noch ein|nen|'nen|ein'n|irgendeinen",
    small=frozenset(
        ["der", "die", "das", "den", "dem", "des", "und", "gerade", "mir", "bitte", "mal", "ist", "sind", "es", "a", "eigentlich", "denn", "sache", "sachen", "zeug", "kram", "thema", "ding", "arbeit", "aufgabe", "da", "hier", "dort", "noch", "jetzt", "so", "auch", "agent", "agenten", "bot", "job", "im", "in", "am", "an", "auf", "fur", "mit", "von", "vom", "zu", "zum", "zur", "bei", "beim", "um", "repo", "repository", "projekt", "ein", "eine", "einen", "s", "eben", "ja", "ums", "ubers", "furs", "gerne", "dran", "beschaftigt", "arbeitet", "lauft", "unser", "unsere", "feature", "ticket", "mein"]
    ),
    numbers=_NUMBERS,
    homophones=_HEARD,
    ordinals={f"{word}{end}": at for at, word in enumerate(_ORDINALS, start=1) for end in ("", "n", "r", "s")},
    topics=Compounds(),
    never_first=r"in|im|mit|bei|beim|an|am|auf|uber|um|zu|zum|zur|von|vom|fur|ist|sind|war|hat|haben|wie|warum|wo|wann|was(?! (?:gerade|noch|so|alles|lauft))",
    never_last=r"auf|in|an|mit|von|bei|im|am|und|uber|um|zu|fur|der|die|das|den|dem",
    forbidden=frozenset(
        ["nicht", "kein", "keine", "keinen", "wenn", "falls", "dann", "aber", "weil", "nie", "niemals", "pausiere", "pausier", "pausieren", "stoppe", "stopp", "stoppen", "starte", "starten", "brich", "abbrechen", "beende", "beenden", "halte", "halt", "anhalten", "setz", "setze", "fort", "fortsetzen", "weiter", "weitermachen", "sagt", "sagte", "gesagt", "meint", "meinte", "soll", "sollte", "kann", "konnte", "darf", "muss", "will", "wollte", "vielleicht", "bevor", "nachdem", "bis", "sobald", "ob", "jemand", "niemand", "man", "alle", "kill", "kille", "killen", "lass", "lasse", "mach", "mache", "leg", "lege", "stell", "kannst", "konntest", "wieder", "wieso", "warum", "wie", "wo", "wann", "ich", "wir", "du", "was", "los", "voran", "fertig", "ab", "und", "oder", "sondern", "mich", "mal", "bitte", "doch", "nochmal", "gib", "zeig", "sag"]
    ),
)  # fmt: skip
