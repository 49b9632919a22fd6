"""German: how a new agent is asked for."""

from mobile_api.speech.language import Creating
from mobile_api.speech.languages.german_verbs import order

_SURE_AGENT = r"(?:agenten|agent den|agent|agentin|agenden|agend|agente|a genten|asiaten|coding agent(?:en)?|ki agent(?:en)?|ai agent(?:en)?|cadence agent(?:en)?)"
_AGENT = rf"(?:{_SURE_AGENT}|bot|worker|helfer)"
_A = r"(?:einen|einem|einer|eine|einn|ein'n|'nen|nen|'n|n|ein|nochmal einen|noch einen|noch ein)"
_NEW = r"(?:neuen|neuer|neues|neu|weiteren|weiterer|zusatzlichen|zusatzlicher|frischen|zweiten|anderen|eigenen|extra|separaten|kleinen)"
_FILL = r"(?: (?:mir|uns|bitte|mal|noch|doch|jetzt|schnell|kurz|eben|gleich|einfach|dann|auch|nochmal|dafur|da|dort|direkt|gern|gerne|sofort|am besten|erst mal|erstmal|parallel|zusatzlich|ruhig|dringend|unbedingt|endlich|hier|lieber|ma))*"
_NP = rf"(?:(?:{_A}|den|die|das) )?(?:{_NEW} )*{_SURE_AGENT}"
_NP1 = rf"(?:{_A} (?:{_NEW} )*|(?:{_NEW} )+){_AGENT}"
_DO = (
    r"(?:ansetzen|starten|loslassen|laufen lassen|anlegen|aufmachen|erstellen|draufsetzen|dransetzen|einsetzen|beauftragen|anwerfen|losschicken|abstellen|los lassen|an setzen|erzeugen|"
    r"aufsetzen|hochfahren|anschmeißen|spawnen|ranlassen|ransetzen|hinschicken|drauf ansetzen|drauf loslassen|drauflassen|loslaufen lassen|anfangen lassen|arbeiten lassen|machen|haben|kriegen|bekommen|bereitstellen|aktivieren|launchen|schicken|setzen|anstoßen)"
)
_START = (
    r"(?:(?:starten|erstellen|machen|schicken|setzen|legen|lassen|beauftragen|erzeugen|nehmen|geben|holen|stellen) sie|starte|startest|start|starten|staate|erstelle|erstell|erstellst|erzeuge|erzeug|beginne|mach|mache|machst|nimm|schick|schicke|schickst|hol|hole|gib|besorg|besorge|spawn|spawne|launch|launche|eroffne|wirf|schmeiß|"
    r"setz|setze|setzt|leg|lege|legst|lass|lasse|lasst|stell|stelle|stellst|bau|baue|aktiviere|aktivier|fahr|fahre|beauftrage|beauftrag|brauche|brauch|organisier|organisiere|spendier|spendiere|kick|spin|hau|pack|packe|klatsch|knall|jag|jage|tu|verpass|wirf)"
)
_WANT = (
    r"(?:(?:ich|wir) (?:brauche|brauch|brauchen|brauchte|brauchten|braucht|mochte|mochten|will|wollen|hatte|hatt|hatt'|hatten|benotige|benotigen|wunsche mir|nehme|nehmen|kriege|bekomme|wurde|wurden)(?: gerne?)?|"
    r"(?:brauche|brauch|brauchen|brauchte|mochte|mochten|will|wollen|hatte|hatt|hatt'|hatten|benotige|benotigen|hatt|wurde|wurden) (?:ich|wir)(?: gerne?)?|da (?:muss|musste|soll|sollte|brauchts|braucht's)|es braucht|(?:hier|dort) brauchts?|braucht|kriegt|bekommt|bekame gerne|konnte gebrauchen|verdient)"
)
_SOMEBODY = r"(?:jemand|jemanden|wer|wen|irgendwen|irgendwer|irgendjemand|einer)"
_BACK = rf"(?:(?:{_FILL})(?: (?:an|los|auf|ran|dran|ab|hoch|drauf|darauf|{_DO})(?= [,.;:!?]|$| (?:auf|im|in|fur|bei|beim|der|und|um|am|der|mit|damit|zum) )))?"

