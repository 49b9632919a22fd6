"""German: the words that sentences of no known form are made of."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Gist

_NOT_NEEDED = (
    "{,das ,den ,die ,der ,ihn ,es ,sie }{brauch,brauche,brauchen,will,wollen,benotigen,brauchts} {ich,wir}{, doch, eh, ja, jetzt, auch} nicht mehr",
    "{,das ,der ,die ,es ,er }{brauchen wir,brauche ich,wird} nicht mehr{, gebraucht, benotigt}",
    "{,das ,der ,es ,er }{ist,hat sich} {eh ,ja ,jetzt ,inzwischen ,schon ,}{erledigt,uberflussig,hinfallig,sinnlos}",
    "{hat sich,das hat sich,die haben sich} erledigt",
    "{das ,der ,es ,er ,}{dauert,lauft} {mir ,}{viel ,schon ,}{zu lange,ewig}",
    "{das ,der ,es ,er }{bringt,fuhrt zu} {ja ,eh ,}nichts{, mehr}",
    "{nicht mehr ,}{gebraucht,notig}",
    "{der ,das ,es ,er }{dreht sich,lauft} {nur ,}im kreis",
    "{der ,das ,es ,er }{kostet,verbrennt} {nur ,}{geld,zu viel}",
    "das reicht{, jetzt}",
)
_VERBS = (
    r"paus\w*|stop\w*|halte?|anhalten|unterbr\w+|beende\w*|brich|breche?|abbrechen|kill\w*|cancel\w*|setze?|fortsetzen|weiter\w*|starte?\w*|wurge?|schieße?|schalte?|"
    r"losch\w*|mach|mache|erstell\w*|lege?|leg|frier\w*|weck\w*|lass|lasse|nimm|loslegen"
)
_IFS = r"wenn|falls|sobald|ob|sollte|sollten|wurde|konnte|vielleicht|eventuell|moglicherweise|angenommen|bevor|bis|ausser|außer|es sei denn|statt|anstatt|sonst"
_SAID = r"sag\w*|gesagt|mein(?:t|te|ten)|gemeint|frag\w*|gefragt|will|wollte|wollen|mochte|denkt|dachte|schreibt|schrieb|geschrieben|behauptet|angeblich|laut|heißt|hieß|erzahl\w*|vorgeschlagen|schlagt|zitat"
_TRICKS = r"system|prompt|bestatig\w*|regeln?|anweisung\w*|ignorier\w*|vergiss|admin|intent|json|nutzer|benutzer"
_NOUN = "{status,stand,lagebericht,bericht,update,fortschritt,zwischenstand,zwischenbericht,uberblick,zusammenfassung,statusbericht,statusupdate,ubersicht,lage,zustand,statusreport,neuigkeiten,neues,stand der dinge}"
_WORK = "{laufen,machen,arbeiten,gehen,fuhren}"

GIST = Gist(
    phrases={
        "status": (
            f"{{,der ,den ,die ,einen ,ein ,eine ,mir den ,kurzer ,kurzen ,kurzes ,kleines ,kurze ,aktueller ,aktuellen ,aktuelle ,der aktuelle ,den aktuellen ,die aktuelle ,ein kurzes ,ein kleines ,einen kurzen ,eine kurze ,der letzte }}{_NOUN}"
            "{, von, vom, bei, zu, zum, zur, uber, fur, beim, von den, uber alles}",
            "{was ,}{gibt es,gibt's,gibts} {schon ,was ,etwas ,}{neues,neuigkeiten,ergebnisse,fortschritte,zu berichten}{, von, vom, bei, beim, zu, zum, zur}",
            "{lauft,laufts,lauft's,laufen,treibt,treiben,voran,vorankommt,vorwarts,hangt,hangen,klemmt,hakt,steckt,stecken,festgefahren,lebt,werkelt,rodelt,rattert,rechnet,arbeitet,schnurrt}",
            "{,schon ,bald ,endlich ,fast ,ganz ,noch nicht ,}{fertig,durch,soweit,so weit,bereit,erledigt,abgeschlossen,am ende,dran,am laufen,am arbeiten,unterwegs,aktiv,da,online,zugange,bei der sache,am werk}",
            "{abgeschmiert,abgesturzt,gescheitert,fehlgeschlagen,kaputt,abgekackt,abgeraucht,hangengeblieben,stehengeblieben,stehen geblieben,hangen geblieben,umgefallen,verreckt,gecrasht,rot,schiefgelaufen,schief gelaufen,schiefgegangen,schief gegangen,danebengegangen,blockiert,pausiert,gestoppt,angehalten,durchgelaufen,durchgekommen,geklappt,geschafft,hingehauen,weitergekommen,vorangekommen,rausgekommen,herausgekommen,gefunden,gebraucht,passiert,angefangen,angestellt,gemacht,getan}",
            "{ist ,geht ,war ,}{da ,denn ,da so ,}los{, mit, bei, beim}", "{wie weit,wie lange,wie lang,wann} {ist,sind,kommt,braucht,brauchen,wird,dauert,seid}{, noch}", "{wie ,}{steht,stehts,steht's} {es ,das ,}{denn ,eigentlich ,so ,gerade ,mal ,}{um,mit,bei}",
            "{sieht's,siehts,sieht es,schaut's,schaut es,sieht das,sieht,schauts} {denn ,eigentlich ,so ,gerade ,jetzt ,da ,}{aus,bei,mit,beim}", "{geht's,gehts,geht es} {denn ,eigentlich ,so ,gerade ,}{, mit, bei, voran, beim}", "{kommt,kommen} {er ,es ,sie ,der ,das ,die ,}{denn ,eigentlich ,so ,gerade ,gut ,}{voran,weiter,vorwarts,klar}",
            "{nach,schau nach,guck nach,sieh nach}{, wie, ob, was}", "{wo,woran} {hangt,hakt,klemmt,liegt}{, es}", "{auf dem laufenden,auf den neuesten stand,auf den stand}", "{irgendwelche ,schon ,}{fortschritte,probleme,ergebnisse,resultate,schwierigkeiten}",
            "{auf ,}{wen ,was ,mich ,'ne antwort ,ne antwort ,eine antwort ,input ,}{wartet,warten}{, noch, gerade}", "{was ,}{macht,machen} {der,die,das,er,sie,es}{, gerade, so, denn, eigentlich, da}", "{alles ,}{im lot,in ordnung,im grunen bereich,im plan,gut,okay,klar}", "{auf einem guten weg,im zeitplan,in arbeit}", "am {machen,arbeiten,werkeln}",
        ),
        "doing": (
            "{macht,machen,tut,tun,steht,stehen,stehts,geht,gehen,los,aus,ist,sind,sieht,sehen,kommt,kommen,hat,haben,passiert,weit,braucht,dauert,wird,gemacht,will,kostet,gekostet}",
        ),
        "asking": (
            "{wie,was,wo,woran,worauf,warum,wieso,weshalb,wann,wer,welcher,welche,welches,welchen,wieweit,wie weit,wie viel,wie viele,ist,sind,lauft,laufen,hat,haben,kommt,steht,ob,braucht,hangt}",
            "{sag,sage,zeig,zeige,nenn,nenne,gib,erzahl,erzahle,verrat,verrate} {mir,uns}{, mal, bitte, mal bitte, bitte mal, doch mal, kurz, mal kurz, eben, mal eben, schnell}", "{sag,zeig,zeige,check,checke,pruf,prufe,schau,guck,sieh}{, mal, bitte, mal kurz, kurz}", "{ich,wir} {wusste,wussten,will,wurde,mochte,wollen} {gern ,gerne ,mal ,}{wissen,horen,sehen}",
            "{sagen,zeigen,geben,nennen} sie {mir,uns}{, bitte, mal, mal bitte, bitte mal, kurz}", "{weißt du,weisst du,kannst du mir sagen,kannst du sagen,kannst du mir mal sagen}", "{wissen,sagen,zeigen,horen,sehen}", "und",
        ),
        Intent.PAUSE: (
            "{pausiere,pausier,pausieren,pausierst,pausierest,pausiern,pausir,pausire,unterbrich,unterbreche,unterbrechen,unterbrichst,halt,halte,haltst,anhalten,anhalte,einfrieren,frier,friere,parke,parken,park,stilllegen,ruhen,pausetaste}",
            "{auf,in} {die ,}{eis,pause,standby,halt,warteposition}{, setzen, legen, stellen, gelegt, gesetzt}", "{halten,unterbrechen,pausieren,frieren,parken} sie", "{eine ,ne ,'ne ,kurz ,kurze ,eine kurze ,mal ,kleine ,eine kleine ,}{pause,zwangspause,atempause,verschnaufpause,denkpause}{, machen, einlegen, drucken, bei, fur, mit}",
            "{erst mal ,erstmal ,kurz ,mal ,}{warten,abwarten,stillhalten,schlafen,innehalten,ruhig bleiben,still halten}", "{zur seite,beiseite} {legen,stellen}", "angehalten werden", "pausiert werden",
        ),
        Intent.RESUME: (
            "{fort,ford,vort,fortsetzen,fortfahren,fortfuhren,fort setzen,fort fahren,fortfuhre,weiter,weitermachen,weiterlaufen,weiterarbeiten,weitergehen,weiterfuhren,weitermacht,weiterlauft,weiterarbeite,weiter gehts,weiter geht's,entpausiere,entpausieren,reaktiviere,reaktivieren,reaktivier,aufwecken,wecke,weck,wachmachen,wach}",
            f"weiter {_WORK}{{, lassen}}", "{weiterlaufen,weitermachen,weiterarbeiten} lassen", "{fortgesetzt,fortgefuhrt,weitergefuhrt} werden", "{mach,mache,machst} {mal ,bitte ,jetzt ,}weiter{, mit, bei}",
            "wieder {auf,an,los,laufen,anwerfen,starten,aufnehmen,anschmeißen,anlaufen,loslegen,aufwecken,aktivieren,in gang,in gang setzen,an die arbeit,ran,loslaufen,loslassen,laufen lassen,starten lassen,arbeiten,anfangen,weitermachen,weiterlaufen,hochfahren,aktiv,rollen,auf die strecke,weiter,anmachen,einschalten,anstoßen,zum leben}",
            "{darf ,kann ,soll ,}{jetzt ,}{los,loslegen}{, legen}", "{von ,aus ,}{der ,}pause {holen,zuruck,aufheben,beenden}", "{aus dem schlaf,vom eis,aus der pause}{, holen, wecken}", "{neu,erneut,nochmal} {starten,anstoßen}", "{wieder ,}in {betrieb,gang,fahrt}{, nehmen, setzen, bringen}", "{pause,die pause} {beenden,aufheben,vorbei}{, bei, fur, von}", "{hebe,heb} die pause auf",
        ),
        "maybe resume": ("wieder", "erneut", "neu", "nochmal"),
        Intent.STOP: (
            "{stopp,stoppe,stop,stoppen,stoppst,stopps,stoppt,beende,beenden,beendest,kill,kille,killen,killst,brich,breche,brech,abbrechen,abbricht,abbrichst,cancel,cancle,canceln,cancele,terminiere,terminieren,abschießen,abschiessen,wurg,wurge,schieß,schiess,schieße,abwurgen,abschalten,ausschalten,abstellen,ausmachen,abbruch,verwerfen,verwirf,einstampfen,rauswerfen,rausschmeißen,einstellen,plattmachen,dichtmachen,abblasen,blas,stornieren,storniere}",
            "{brechen,stoppen,beenden,killen,schießen} sie", "{mach,mache} schluss{, mit}", "{schluss,feierabend} {mit,fur,bei}", "{stopp,stop} {halt,bitte,sofort}", "{abgebrochen,gestoppt,beendet,gekillt,abgeschaltet} werden", "{den stecker ziehen,zieh den stecker}{, bei, beim, von, vom}", "{in die tonne,in den mull,uber bord}{, treten, werfen}", "{kann ,}{weg,in die tonne}", "hor auf{, mit}", "{aufhoren,schluss}{, mit, machen}", "{zu ,}ende",
        ),
        "hedge": (
            "{soll,sollen,sollte,sollten,kann,konnte,konnten,darf,durfte,muss,musste,wurde} {ich,wir,man,jemand}", "{ich,wir,man} {kann,konnte,sollte,sollten,wollte,wollten,musste,mussten,hatte,hatten,habe,haben,hab,war,waren,dachte,denke,glaube,uberlege,wurde}", "die {drei,vier}", "{vielleicht,eventuell,moglicherweise,theoretisch,wohl,wahrscheinlich}",
        ),
        "": (
            *_NOT_NEEDED,
            "{bitte,mal,kurz,jetzt,gleich,sofort,eben,doch,denn,eigentlich,gerade,grad,grade,so,noch,schon,also,okay,ok,ja,gut,danke,dann,einfach,lieber,endlich,direkt,schnell,einmal,auch,nun,da,hier,dort,nur,bloß,ubrigens,bereits,vorerst,erstmal,zwischendurch,derweil,solange,zunachst,ruhig,ganz,komplett,vollig,uberhaupt,insgesamt,alle,gern,gerne,bitteschon,dringend,umgehend,unverzuglich,halbwegs,so lange,momentan,aktuell,derzeit,zurzeit,zur zeit,inzwischen,mittlerweile,nachher,halt mal,mensch,leute,alter,digga,moin,servus,bruder,cadence,hallo,hey,ach,oh,tja,na,naja,nee,ah,och,hm,aha,bitte sehr,dankeschon,vielen dank,tschuldigung,freundlicherweise,netterweise,vorubergehend,augenblicklich}",
            "{erst mal,erst einmal,im moment,im augenblick,auf der stelle,ein bisschen,bisschen,ein wenig,auf einmal,am besten,fur immer,endgultig,ohne umwege,von mir aus,wie gesagt,noch mal,noch einmal}", "{fur ,}{einen moment,einen augenblick,eine minute,eine sekunde,'ne minute,ne minute,eine stunde,'ne stunde,ne stunde,ein paar minuten,heute,jetzt,spater,eine weile,den moment,'ne weile,ne weile,nen moment}",
            "bis {morgen,spater,auf weiteres,montag,dienstag,mittwoch,donnerstag,freitag,heute abend,nachher,gleich,nach dem mittag,nach dem mittagessen,nach dem meeting,zum meeting,nach der mittagspause,ich zuruck bin,ich wieder da bin,ich mich melde,ich was sage}", "{nach dem mittag,nach dem essen,vor dem meeting,ubers wochenende,uber das wochenende,uber nacht,uber mittag}",
            "{bei,mit,von,vom,beim,zum,zur,zu,an,auf,um,fur,uber,in,im,am,ab,ein,aus dem,dem,bezuglich,betreffend,betrifft,was}", "{kannst,konntest,wurdest,willst,magst,solltest,musst} {du,de}", "{konnen,konnten,wurden} {sie,wir}", "{setzen,machen,fahren,lassen,legen,stellen,nehmen,geben,schicken,bringen,holen,fuhren} sie", "{kann's,kanns,konnte's,soll's,darf's,geht's,kannst's,kannste,konnteste,konnense,wurdste}", "{kann,konnte,darf,soll,sollen,muss,sollte,durfen,konnen,mussen,werden,mochte,haben}",
            "{mach,mache,leg,lege,setz,setze,stell,stelle,nimm,gib,gibt,schick,schicke,bring,bringe,lass,lasse,hol,hole,tu,dreh,drehe,druck,drucke,fahr,fahre,fahrst,setzen,legen,stellen,machen,lassen,nehmen,geben,schicken,arbeite,werf,wirf,kipp,schmeiß,legst,setzt,machst,lasst,nimmst,fuhr,fuhre}", "{ich,wir} {will,mochte,mochten,wollen,hatte gern,hatte gerne,wurde gern,wurde gerne,brauche}{, dass, dass du}", "{dass,dass du}", "{es ,das ,}reicht{, jetzt}",
            "{mir,uns,dir,sich,du}", "{aber ,}{sofort,dalli,zack zack,zackig,flott,pronto}", "{weitergehen ,}{wie ,}{gehabt,bisher}", "{da,dort,wo} {weiter,wo} {er,es,sie,wir} {aufgehort hat,aufgehort haben,war,waren,stehengeblieben ist}", "{sei so nett,sei so gut,wenn du kannst,wenn's geht,wenn es geht,wenn du magst,wenn du zeit hast,wenn du so nett bist,bei gelegenheit}{, und}", "{geht,gehen} {fur mich ,}{in ordnung,klar}", "{leider,lang,lange,langsam,so langsam}",
        ),
    },
    pronouns=frozenset(["es", "er", "ihn", "ihm"]),
    plural_pronouns=frozenset(["sie", "ihnen", "die beiden", "beide", "alle beide", "diese", "die"]),
    articles=frozenset(["ein", "einen", "einem", "einer", "eine", "nen", "'nen", "ne"]),
    before_amounts=frozenset(["um", "in", "unter", "uber", "als", "circa", "etwa", "gegen"]),
    never_first=frozenset(["fur", "von", "und", "oder", "vom", "mit", "bei", "beim", "zu", "zum"]),
    never_before=rf"^(?:ist|sind|war|waren|hat|haben|wie|was|warum|wieso|wo|wer|welche\w?|kann|konnen|konnte|darf|soll|wann)\b|\b(?:{_VERBS}|{_IFS}|{_SAID}|{_TRICKS}|agent(?:en)?|bots?)\b",
    never_behind=rf"^(?:wie|wer|wo|was|welche\w?|wen)\b|\b(?:heißt|dings\w*|keine ahnung|weiß nicht|{_VERBS}|{_IFS}|{_TRICKS}|oder|agent(?:en)?)\b",
    reason_begins=r"(?:weil|wir|ich|das ist|der ist|es ist|er ist|die ist|das war|das hat|der hat|es hat|brauchen wir|brauche ich|brauch ich|ist eh|ist ja|hat sich|mein \w+ (?:ist|hat|will|braucht)|meine \w+ (?:ist|hat|will|braucht)|der kunde|die kunden|da ist|da war|da hat|das brauch) ",
    tells=r"(?:ich (?:war|bin|hatte|hab|habe|musste|sitze|stehe)|wir (?:waren|sind|hatten)|es (?:ist|war)|das (?:war|ist)|mein\w* \w+ (?:ist|war|hat)|da (?:ist|war)|war stummgeschaltet|hier ist) ",
    negated=r"\b(?:nicht|nie|niemals|kein\w*|niemand|nichts|keinesfalls)\b",
)  # fmt: skip
