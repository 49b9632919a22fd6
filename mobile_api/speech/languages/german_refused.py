"""German: sentences with a command in them that are none."""

_NOT = r"(?:nicht|nie|niemals|kein|keine|keinen|keinem|keiner|keinesfalls|auf keinen fall|bloß nicht|nichts)"
# "not any more" says why; a question may ask what does not go on.
_ASKS = r"(?:(?:und |also |sag mal ,? ?)?(?:wie|was|warum|wieso|weshalb|woran|wo|wer|welche\w?|ist|sind|lauft|laufen|hat|haben|geht|kommt|hangt)\b(?!.*\b(?:wenn|falls)\b))"
_WORDS = r"(?:meint|meinte|meinten|sagt|sagte|sagten|fragt|fragte|fragten|denkt|dachte|schrieb|schreibt|behauptet|behauptete|glaubt|schlug vor|schlagt vor|will|wollte|empfiehlt|erzahlt|erzahlte|rief|ruft)"
_ACTS = r"(?:stopp\w*|abbrech\w*|brich|paus\w*|anhalt\w*|halte|beende\w*|fortsetz\w*|weiter\w*|setz\w*|kill\w*|start\w*|losch\w*)"

# Behind a request a task may have such words, unless they take the request back.
_TASKED = rf"(?:(?!{_NOT}\b)\S+ )*?(?:einen?|nen|neuer|neuen|neuer ki) (?:(?!{_NOT}\b)\S+ )?agent(?:en)?\b(?:(?! {_NOT}\b| [,.:;] ) \S+)* [,.:;] (?!(?:aber|nein|doch|lieber|nicht|nee|ne|bitte nicht)\b)(?:\S+ ){{3,}}\S+"

