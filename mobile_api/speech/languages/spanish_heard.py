"""Spanish: how letters are named, and what is taken apart before the forms are looked at."""

import re

from mobile_api.speech.text import plain

LETTERS = {
    "be": "b", "ce": "c", "de": "d", "efe": "f", "ge": "g", "hache": "h", "jota": "j", "ka": "k",
    "ca": "k", "ele": "l", "eme": "m", "ene": "n", "pe": "p", "cu": "q", "erre": "r", "ere": "r",
    "ese": "s", "te": "t", "uve": "v", "ve": "v", "equis": "x", "zeta": "z", "ceta": "z",
    "uve doble": "w", "doble uve": "w", "doble ve": "w", "doble u": "w", "ve doble": "w",
    "y griega": "y", "i griega": "y", "ye": "y", "ve corta": "v", "be larga": "b", "i latina": "i",
    "be alta": "b", "ve baja": "v",
}  # fmt: skip
_UNITS = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"
NUMBERS = {word: value for value, word in enumerate(_UNITS.split())} | {
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90, "cien": 100,
}  # fmt: skip
DIGITS = {word: str(value) for word, value in NUMBERS.items()}

_ACTS = (
    "pausa|pause|suspende|suspenda|congela|aparca|frena|deten|detenga|deteng|para|pare|cancela|cancele|termina|termine|acaba|aborta|aborte|"
    "mata|mate|elimina|finaliza|cierra|apaga|corta|tumba|cargate|reanuda|reanude|continua|continue|retoma|retome|reactiva|reinicia|despierta|"
    "descongela|descarta|arranca|activa|detene|detiene|despausa|relanza|interrumpe|liquida|prosegui|segui"
)
_PUTS = "dejemos|dejamos|ponemos|pon|ponga|pone|deja|deje|saca|saque|manda|echa|quita|quite|da|haz|hace|vuelve"
# "cancélalo", "pararlos", "ponédmelo": the pronoun is a word of its own; "párame el dos" has none.
_JOINED = re.compile(
    rf"(?P<verb>(?:{_ACTS})(?:r|d|n)?)(?:(?:me|te|nos)?(?P<it>lo|la|los|las)|me|nos)"
    rf"|(?P<put>(?:{_PUTS}|poner|dejar|sacar|poned|dejad|pongan|dejen|detener)(?:d|n)?)(?:me|te|nos|se)?(?P<them>lo|la|los|las)"
    r"|(?P<at>para|sigue|segui|continua|corta|frena|pausa|sigan)le"
)
_KEPT = frozenset(["pausas", "terminales", "dejala", "sacala"])
_TWICE = re.compile(
    r"\b(el|la|los|las|un|una|de|del|que|en|a|y|lo|para|con|mi|al|se|me|agente|pausa|cancela)(?:(?: ,)? \1)+(?= |$)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?: ,)? (?:o sea|digamos|pues nada|este|esto|como te digo|no s[eé]|a ver|pues|eh|sabes|vamos|mira) ,(?= )(?! no )",
    re.IGNORECASE,
)
_SIGNS = (
    (re.compile(r"\b(?:gui[oó]n bajo|barra baja|guion baja)\b", re.IGNORECASE), "underscore"),
    (re.compile(r"\bgui[oó]n(?: medio)?\b", re.IGNORECASE), "guion"),
    (re.compile(r"(?<=rama )(\S+(?: \S+){0,2}) (?:diagonal|slash|palito)\b", re.IGNORECASE), r"\1 barra"),
    (re.compile(r"\b(treinta|cuarenta|cincuenta) y (uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b"), None),
)  # fmt: skip
# "pausé" is no order as "pause" is: without the accent they are the same.
_PAST = re.compile(
    r"(?<!\w)(?<!que )(pausé|paré|cancelé|lancé|reanudé|maté|terminé|aborté|acabé|dejé|arranqué|creé|suspendí|detuve|puse)(?!\w)",
    re.IGNORECASE,
)
# "para" is "for", too: it stops only where it begins a command.
_STOPS = re.compile(
    r"^(?P<before>(?:(?:[a-z]+ ){0,3}, )?(?:(?:oye|vale|ok|bueno|venga|pues|ya|y|si|mejor|anda|hey|hola|no|espera|perdon|ahora|che|porfa|por favor|cadence)(?: ,)? )*)para"
    r"(?= (?:(?:el|la|los|las|al|lo|todo|todos|todas|a|ya|ese|este|esa|eso|esto|agente|agentes|ambos|inmediatamente|ahora|cualquier|los|mis|mi(?! ,? ?que )|numero|\d+)\b))"
)
# "quita el botón" is a task, "quita el del botón" is not.
_REMOVES = re.compile(
    r"\b(?:quita|quite|borra|elimina|tumba|saca|tira)(?= (?:el|la|lo|al|los|las) (?:de|del|que|agente|agentes) )",
    re.IGNORECASE,
)
_STOPS_LATER = re.compile(
    r"(?<= )para(?= (?:lo|todo|todos|el agente|al agente|los agentes|mis agentes|agente)(?: |$)|"
    rf" el (?:{'|'.join(_UNITS.split())}|\d+)(?: |$))"
)
_FOR = re.compile(
    r"\b(?:un|otro|nuevo|una|alguien) (?:nuevo )?(?:agente|bot)|agente nuevo|nuevo agente|^(?:\S+ ){0,3}para (?:el|la) (?:repo|repositorio|proyecto)|\balguien\b|[,:] (?:un|otro|nuevo)\b"
)


