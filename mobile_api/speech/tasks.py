"""What an agent is to do, as words: tidied for the agent, and judged for what cannot be undone."""

import re

_HARM = (
    r"(?:drop|delet|destroy|wip|purg|truncat|eras|nuk|obliterat|force[ -]?push|shred|annihilat|"
    r"reset the database|wip(?:e|ing) out|clear out the database)(?:e|es|ed|s|ing|ping|ped|pes)?"
)
_HARM_HERE = re.compile(rf"\b{_HARM}\b")
_FORCE = re.compile(
    r"\bforce[ -]?push|\bpush(?:es|ing)? (?:--?)?force|\bprod(?:uction)?\b|\brm -rf\b|\breset --?hard\b|"
    r"\blive (?:database|db|system|server|data|site)\b|\bget rid of (?:all|every|the (?:old |whole |entire )?(?:table|database|data|users?|backups?))|"
    r"\bremove (?:all|every) (?:the )?(?:\w+ )?(?:tables?|data|users?|backups?|databases?|records?|rows|branches)|"
    r"\b(?:rewrite|erase|clear) (?:the )?(?:git )?history\b"
)
# "a delete button", "the drop down menu": a thing with that name, nothing that happens.
_NAMED = re.compile(
    r"(?:\b(?:a|an|the|this|that|our|soft|bulk|new|broken|missing|working|each|every|of|for|confirm)\s+(?:\w+\s+)?)"
    r"(?:delete|drop|destroy|wipe|purge|erase|truncate|delete account)\s+"
    r"(?:button|endpoint|route|icon|modal|dialog|command|menu|action|option|request|method|key|flow|link|api|call|"
    r"handler|confirmation|function|mutation|query|down|downs|shadow|zone|off|prompt|page|test|tests|feature|event|hook|policy|animation|target)"
    r"|\bdrop[ -]?(?:downs?|shadows?|zones?|menus?|box)\b|\bdrag[ -]and[ -]drop\b|\bdeleted (?:items|users|posts|messages|files|rows|records|comments)\b|"
    r"\bdelet(?:ion|es) confirmation\b|\bconfirm(?:ation)? (?:dialog )?before delet\w+|\bwiped? animation\b"
)
# "for the trainers drop": a thing that comes out, unless it is data that is dropped.
_RELEASE = re.compile(
    r"\b(?:the|a|an|this|that|our|next|new|upcoming|latest|[\w]+'s) (?:(?!tables?\b|data|databases?\b|columns?\b|rows?\b|ind\w+\b|schemas?\b|users?\b|backups?\b|"
    r"collections?\b|buckets?\b|and\b|to\b|then\b|will\b|should\b|must\b|can\b|it\b|please\b|records?\b|tests?\b|jobs?\b|scripts?\b|agents?\b|migrations?\b)[\w'-]+ ){1,2}drops?"
    r"(?=[.!]?$|[,;.] | (?:page|launch|date|day|countdown|banner|campaign|release|event|timer|email|list|on|at|in) ?)"
)
# "the socket drops after an hour", "the drop rate", "drops packets": what goes wrong, no order.
_DATA = re.compile(
    r"\b(?:tables?|databases?|db|dbs|columns?|ind(?:ex|exes|ices)|schemas?|collections?|buckets?|volumes?|backups?|"
    r"namespaces?|rows|records|branch(?:es)?|data|users?|accounts?|history|partitions?|keyspaces?|topics?|"
    r"jobs?|scripts?|migrations?|commands?|cron|functions?|triggers?|procedures?|polic(?:y|ies)|cleanups?|retention|flags?|"
    r"old|older|oldest|stale|expired|unused|all (?:the |old )?(?:events|messages|sessions)|bin|trash)\b"
)
_NO_SUBJECT = (
    r"(?<!\bto )(?<!\band )(?<!\bthen )(?<!\bplease )(?<!\bthat )(?<!\bwhich )(?<!\bwho )(?<!\bit )(?<!\bshould )"
    r"(?<!\bmust )(?<!\bwill )(?<!\bcan )(?<!\bjust )(?<!\balso )(?<!\bor )(?<!\bagent )(?<!\bby )(?<!\bfor )(?<!, )(?<!: )(?<!\. )(?<!\bbe )(?<!\bget )(?<!\bgets )(?<!\bbeen )(?<!\bnow )(?<!\bnot )(?<=\w )"
)
_FALLS = re.compile(
    r"\bdrop[ -](?:rates?|chances?|odds|weights?|outs?|offs?|ins?|point|points|caps?|bears?|kicks?|shipping)\b|"
    rf"{_NO_SUBJECT}(?:drops?|dropped|dropping) (?:(?:itself|right|straight|all the way|down|back) )*"
    r"(?:offline|out|off|below|behind|dead|after|every|during|whenever|when|while|under|between|once|to (?:zero|\w+ (?:fps|frames|percent))|on|in the|at)\b|"
    rf"{_NO_SUBJECT}(?:drops|dropped|dropping) (?:(?:the|some|all|our|its|their|his|her|random|every|half|most|a few|too many) )*(?:\w+ )?"
    r"(?:messages?|packets?|frames?|calls?|connections?|sockets?|sessions?|audio|events?|requests?|samples?|clicks?|"
    r"bytes|notes?|inputs?|fps|updates?|datagrams?|characters?|words?|letters?|lines?|signals?|keystrokes?|notifications?)\b|"
    rf"\b(?:why|because|how come|whenever) (?:\w+ ){{1,5}}{_NO_SUBJECT}drops?\b|(?<!\bit )\b(?:is|are|was|were|keeps|kept)(?: still| now| always)? dropping\b|\b(?:stop|keep)(?:s|ping)? it (?:from )?dropping\b|{_NO_SUBJECT}drops(?=[,.;]|$)"
)
_GERMAN = re.compile(
    r"\b(?:l[oö]sch\w*|zerst[oö]r\w*|produktion\w*|eliminar?|borrar?|destruir|producci[oó]n|supprime\w*|supprimer|"
    r"effacer?|d[eé]truire|detruire)\b"
)
_E_AGAIN = re.compile(
    r"(?:ach|at|ut|iz|uc|ov|av|iv|id|ag|eg|ang|is|os|us|ur|ir|il|ul|bl|pl|fl|rc|nc|or|ak|ok|ik|yp|ap|op|am|om|ud|od|ad|"
    r"writ|lv|rv|rg|lac|rac|fac|pac|[dtgkz]l|cl|elet|plet|vit|nit|cit|ach|hor|ebas|hap|hid|guid|nam|sum)$"
)
_TOLD = {
    "had": "have", "made": "make", "took": "take", "got": "get", "gave": "give", "wrote": "write",
    "found": "find", "built": "build", "went": "go", "let": "let", "put": "put", "did": "do",
    "kept": "keep", "taught": "teach", "brought": "bring", "split": "split",
}  # fmt: skip
# "load", "fail", "monitor" end like "grade", "file" and "store", and have no e.
_NO_E = re.compile(
    r"(?:oad|ead|oach|each|tach|eat|oat|oom|eam|oop|nitor|factor|hor|ror|ensor|ail|oil|eak|oak|ook|ocus|eap|oap|ell|all|oid|aid)$"
)