REFUSED = {
    "injection": (
        r"(?:.*\b(?:ignorier\w*|vergiss|missachte|umgeh\w*|uberspring\w*|deaktivier\w*) (?:alle|alles|deine|die|samtliche|jede)(?: \w+){0,3} (?:anweisung\w*|regel\w*|vorgaben|bestatigung\w*|instruktion\w*|nachfrage\w*|befehle|sicherheits\w*|prompts?|bisherige\w*)\b.*|"
        r".*\b(?:ignorier\w*|vergiss) (?:alle|deine) .*|.*\bohne (?:zu fragen|bestatigung|nachfrage|nachzufragen|ruckfrage|zu bestatigen)\b.*|.*\b(?:aller|anderer|fremder) (?:nutzer|benutzer|leute|kollegen|accounts?|konten)\b.*|"
        r".*\bvon (?:allen|anderen|fremden) (?:nutzern|benutzern|leuten|kollegen|usern|accounts)\b.*|"
        r"antworte (?:nur|ausschließlich|immer|mir)?.*\b(?:json|mit|ja)\b.*|.*\b(?:intent|system ?prompt|needs confirmation|admin ?modus|entwickler ?modus|als admin(?:istrator)?)\b.*|.*\bbestatigung (?:auf|ist|=|aus|nicht)\b.*|"
        r"(?:du bist (?:jetzt|ab jetzt|nun)|tu so als|stell dir vor|gib vor|verhalte dich|ab sofort bist du)\b.*|(?:system|assistent|assistant|user|anweisung) ?:.*|"
        r".*\b(?:zeig|gib|nenn|sag|verrat|lies|druck)\w*\b.{0,40}\b(?:api keys?|api schlussel|tokens?|passwort|passworter|zugangsdaten|geheimnis\w*|system ?nachricht|umgebungsvariablen)\b(?!\s\w+ (?:an|aus)).*)"
    ),
    "reported": (
        rf"(?:(?:er|sie|jemand|man|die|der|wer|mein\w* \w+|unser\w* \w+|der \w+|die \w+|(?!(?:es|das|was|wie|agent|ich|wir|du)\b)\w+) (?:hat |haben )?(?:gestern |heute |eben |gerade |vorhin |immer |neulich |mir |uns |noch |auch )*{_WORDS}\b(?! (?:ich|wir|agent)\b).*|"
        rf"(?:er|sie|jemand|mein\w* \w+|unser\w* \w+|der \w+|die \w+|\w+) (?:hat|haben) (?:.* )?(?:gesagt|gefragt|gemeint|geschrieben|gewollt|vorgeschlagen|gebeten)\b.*|.*\b(?:hat|habe|haben|hatte|hab) (?:\w+ ){{0,4}}(?:gesagt|gefragt|gemeint|geschrieben)\b.*|"
        rf"(?:laut|angeblich|zitat|im film|in den nachrichten|das wort|der befehl|der satz|sag (?:einmal|dem|der|ihm|ihr|nicht)|schreib\w* (?:ihm|ihr|dem|der)|auf dem (?:schild|zettel)|in der (?:mail|doku)) .*|"
        rf"(?:ich|wir|du) (?:hab|habe|haben|hatte|hatten|hast) .*\b(?:gestoppt|abgebrochen|pausiert|angehalten|beendet|fortgesetzt|gestartet|gekillt)\b(?! (?:hab|habe|haben|hatte|hast)\b).*)"
    ),
    "negated": rf"(?!{_ASKS})(?!{_TASKED})(?:.*\b{_NOT}\b(?! (?:mehr|wahr)\b)(?! (?:zu|so) ).*)",
    "question": (
        r"(?:was (?:passiert|geschieht|ware|wurde passieren|heißt|bedeutet|kann ich|kann man|darf ich|soll ich|muss ich|sage ich)\b(?!(?: denn| eigentlich| gerade)* (?:mit|bei|beim|da|gerade|so|in)\b).*|was ,? ?(?:wenn|ware wenn).*|(?:soll|sollen|sollte|sollten|darf|durfen|muss|mussen) (?:agent|der|die|das|alle|er|es|ihn|nummer|meine?r?|unsere?r?)\b.*|(?:soll|sollte|sollen|sollten|darf|durfen|muss|mussen|musste|mussten) (?:ich|wir|man)\b.*|"
        r"(?:kann|konnte|konnten|konnen) (?:ich|man|wir)\b.*|(?:kann|konnen|konnte) (?:ein|einen|agenten|die agenten|so ein)\b.*|(?:wie|wann|warum|wieso|wo|womit) (?:kann|konnte|mache|mach|stoppe|pausiere|starte|beende|breche|setze|geht das|funktioniert das|soll|sollte|muss|wurde|halte|werden|bricht)\b (?:ich|man|wir|das|einen|ein|agenten)\b.*|wie (?:funktioniert|stoppt|pausiert|startet|beendet|bricht|halt|setzt) (?:man|das|eigentlich|die|der)\b.*|"
        r"(?:ist es|ware es|war es) (?:moglich|okay|ok|gut|schlimm|sinnvoll|besser|klug)\b.*|(?:hab|habe|haben|hatte) (?:ich|wir) (?!.*\b(?:neues|antwort|ergebnis)).*|(?:erklar|erklare)\b.*|(?:wer|warum|wieso|wann) (?:hat|wurde|habt|habe|hab|haben) .*\b(?:gestoppt|abgebrochen|pausiert|angehalten|beendet|gestartet|gekillt)\b.*|"
        r"(?:welche|was fur) (?:befehle|kommandos|worter)\b.*|(?:was ist|wo ist) (?:der|ein) (?:unterschied|befehl)\b.*|weißt du ,? wie man .*|lohnt (?:es )?sich\b.*)"
    ),
    "hedged": (
        r"(?:ich (?:glaube?|denke?|dachte|wollte|uberlege?|habe?|hatte(?! (?:\w+ )?gerne?\b)|frage?|weiß|bin|war|wurde (?:ja|eher|vielleicht)|konnte|sollte|musste)\b.*|wir (?:wollten|dachten|uberlegen|haben|hatten(?! (?:\w+ )?gerne?\b)|sollten|konnten|mussten|waren|wurden)\b(?! \w+ agenten).*|vielleicht .*|weiter so|wenn (?!du (?:kannst|magst|zeit|so)|es geht|moglich).*|"
        r"falls (?!moglich|du (?:kannst|zeit)).*|sobald .*|eventuell .*|moglicherweise .*|angenommen .*|im falle? .*|nachdem .*|bevor .*|immer wenn .*|eigentlich (?:wollte|sollte|musste|hatte) .*|man (?:konnte|sollte|musste) .*|"
        r".*\b(?:weiß nicht|keine ahnung|bin (?:mir )?(?:nicht|un)sicher|wie du meinst|entscheide du|entscheid du)$|"
        rf"(?!.*\b(?:einen?|neuer|neuen|nen) (?:\w+ )?agent).*\b{_ACTS}\b.*(?: ,)? (?:wenn|falls|sobald|sofern|es sei denn|nachdem)(?! du (?:kannst|magst|zeit|so|willst)\b)(?! (?:es|das)? ?geht\b)(?! moglich) .*)"
    ),
    "elsewhere": (
        r"(?:benenn\w*|merge|merg|merge?n|review\w*|deploy\w*|rebase|klon\w*|dupliziere?|kopiere?|losch\w*|genehmig\w*|veroffentlich\w*|ruf|lies|offne|zeig\w*(?: mir)?) (?:bitte |mal )*(?:den |die |das |dem )?(?:agent(?:en)?|pr|pull request|branch|diff|code|commits?|logs?|anderungen)\b(?! (?:\w+ )?(?:status|stand)).*"
    ),
}