_GOES_ON = re.compile(r"(?<!como )(?<!tal )\bsigue(?= (?:el|la|lo|ese|este|agente|ahi|\?))")


def tidied(text: str) -> str:
    """Return the cleaned *text* with pronouns apart from verbs, without fillers and repetitions."""
    for pattern, written in _SIGNS:
        text = pattern.sub(written or _added, text)
    text = _TWICE.sub(r"\1", _FILLER.sub("", text))
    text = _PAST.sub(r"yo \1", text)
    text = " ".join(_apart(token) for token in text.split(" "))
    if text.rstrip(" .!").endswith("?"):  # "sigue el dos" is an order, "¿sigue el dos?" is none
        text = _GOES_ON.sub("está en marcha", text[0].lower() + text[1:])
    text = re.sub(r"(?<=agente) este(?= (?:en|para|que) )", "", text)
    text = _REMOVES.sub("cancela", text)
    low = plain(text)
    if not _FOR.search(low):
        if found := _STOPS.match(low):
            start = found.end() - len("para")
            text = f"{text[:start]}detén{text[found.end() :]}"
        low = plain(text)
        if len(low) == len(text):
            text = _replaced(text, low)
    return text


def _replaced(text: str, low: str) -> str:
    for found in reversed(list(_STOPS_LATER.finditer(low))):
        text = f"{text[: found.start()]}detén{text[found.end() :]}"
    return text


def _added(found: re.Match[str]) -> str:
    return str(NUMBERS[found[1].lower()] + NUMBERS[found[2].lower()])


def _apart(token: str) -> str:
    low = plain(token)
    found = None if low in _KEPT else _JOINED.fullmatch(low)
    if found is None:
        return token
    verb, it = found["verb"] or found["put"] or found["at"], found["it"] or found["them"]
    return f"{verb} {it}" if it else verb


# Subjunctives that are no plain "-e" of "-ar".
_IRREGULAR = {
    "haga": "hacer", "rehaga": "rehacer", "ponga": "poner", "meta": "meter", "mueva": "mover",
    "devuelva": "devolver", "vuelva": "volver", "resuelva": "resolver", "convierta": "convertir",
    "corrija": "corregir", "traduzca": "traducir", "reduzca": "reducir", "produzca": "producir",
    "muestre": "mostrar", "pruebe": "probar", "compruebe": "comprobar", "cierre": "cerrar",
    "recuerde": "recordar", "acuerde": "acordar", "sea": "ser", "tenga": "tener", "salga": "salir",
    "diga": "decir", "vaya": "ir", "de": "dar", "vea": "ver", "lea": "leer", "extraiga": "extraer",
    "ordene": "ordenar", "mantenga": "mantener", "contenga": "contener", "detenga": "detener",
    "proteja": "proteger", "recoja": "recoger", "elija": "elegir", "siga": "seguir",
    "consiga": "conseguir", "pida": "pedir", "mida": "medir", "impida": "impedir",
    "despliegue": "desplegar", "niegue": "negar", "envie": "enviar", "encuentre": "encontrar",
    "cuente": "contar", "aparezca": "aparecer", "establezca": "establecer", "haya": "haber",
    "sirva": "servir", "incluya": "incluir", "sustituya": "sustituir", "reconstruya": "reconstruir",
    "distribuya": "distribuir", "invierta": "invertir", "traiga": "traer", "pinte": "pintar",
    "empiece": "empezar", "ofrezca": "ofrecer", "genere": "generar", "renueve": "renovar",
    "vierta": "verter", "cuelgue": "colgar", "sugiera": "sugerir", "defina": "definir",
}  # fmt: skip
_IR = frozenset(
    ["anada", "suba", "escriba", "reescriba", "divida", "imprima", "comprima", "suprima", "permita",
     "defina", "una", "admita", "omita", "transmita", "emita", "describa", "reparta", "comparta",
     "discuta", "descubra", "cubra", "abra", "evada", "cumpla", "consuma", "asuma", "remita"]
)  # fmt: skip
_ER = frozenset(["responda", "corra", "rompa", "beba", "acceda", "exceda", "someta", "comprenda",
                 "aprenda", "venda", "proceda", "defienda", "atienda", "extienda"])  # fmt: skip
_SPELT = (("que", "car"), ("gue", "gar"), ("ce", "zar"), ("e", "ar"))
_NO_VERB = frozenset(["que", "de", "se", "le", "me", "te", "ese", "este", "sobre", "siempre", "desde", "base", "cliente", "dile", "pidele"])  # fmt: skip


def infinitive(clause: str) -> str:
    """Return *clause* ("añada tests") as an order ("añadir tests"), empty if it begins with no verb."""
    verb, _, rest = clause.partition(" ")
    if verb in {"lo", "la", "los", "las"}:  # "que lo arregle"
        order, _, rest = infinitive(rest).partition(" ")
        return f"{order}{verb} {rest}".strip() if order else ""
    turned = _turned(verb, plain(verb))
    return f"{turned} {rest}".strip() if turned else ""


def _turned(verb: str, low: str) -> str:
    if low in _IRREGULAR and low != "de":
        return _IRREGULAR[low]
    if low in _IR or low in _ER:
        return verb[:-1] + ("ir" if low in _IR else "er")
    if len(low) < 4 or low in _NO_VERB:
        return ""
    ending = next(((end, new) for end, new in _SPELT if low.endswith(end)), None)
    return verb[: -len(ending[0])] + ending[1] if ending else ""