def is_irreversible(task: str) -> bool:
    """Whether what *task* does could not be undone: confirm it first."""
    text = task.lower()
    if _FORCE.search(text) or _GERMAN.search(text):
        return True
    text = _RELEASE.sub(" ", _NAMED.sub(" ", text))
    return bool(_HARM_HERE.search(text if _DATA.search(text) else _FALLS.sub(" ", text)))


def imperative(word: str) -> str:
    """Return the English third person *word* as an order: "adds" is "add"."""
    lower = word.lower()
    if lower in {"has", "is", "does", "goes"}:
        return {"has": "have", "is": "be", "does": "do", "goes": "go"}[lower]
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:ss|sh|x|zz|tch|ch)es$", lower) and not re.search(
        r"(?:c|ea)aches$|caches$", lower
    ):
        return word[:-2]
    return word[:-1] if lower.endswith("s") and not lower.endswith("ss") else word


def from_told(word: str) -> tuple[str, ...]:
    """Return the orders that the English *word* may be told of: "adds", "added", "had"."""
    lower = word.lower()
    if lower in _TOLD:
        return (_TOLD[lower],)
    if lower.endswith("ed") and len(lower) > 4:
        short = word[:-2]
        return (word[:-1], short, short[:-1] if short[-1] == short[-2] else short)
    return (imperative(word),) if imperative(word) != word else ()


def from_gerund(word: str) -> str:
    """Return the English *word* without "ing", as an order: "adding" is "add"."""
    if not word.lower().endswith("ing") or len(word) < 6:
        return word
    base = word[:-3]
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsdfz":
        return base[:-1]
    lower = base.lower()
    return base + "e" if _E_AGAIN.search(lower) and not _NO_E.search(lower) else base
