"""German: the forms that are said most; `german_gist` has the words of other sentences."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Language
from mobile_api.speech.languages.german_corrections import (
    CORRECTIONS,
    FORGET,
    MAKE_IT,
    MEANT_BEHIND,
    NOT_THAT,
    WEAK_CORRECTIONS,
)
from mobile_api.speech.languages.german_creating import CREATING
from mobile_api.speech.languages.german_forms import FORMS
from mobile_api.speech.languages.german_gist import GIST
from mobile_api.speech.languages.german_refused import REFUSED
from mobile_api.speech.languages.german_words import DIGITS, LETTERS, MARKERS

# Small words between the parts of a verb: "halt das bitte mal kurz an".
_F = r"(?: (?:bitte|mal|kurz|jetzt|gleich|sofort|eben|doch|einfach|erst|erst mal|erstmal|vorerst|schnell|direkt|lieber|endlich|wieder|auch|da|ruhig|dann|so|nun|gerade|noch|schon))*"
_G = r"(?: (?:gerade|grad|grade|denn|eigentlich|jetzt|noch|schon|so|mal|bitte|da|genau|momentan|aktuell|bald|endlich|auch|inzwischen|mittlerweile|heute|fast|wieder))*"
_NEWS = r"(?:status|stand|update|fortschritt|zustand|zwischenstand|uberblick|bericht|lagebericht)"

GERMAN = Language(
    code="de",
    name="Deutsch",
    markers=MARKERS,
    lead=(
        r"ok|okay|also|so|ja|jo|gut|hey|hallo|hi|he|moin(?: moin)?|geh|gruß (?:gott|dich)|gruezi|bitte schon|yo|ey|ma|servus|guten (?:morgen|tag|abend)|hey cadence|cadence|bitte|jetzt|dann|mal|und|ahm|ach|ach ja|achso|du|sag mal|hor mal|nur|lieber|einfach|doch|eher|super|prima|klasse|cool|alles klar|na|naja|"
        r"alter|digga|mensch|leute|kurze frage|frage|tja|oh|au ja|na gut|na dann|pass auf|sei so (?:gut|nett)(?: und)?|tu mir (?:mal )?(?:den|einen) gefallen(?: und)?|wenn du kannst|wenn's geht|wenn moglich|noch was|ubrigens",
        r"(?:kannst|konntest|wurdest|willst|magst) du(?: bitte| mal| jetzt| kurz| mir| eben| schnell| einfach| vielleicht| nicht(?= mal))*|kannste(?: bitte| mal)*|(?:konnen|konnten|wurden) (?:sie|wir)(?: bitte| mal| jetzt| kurz)*|(?:ich mochte|ich will|ich wurde gerne?|ich hatte gerne?)(?: ,)?(?: dass du| bitte)?",
    ),
    tail=(
        r"bitte|danke|dankeschon|vielen dank|mal|jetzt|sofort|gleich|kurz|erst ?mal|vorerst|gerade|im moment|schon|noch|fur jetzt|fur (?:einen|eine|ne|nen) (?:moment|minute|augenblick|stunde|weile|sekunde)|wieder|doch|denn|(?<!weiter )so|ja|ok|okay|heute|eben|endlich|von mir|einfach|"
        r"bitte sehr|alter|digga|mensch|oder|oder so|oder nicht|oder was|auch|da|momentan|aktuell|eigentlich|bei gelegenheit|wenn's geht|wenn es geht|wenn du kannst|bis (?:morgen|spater|auf weiteres|nachher|montag|heute abend|gleich)|bis ich (?:\S+ ){1,4}\S+",
    ),
    verbs={
        Intent.PAUSE: (
            rf"(?:pausiere|pausier|pausieren|unterbrich|unterbreche|parke?){_F} {{ref}}",
            rf"(?:halte|halt|haltst){_F} {{ref}}{_F} (?:an|auf)",
            rf"(?:mach|mache|leg|lege){_F} (?:eine |ne |'ne )?(?:kurze |kleine )?pause (?:bei|mit|fur|beim) {{ref}}(?: ein)?",
            rf"(?:mach|mache){_F} (?:bei|mit|beim) {{ref}}{_F} (?:eine |ne |'ne )?(?:kurze |kleine )?pause",
            rf"(?:setze?|lege?|stelle?|schicke?|pack|packe|tu|nimm|versetze?){_F} {{ref}}{_F} (?:auf pause|auf eis|in (?:die )?pause|beiseite|zur seite|auf standby|in den ruhezustand|schlafen)",
            rf"{{ref}}{_F} (?:pausieren|anhalten|unterbrechen|auf eis legen|auf pause setzen|auf pause stellen|parken|einfrieren)",
            rf"(?:lass|lasse){_F} {{ref}}{_F} (?:pausieren|warten|pause machen|ruhen|schlafen)",
            rf"(?:frier|friere){_F} {{ref}}{_F} ein",
            rf"(?:gonn|gib){_F} {{ref}}{_F} (?:eine |ne |'ne )?(?:kurze |kleine )?(?:pause|auszeit|verschnaufpause)",
            rf"{{ref}} (?:soll|darf|kann|muss){_F} (?:eine )?(?:kurze )?(?:pause machen|pausieren|warten|anhalten)",
        ),
        Intent.RESUME: (
            rf"(?:setze?|setzt){_F} {{ref}}{_F} (?:fort|ford|vort)",
            rf"(?:mach|mache|arbeite|fahr|fahre|geh){_F} (?:mit|an|bei) {{ref}}{_F} (?:weiter|fort)",
            r"(?:(?:mach|mache|fahr|fahre) )?weiter (?:mit|bei) {ref}",
            rf"(?:lass|lasse){_F} {{ref}}{_F} (?:weiterlaufen|weitermachen|weiterarbeiten|weiter laufen|weiter machen|weiter arbeiten|laufen|weiter)",
            rf"(?:starte|start|aktiviere|wecke?|stoß|schalte?|mach|wirf|schmeiß|fahr|hol|nimm|bring){_F} {{ref}}{_F} (?:wieder|neu|erneut|wieder an|wieder auf|wieder ein|wieder hoch|wieder in gang|wieder ans laufen|wieder zum laufen)",
            rf"(?:weck|wecke){_F} {{ref}}{_F} auf",
            rf"{{ref}}{_F} (?:fortsetzen|weitermachen|weiterlaufen lassen|fortfuhren|wieder starten|wieder anwerfen|wieder aufnehmen|weiterlaufen|weiter laufen lassen|aufwecken|wieder aufwecken|reaktivieren|weiter)",
            rf"{{ref}}{_F} (?:kann|darf|soll){_F} (?:weitermachen|weiterlaufen|weiterarbeiten|weiter|los|loslegen|weiter machen|weiter laufen)",
            rf"(?:fuhre?|fuhr){_F} {{ref}}{_F} (?:fort|weiter)",
            rf"(?:hebe?|nimm){_F} die pause (?:von|bei|fur) {{ref}}{_F} (?:auf|weg|zuruck)",
        ),
        Intent.STOP: (
            rf"(?:stoppe?|stop|beende?|kille?|abbreche|canceln|cancel|cancle|terminiere?|losche?|verwirf|storniere?){_F} {{ref}}",
            rf"(?:brich|breche?|schalte?|schieß|schiess|schieße|wurge?|stelle?|drehe?|blas|mach){_F} {{ref}}{_F} (?:ab|aus)",
            rf"{{ref}}{_F} (?:stoppen|abbrechen|beenden|abschalten|killen|canceln|abschießen|ausschalten|loschen|wegwerfen|verwerfen|einstampfen)",
            rf"(?:mach|mache){_F} schluss mit {{ref}}",
            r"schluss mit {ref}",
            rf"(?:hor|hore){_F} (?:mit|bei) {{ref}}{_F} auf",
            rf"{{ref}}{_F} (?:kann|soll|darf){_F} (?:weg|sterben|aufhoren|in die tonne)",
            rf"(?:schmeiß|wirf|hau|tritt){_F} {{ref}}{_F} (?:weg|raus|in die tonne|uber bord)",
            rf"(?:zieh|ziehe){_F} (?:bei |beim )?{{ref}}{_F} den stecker",
        ),
        Intent.STATUS: (
            rf"(?:wie|was) (?:lauft|lauft's|geht|geht's|steht|steht's|macht|treibt|tut)(?: (?:es|gerade|eigentlich|denn|mit|bei|um|beim))* {{ref}}{_G}(?: voran)?",
            rf"(?:wie laufen|was machen|was tun|wie geht es|wie steht es um|wie kommen|wie kommt|was treiben|wie macht sich|wie lauft es (?:mit|bei)) {{ref}}{_G}(?: voran)?",
            rf"(?:wie weit|wo|woran) (?:ist|sind|steht|stehen|kommt|arbeitet|arbeiten|hangt|hangen){_G} {{ref}}{_G}",
            rf"(?:ist|sind|lauft|laufen|wird|werden){_G} {{ref}}{_G} (?:fertig|durch|bereit|am laufen|aktiv|blockiert|pausiert|abgeschlossen|dran|da|soweit|so weit|am leben)",
            rf"(?:lauft|laufen|hangt|klemmt|lebt){_G} {{ref}}{_G}",
            rf"(?:was ist|was ist los|was passiert|was geht|was gibt's neues|gibt es (?:etwas )?neues|gibt's was neues|gibt's (?:schon )?(?:was )?neues|was ist (?:los )?)(?: denn| eigentlich| gerade)? (?:mit|bei|von|zu|beim|vom) {{ref}}{_G}(?: los| passiert)?",
            rf"(?:{_NEWS})(?: von| vom| der| des| zu| zum| zur| fur| bei| uber| beim)* {{ref}}",
            rf"(?:was ist|wie ist|zeig mir|zeige mir|sag mir|gib mir|nenn mir)(?: bitte| mal| kurz)*(?: den| der| die| das| ein| einen)* (?:{_NEWS})(?: von| vom| der| des| zu| zum| fur| bei| uber| beim)* {{ref}}",
            rf"(?:zeig|zeige|check|checke|pruf|prufe)(?: mir)?{_F} {{ref}}",
            rf"(?:warum|wieso|weshalb) (?:ist|hat|wartet|lauft|dauert|hangt){_G} {{ref}}(?: nicht| denn| schon| so)*(?: fehlgeschlagen| gescheitert| gestoppt| abgebrochen| langsam| so langsam| lange| abgesturzt| abgeschmiert| fertig| weiter| kaputt| stehengeblieben)?",
            r"(?:hat|haben) {ref}(?: schon| etwas| was| es| bereits| heute| noch)* (?:fertig|geschafft|angefangen|gefunden|gemacht|funktioniert|geklappt|beendet)",
            r"(?:was|wieviel|wie viel) (?:hat|haben|kostet|kosten) {ref}(?: schon| bisher| bis jetzt| heute| uns| so)*(?: gekostet| gemacht| geschafft| gefunden| getan| verbraucht| erreicht)?",
            r"(?:welche|welcher)(?: agenten| agent)? (?:lauft|laufen|ist|sind|wartet|warten) {ref}",
        ),
    },
    bare={
        r"(?:pause|pausiere|pausieren|anhalten|halt an|mach (?:mal |kurz |bitte |jetzt )*pause|pausier|kurz pause|warte mal kurz)": "pause",
        r"(?:weiter|weitermachen|fortsetzen|mach weiter|fortfahren|weiter geht's|weiter gehts|weiterlaufen lassen|mach ruhig weiter|du kannst weitermachen|kann weitergehen)": "resume",
        r"(?:stopp|stop|abbrechen|brich ab|beenden|abbruch|schluss(?: damit)?|aufhoren|hor auf|stoppen)": "stop",
        (
            r"(?:status|statusbericht|stand der dinge|(?:wie|was) ist (?:denn )?(?:der|die|unser) (?:aktuelle |momentane )?(?:stand(?: der dinge)?|status|lage)|(?:(?:zeig|sag)(?: mir| mal| bitte| uns| kurz)* ,? ?)?was(?: so| alles| gerade)* lauft(?: (?:gerade|denn|so|eigentlich|alles|noch))*|was ist (?:so )?los|was gibt's neues|gibt's (?:was )?neues|gibt es (?:etwas )?neues|"
            r"was passiert(?: gerade| so)*|uberblick|lagebericht|wie lauft(?:'s| es| das)? (?:so |denn |gerade )*(?:alles|insgesamt)?|wie sieht(?:'s| es) (?:denn |so |gerade |insgesamt |bei (?:uns|euch) )*aus|update|(?:gib|mach|geben sie|gebt) (?:mir |uns )?(?:mal |bitte |kurz )*(?:ein|einen|den) (?:kurzen |kurzes |kleines |schnellen )?"
            r"(?:update|uberblick|lagebericht|bericht|status|statusbericht|zwischenstand|stand)|wie (?:ist|steht) (?:die|unsere) lage|was geht(?: ab)?|was treiben die (?:alle )?(?:so )?|was machen (?:denn )?(?:die|meine|alle) (?:agenten|alle)?(?: so| gerade)*)"
        ): "status all",
        r"(?:wie lauft(?:'s| es)?(?: gerade| denn| so)*|wie geht(?:'s| es)(?: voran)?|ist (?:es|er|das|der) (?:schon |jetzt |endlich |bald )*fertig|schon fertig|fertig|wie weit (?:bist du|ist er|ist es|sind wir)(?: denn| schon)*)": "status it",
        r"(?:wer|welcher|welche)(?: agent| agenten| von (?:denen|ihnen|meinen agenten))? (?:wartet|warten|braucht|brauchen|will|hangt|steckt)(?: (?:noch|gerade|denn|alles|alle|eigentlich))*(?: (?:auf |von |meine |eine |ne |'ne |was |etwas )*(?:mich|mir|antwort|input|hilfe|uns|ruckmeldung|eingabe|entscheidung|fest))*": "status waiting",
        r"(?:wartet|hangt) (?:jemand|wer|irgendwer|(?:irgend)?einer|irgendein agent|ein agent|noch wer|noch jemand)(?: gerade| noch)* auf (?:mich|uns|antwort|eine antwort|input)": "status waiting",
        r"(?:wer|was|welcher|welche)(?: agent| agenten)? (?:ist|sind|hat|haben)(?: (?:denn|alles|so|heute|gerade|alle|schon))* (?:fehlgeschlagen|gescheitert|kaputt|abgesturzt|abgeschmiert|schiefgelaufen|schiefgegangen|schief gelaufen|schief gegangen|rot|gecrasht)": "status failed",
        r"(?:ist|sind) (?:(?:irgend)?(?:was|etwas|einer|jemand|wer)|ein agent|agenten) (?:fehlgeschlagen|gescheitert|kaputt|abgesturzt|schiefgelaufen|schiefgegangen|schief gelaufen|abgeschmiert)": "status failed",
        r"(?:wer|welcher|welche)(?: agent| agenten)? (?:ist|sind)(?: (?:denn|alles|schon|alle))* (?:fertig|durch|abgeschlossen)": "status completed",
        r"(?:wer|welcher|welche)(?: agent| agenten)? (?:ist|sind|macht|machen)(?: (?:denn|alles|gerade|alle))* (?:pausiert|angehalten|auf eis|pause)": "status paused",
        r"(?:wer|welcher|welche)(?: agent| agenten)? (?:lauft|laufen|arbeitet|arbeiten|ist aktiv|sind aktiv)(?: (?:denn|alles|gerade|noch|alle|eigentlich|jetzt))*": "status running",
    },
    forms=FORMS,
    gist=GIST,
    letters=LETTERS | DIGITS,
    creating=CREATING,
    corrections=CORRECTIONS,
    weak_corrections=WEAK_CORRECTIONS,
    make_it=MAKE_IT,
    not_that=NOT_THAT,
    meant_behind=MEANT_BEHIND,
    forget=FORGET,
    refused=REFUSED,
    explaining=(
        r" [,.;!] (?:weil|denn|da|damit|ich|wir|das|der|es|er|sie|die|mein|meine|unser|unsere|brauchen|brauche|brauch|sonst|nur|hat|ist|kostet|dauert)\b.*$| (?:weil|damit (?:ich|wir)|denn) .*$"
    ),
    joins="und|dann|aber|sowie",
    another_target=r"(?:ihn|alle|alles|(?:den |die |meinen |dem )?(?:\S+ ){0,3}agenten\b|agent \w+|nummer \w+)",
    another_agent=r"(?:(?:noch )?einen? (?:anderen |weiteren |neuen |zweiten )?agenten\b|(?:noch )?einen (?:auf|im|fur|in|bei)\b)",
    several=(
        r"(?:pausiere?|stoppe?|starte?|setze?|brich|beende|mache?|halte?|zeig|unterbrich|kille?|lasse?|fahre?|sag|"
        r"(?:(?!und\b|dann\b)[^ ,.;]+ ){1,5}(?:stoppen|abbrechen|pausieren|fortsetzen|beenden|anhalten|weitermachen|starten|killen))"
    ),
)  # fmt: skip