CREATING = Creating(
    heads=(
        rf"{_START}{_FILL} {_NP}{_BACK}",
        rf"{_START}{_FILL} {_NP1}{_BACK}",
        rf"{_WANT}{_FILL} {_NP1}{_BACK}",
        rf"(?:mal |bitte |noch |jetzt |gleich |kurz )*{_NP1} {_DO}",
        rf"(?:{_A} )?(?:{_NEW} )+{_AGENT}(?: bitte| her| los)?(?! (?:ist|hat|lauft|war|wartet|hangt|braucht)\b)",
        rf"(?:noch ein|noch einen|ein|einen|nen|'nen) {_SURE_AGENT}(?: bitte)?(?= (?:fur|im|auf|in|der|am|beim|bei|zum)\b| [,:;.] |(?<=noch ein agent)$|(?<=noch einen agenten)$)(?!.* (?:ist|war|hat|wurde|wartet|hangt|braucht|will)(?: \S+){{0,3}}$)",
        rf"(?:agenten|agent)(?: bitte)?(?= (?:fur|im|auf|in|am|beim) (?:(?:\S+ ){{1,6}}{_DO}\b|.* [:,] ))",
        rf"(?:soll|sollte|musste|muss|kann|konnte|mag|darf|mochte)(?: sich)?{_FILL} (?:{_SOMEBODY}|{_NP1})(?: bitte| mal| sich| endlich| noch| schnell)*",
        rf"(?:{_SOMEBODY}|{_NP1}) (?:soll|sollte|musste|muss|konnte|kann)(?: bitte| mal| sich| endlich| noch| dort| da)*",
        rf"(?:{_START}|{_WANT}){_FILL} {_SOMEBODY}(?= (?:auf|in|im|an|fur|bei)\b| ,)",
        rf"(?:kann|konnte|mag) {_SOMEBODY}(?: bitte| mal| sich| endlich| noch| schnell)*",
        rf"(?:lass|lasse|lasst){_FILL} {_SOMEBODY}(?: mal| bitte)*",
        rf"(?:{_START}|neue|neuer){_FILL} (?:eine |einen |den )?(?:neue |neuen )?(?:aufgabe|task|job|auftrag)(?: an)?",
    ),
    lead=(
        r"super|perfekt|prima|klasse|alles klar|cool|moin(?: moin)?|servus|hallo(?: zusammen)?|guten (?:morgen|tag|abend)|gruß (?:gott|dich)|geh|morgen|so|also|ok|okay|ja|gut|ach|achso|ach ja|du|sag mal|hor mal|pass auf|bitte|jetzt|dann|mal|und|noch was|nachste sache|"
        r"(?:kannst|konntest|wurdest|magst|willst) du|(?:konnen|konnten) (?:sie|wir)|(?:wenn|falls) (?:du kannst|du zeit hast|moglich|es geht)|ich (?:mochte|will|hatte gerne?) ?,? dass(?: du)?|ubrigens|bei der gelegenheit|wo wir gerade dabei sind|es ware (?:super|gut|schon|toll) ,? wenn"
    ),
    opening=rf"(?:{_START}{_FILL} {_A} (?:{_NEW} )*{_SURE_AGENT}|{_WANT}{_FILL} {_A} (?:{_NEW} )*{_SURE_AGENT}|(?:{_A} )?(?:neuer|neuen) {_SURE_AGENT})(?!(?: \w+){{0,2}} (?:pausiert|gestoppt|gelaufen|fertig|fortsetzen|pausieren|stoppen|abbrechen) )",
    puzzles=r"(?:rausfinden|herausfinden|nachsehen|nachschauen|schauen|gucken|untersuchen|prufen|analysieren) ,? ?(?:warum|wieso|was|ob|wo|woran)\b",
    noun=_SURE_AGENT,
    definite=r"(?:den|der|dem|meinen|diesen) (?:agenten|agent|bot)",
    modal=r"(?:kann|konnte|soll|sollte|muss|musste|mag|lass|lasse|setz|setze|schick|hol|starte)\b",
    people=r"jemand|jemanden|wen|irgendwen|irgendwer|irgendjemand|wer|einer",
    lone=rf"(?:neuer )?{_SURE_AGENT}(?: bitte)?(?= [,.:;] )",
    vague=r"(?:.* )?(?:noch einen|noch einer)",
    no_place=r"(?:am|ans|im|in der|auf der|an der) (?:telefon|handy|apparat|auto|bahn|leitung|tur|haus|zug|bus|pause|eis)\b",
    should=r" (?:soll|sollte|muss|musste) (?:mal |bitte |noch )*",
    orders=(
        r"(?:pausieren|stoppen|warten|weitermachen|fortfahren|fortsetzen|abbrechen|aufhoren|anhalten|beenden|weiterlaufen|loslegen|weiterarbeiten|ruhen|schlafen|pause(?: machen)?|weiter|beeilen|sich beeilen|starten)(?: (?:bitte|jetzt|mal|sofort|kurz))*"
    ),
    states=r"(?:ist|hat|lauft|war|hatte|wartet|hangt|steht|steckt|macht|kommt|ging|geht|scheint|sagt|meint|pausiert|gestoppt|fertig|braucht mich|status|stand)\b",
    been=r" (?:ist|war|hat|lauft|wurde) (?:schon |noch |gerade |jetzt |auch )*(?:fertig|abgesturzt|gelaufen|pausiert|gestoppt|abgebrochen|gescheitert|durch|aktiv|fehlgeschlagen|beendet|gestartet)\b",
    no_task=(
        r"(?:.*\b(?:kaffee|einkauf\w*|butter|milch|brot|pizza|abholen|anrufen|anruft|ruckruf|erinner\w*|wecker|termin|kind(?:er)?|hund|mull|blumen|wasche|spulmaschine|arzt|taxi|tisch|kuchen)\b.*)"
    ),
    code=(
        r"\b(?:\w*bugs?|\w*tests?|testen|\w*seite|\w*endpoints?|\w*endpunkte?|\w*apis?|\w*buttons?|\w*formular\w*|readme|docs?|doku\w*|typen|ci|builds?|\w*config|\w*konfiguration|\w*migration\w*|\w*abhangigkeit\w*|dependenc(?:y|ies)|\w*login|\w*logout|"
        r"\w*absturz\w*|\w*fehler\w*|exceptions?|\w*komponente\w*|\w*modul\w*|\w*klassen?|\w*funktion\w*|\w*datenbank\w*|schemas?|\w*caches?|\w*logs?|logging|metriken|linter|lint|typos?|tippfehler|darkmode|ui|css|html|layout|header|footer|\w*suche|\w*filter\w*|"
        r"pagination|auth\w*|\w*tokens?|webhooks?|workers?|queues?|cronjobs?|\w*skripte?|scripts?|cli|sdk|docker\w*|kubernetes|terraform|helm|\w*pipelines?|workflows?|\w*parser\w*|\w*validierung\w*|timeouts?|retries|rate ?limit\w*|\w*speicherleck\w*|\w*memory leaks?|race conditions?|deadlocks?|"
        r"python|node|react|typescript|javascript|rust|code|refactor\w*|refaktor\w*|unit\s?tests?|coverage|\w*ubersetzung\w*|locale|i18n|barrierefrei\w*|responsive|\w*upload\w*|\w*download\w*|\w*import\w*|\w*export\w*|csv|json|xml|pdf|feature flags?|pakete?|packages?|"
        r"bibliotheken?|versionen|version|interface|\w*server|\w*client|frontend|backend|changelog|debugg?en|fixen|deployment|\w*pull request)\b"
    ),
    task=(
        r"(?:und )?(?:er|der|die|das|es|ihn|dieser|welcher|sie|ihr|der agent) (?:soll|muss|sollte|musste|kann|darf|mochte|konnte|wird)(?: (?:bitte|mal|dann|auch|dort|da|sich|nur|einfach|mir|uns))*(?! ich\b)",
        r"(?:und )?(?:dann )?(?:lass|lasse|lasst) (?:ihn|den|sie|es)(?: (?:mal|bitte|da|dort|dann))*",
        r"(?:(?:die|seine|mit der|deren|dessen) )?aufgabe(?: ist| ware| lautet)?(?: (?:es|folgende))?(?: [:,])?",
        r"(?:und )?(?:es )?(?:geht|ginge) (?:darum|um)(?: [:,])?",
        r"(?:und )?zwar(?: [:,])?(?: soll er)?",
        r"(?:mit|und) (?:dem|der|das) (?:auftrag|ziel|task|aufgabe)(?: [:,])?",
        r"(?:auftrag|task|job|ziel|todo)(?: ist| lautet)?(?: [:,])?",
        r"(?:und )?(?:dort|da|hier|dann|bitte|mal)(?: soll er| soll)?(?= \w)",
        r"soll(?: er)?|sollte(?: er)?|muss|soll bitte|damit (?:er|der|wir|die|das)(?= )",
        r"(?:und )?(?:ich|wir) (?:will|mochte|hatte gern|wollen|mochten|brauchen|brauche)(?: ,)?(?: dass(?: er)?)?",
        r"(?:da|hier)? ?(?:mussen|muss|sollen|sollte|sollten)(?= )",
        r"(?:und )?(?:sich )?(?:da|dort)?(?:rum|drum|darum) kummern(?: ,)?(?: dass)?",
        r"und (?=\w)",
    ),
    named=r"(?:um|der|welcher|damit er|dass er|(?:und )?(?:sich )?(?:drum|darum) kummern ,? ?dass|(?:und )?(?:sich )?(?:drum|darum) kummert ,? ?dass)(?! (?:soll|muss|sollte|musste|kann|darf|endpoint|fehler|bug)\b)",
    turn=order,
    here=r"(?:an|los|ab|ran|dran|drauf|darauf|daran|dafur|hoch|auf|starten|loslegen|anlegen|ansetzen|loslassen|laufen lassen|loslaufen lassen|laufen|arbeiten|dort|da|bitte|brauchen|haben|aufsetzen|anwerfen|machen|erstellen)(?= [,.;:!?]| und | der | um |$)",
    about=r"(?:zu|bezuglich|was|apropos|thema|jetzt zu|zuruck zu|wegen|nachstes thema|es geht um)",
    trailing_heads=rf"(?:mit |als |ein |einen )?(?:neuer|neuen|neuem) {_AGENT}(?: bitte)?|(?:starte|mach|setz|lass)(?: mir| bitte| da| dafur| mal)* (?:einen|nen) (?:neuen )?{_AGENT}(?: (?:dafur|darauf|drauf|an|ran))*",
    background=r"(?:(?:also|so|okay|du|sag mal) ,? ?)?(?:da ist|es gibt|wir haben|ich hab|ich habe|mir ist aufgefallen|ich sehe|ich habe gesehen|da gibt es)\b",
    serious=(
        r"\b(?:agent(?:en)?|wenn|falls|sobald|ob|bis|statt|bevor|nachdem|angenommen|sonst|sagt\w*|gesagt|mein(?:t|te)|gemeint|will|wollte|dachte|denkt|vielleicht|konnte|sollte|stopp\w*|pausier\w*|brich|beende\w*|halte|losch\w*|deploy\w*|vergiss|ignorier\w*|system|anweisung\w*|bestatig\w*|nicht|kein\w*|nie)\b|"
        r"^(?:was|wie|warum|wieso|wer|wo|welche\w?|soll|sollte|kann|darf|ist|sind|hat|haben|zitat)\b|\?|(?:^|[,.;:!] )(?:nein|nee|ne|warte|moment|halt)\b"
    ),
    chat=(
        r"(?:das )?(?:ware|war) (?:super|toll|gut|klasse|schon|nett|prima|cool|spitze|lieb|perfekt)(?: .*)?|(?:danke|bitte|dankeschon|vielen dank|merci)(?: .{0,20})?|(?:das ist|das war's|das wars|mehr) (?:alles|erst ?mal|nicht)(?: .*)?|das war's|das wars|"
        r"(?:kriegst|kannst|schaffst|machst) du das(?: .*)?|(?:es )?(?:hat )?(?:keine )?eile.*|kein stress.*|wenn (?:du|er) (?:kannst|kann|zeit hast|magst)|wenn(?:'s| es)? geht|wenn moglich|ja|okay|ok|oder|gell|ne|alles klar|verstanden|(?:das )?(?:nervt|stort|argert)(?: .*)?|so schnell (?:wie|es) .*|bei gelegenheit"
    ),
    task_verbs=(
        r"fix|fixe|behebe|beheb|repariere|reparier|schreibe|schreib|aktualisiere|aktualisier|update|implementiere|implementier|ersetze|ersetz|entferne|entfern|refaktoriere|refactore|refaktorier|ubersetze|migriere|optimiere|teste|dokumentiere|verbessere|korrigiere|"
        r"baue|bau|fuge|erganze|untersuche|prufe|vereinfache|sortiere|umbenenne|konvertiere|portiere|debugge|bereinige|raume|cache|validiere|"
        r"(?!(?:auf|in|im|bei|beim|fur|der|er|am|an|es|das ist) )(?=(?:[^ ,.;:!?]+ ){1,14}(?:fixen|beheben|reparieren|schreiben|aktualisieren|updaten|implementieren|ersetzen|entfernen|refaktorieren|refactoren|ubersetzen|migrieren|optimieren|testen|dokumentieren|verbessern|korrigieren|einbauen|hinzufugen|erganzen|untersuchen|umbauen|umstellen|"
        r"aufraumen|ausbauen|nachrusten|vereinfachen|debuggen|bereinigen|validieren|loggen|anpassen|cachen|sortieren|konvertieren|hochziehen|upgraden|absichern|beschleunigen|abfangen|prufen|umschreiben|anbinden|integrieren)(?: [.!?])*$)\S+"
    ),
    task_words=r"lies|erzeuge|mach|setze|stelle|lade|zeige|sammle|pinne|hebe|raume|messe|miss|generiere|sorge|begrenze|erhohe|reduziere|andere|nutze|verwende|benutze|behandle|logge",
    loose=r"(?:mit|bei|von|wie|wer|was|wo|wann|ich|wir|du|er|sie|da|hier|sich)\b",
    places=r"(?:auf|im|in|fur|bei|beim|am|vom|zum)(?: (?:dem|das|der|unserem|meinem|unser))? (?:repo|repository|projekt|reppo)(?: namens)?|auf|in|im|fur|furs|bei|beim|am|an|ins|aufs|drüben in|im repo|vom|druben im|innerhalb von|unter|zum|zur",
    weak_places=r"zu|von|aus|mit|gegen|uber",
    articles=r"(?:der|die|das|dem|den|des|mein|meine|meinem|meiner|unserem|unserer|unser|unsere|diesem|dieser)",
    place_nouns=r"(?:repo|repository|projekt|depot|codebase|codebasis|reppo|repositorium)",
    branch=(
        r"(?:(?:,|und|dann|dabei) )?(?:(?:auf|mit|in|im|vom|von|nutze|nutz|benutze|verwende|nimm|arbeite auf|als|unter|aus|ab|am|an) )?(?:dem |den |der |einem |einen |ein |deinem )?(?:neuen |neuem |neuer |eigenen |git |feature )?(?:branch|zweig|brunch|brench)"
        r"(?:(?: der)? (?:namens|mit dem namen|genannt|heißt|heißen soll|soll|ist))?(?: :| ,)?"
    ),
    nothing=r"(?:bitte|jetzt|mal|danke|da|dort|an|los|auf|ran|drauf|starten|fur mich|was|etwas|irgendwas|und|dann|den|der|die|das|laufen|arbeiten|machen|in|im|fur)",
)  # fmt: skip
