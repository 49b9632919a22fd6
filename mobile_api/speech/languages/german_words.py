"""German: developers' words and their English ones, for titles and repositories are English.

Germans join words: "Nachrichtensuche" is "message search". Words are plain: without accents.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

# One or more German words or stems = what they are in English.
_TABLE = """
suche suchen suchfunktion = search; volltext = full text; bild bilder foto fotos = image; zahlung zahlungen bezahlung zahlungs bezahl = payment;
kasse bezahlvorgang bestellvorgang = checkout; anmeldung anmelde anmelden einloggen login = login; abmeldung abmelden ausloggen = logout;
registrierung registrieren registrierungs = signup; benutzer nutzer anwender = user; konto konten = account; kunde kunden = customer;
rechnung rechnungen rechnungs = invoice; abrechnung abrechnungs = billing; datenbank datenbanken = database; daten = data; tabelle tabellen = table;
dokumentation doku dokumente dokument = docs; fehler = error; absturz absturze = crash; test tests = test; testabdeckung = coverage;
einstellung einstellungen einstellungs = settings; seite seiten = page; startseite = homepage; landeseite = landing page; karte karten = map;
benachrichtigung benachrichtigungen benachrichtigungs = notification; schnittstelle schnittstellen = api; warenkorb einkaufswagen = cart;
bestellung bestellungen bestell bestellungs auftrag auftrage auftrags = order; kalender = calendar; termin termine = appointment; passwort kennwort passworter = password;
sprache sprachen sprach = language; ubersetzung ubersetzungen ubersetzungs = translation; formular formulare = form; zeit zeiten = time; zeitzone zeitzonen = timezone;
ausfuhr = export; einfuhr = import; bericht berichte = report; auswertung auswertungen = report; zwischenspeicher cache = cache; speicher = memory; speicherleck = memory leak;
sicherheit sicherheits = security; dunkelmodus dunkel nachtmodus = dark mode; lieferung lieferungen liefer = delivery; versand = shipping; sendung sendungen = shipment;
produkt produkte = product; preis preise = price; artikel = article; lager = warehouse; bestand lagerbestand bestands = inventory; nachricht nachrichten = message; meldung meldungen = message;
ereignis ereignisse = event; schlussel = key; zertifikat zertifikate = certificate; verschlusselung = encryption; berechtigung berechtigungen rechte = permission; rolle rollen = role;
schaltflache knopf knopfe = button; menu = menu; leiste = bar; seitenleiste = sidebar; kopfzeile = header; fußzeile = footer; ansicht ansichten = view; ubersicht = overview;
oberflache = ui; bildschirm = screen; fenster = window; dialog = dialog; liste listen = list; filter filterung = filter; sortierung sortier = sorting; blattern = pagination; seitenumbruch paginierung = pagination;
hochladen = upload; herunterladen runterladen = download; datei dateien = file; anhang anhange = attachment; ordner verzeichnis = folder; sicherung sicherungen datensicherung = backup;
wiederherstellung = restore; warteschlange = queue; wiederholung wiederholungen wiederholungs = retry; zeituberschreitung = timeout; ratenbegrenzung = rate limit; begrenzung limit = limit;
prufung prufungs uberprufung validierung = validation; eingabe eingaben = input; ausgabe ausgaben = output; protokoll protokolle protokollierung = logging; uberwachung = monitoring; kennzahlen metriken = metrics;
warnung warnungen = alert; alarm alarme = alarm; statistik statistiken = statistics; diagramm diagramme = chart; messwert messwerte = measurement; fuhler sensor sensoren = sensor; gerat gerate = device;
einrichtung = setup; konfiguration = config; umgebung umgebungen = environment; bereitstellung = deployment; veroffentlichung = release; werkzeug werkzeuge = tool; bibliothek bibliotheken = library;
abhangigkeit abhangigkeiten = dependency; umstellung umzug = migration; aktualisierung aktualisierungen = update; bereinigung aufraumen = cleanup; umbau = refactor; umbenennung = rename; entfernung = remove;
verbindung verbindungen = connection; netzwerk netz = network; anfrage anfragen abfrage abfragen = query; antwort antworten = response; sitzung sitzungen = session; gerust = scaffold;
vorlage vorlagen = template; entwurf entwurfe = draft; versionen fassung = version; zweig zweige = branch; aufgabe aufgaben = task; zeitplan = schedule; zeitplaner planer = scheduler; buchung buchungen buchungs = booking;
reservierung reservierungen = reservation; mahnung mahnungen = dunning; steuer steuern = tax; mehrwertsteuer umsatzsteuer = vat; wahrung wahrungen = currency; wechselkurs kurse = rate; rabatt rabatte = discount; gutschein gutscheine = coupon;
zoll = customs; fracht = freight; fahrzeug fahrzeuge = vehicle; flotte flotten = fleet; fahrer = driver; strecke strecken route routen = route; standort standorte = location; adresse adressen adress = address;
wetter = weather; vorhersage prognose prognosen = forecast; gezeiten tiden = tide; temperatur = temperature; strom = power; zahler = meter; verbrauch verbrauchs = consumption; ladestation = charging station;
patient patienten = patient; arzt arzte = doctor; rezept rezepte = recipe; zutaten = ingredient; kurs = course; schuler = student; lehrer = teacher; note noten = grade; stundenplan = timetable; spiel spiele = game; spieler = player;
bestenliste rangliste = leaderboard; punktestand punkte = score; freund freunde = friend; kommentar kommentare = comment; beitrag beitrage = post; bewertung bewertungen = review; empfehlung empfehlungen = recommendation;
vorschau = preview; miniatur vorschaubild vorschaubilder = thumbnail; video videos = video; ton = audio; musik = music; wiedergabe = playback; abspieler = player; mikrofon = microphone; kamera = camera; tastatur = keyboard;
barrierefreiheit = accessibility; zugang zugriff = access; ruckerstattung erstattung ruckerstattungen = refund; lastschrift lastschriften = direct debit; uberweisung uberweisungen = transfer; kredit = credit; betrug betrugs = fraud; betrugserkennung = fraud detection; erkennung = detection;
vertrag vertrage = contract; versicherung = insurance; antrag antrage = claim; verlauf = history; geschichte = history; einladung einladungen = invite; mitglied mitglieder = member; gruppe gruppen = group; verein = club; spende spenden = donation;
abo abos abonnement = subscription; tarif tarife = tariff; angebot angebote = offer; anzeige anzeigen = display; werbung = ads; zustellung = delivery; drucker = printer; druck drucken = print; etikett etiketten = label; kennzeichnung = label; bezeichnung = label; lesezeichen = bookmark; schrift schriften schriftart = font; farbe farben = color;
schreibfehler tippfehler = typo; rundung rundungs rundungsfehler = rounding; berechnung = calculation; rechner = calculator; umrechnung = conversion; abgleich = sync; synchronisierung synchronisation = sync; vergleich = compare; zusammenfuhrung = merge; doppelte dubletten = duplicate; steuerung = control;
fortschritt fortschritts fortschrittsbalken ladebalken = progress; ladezeit ladezeiten = loading time; geschwindigkeit = speed; leistung = performance; schwelle schwellwert schwellenwert = threshold; regel regeln = rule; freigabe freigaben = approval; genehmigung = approval; unterschrift = signature; zwei = two; faktor = factor; weiterleitung weiterleitungen umleitung = redirect; startbildschirm = splash screen; laufzeit = runtime; ubertragung = transfer; erinnerung erinnerungen = reminder; umfrage umfragen = survey; frage fragen = question; hilfe = help; kontakt kontakte = contact; nutzung = usage; anbindung anschluss = integration; modell modelle = model; training = training; bau = build; sps = plc; server = server; dienst dienste = service; wissensdatenbank = knowledge base; baustein bausteine = component; lebenslauf = resume; ausweis reisepass = passport; unfall = accident; schaden = damage; raum raume = room; turen tur = door; licht lampen = light; heizung = heating; wasser = water; feuer = fire; luft = air; haus = house; stadt = city; treiber = driver; erneuerung = renewal; erweiterung erweiterungen = extension; verbesserung verbesserungen = improvement; anpassung anpassungen = adjustment; losung = solution; anleitung = guide; leck = leak; zoom = zoom; raster = grid; geld = money; bank = bank; bezug = reference; verkauf = sale; einkauf = purchase; zahl zahlen = number; wert werte = value; feld felder = field; spalte spalten = column; zeile zeilen = row; ebene ebenen = level; schicht = layer; quelle quellen = source; ziel = target; pfad pfade = path; schalter = switch; symbol symbole = icon; logo = logo; hinweis hinweise = hint; hintergrund = background; vordergrund = foreground; rand rander = border; ecke ecken = corner; große = size; lange = length; breite = width; hohe = height; land = country; boden = floor; bahn zug = train; buch bucher = book; jahr = year; monat = month; tag tage = day; woche = week; stunde = hour;
such = search; verwaltung verwaltungs = management; modus = mode; index = index; export exporte = export; import importe = import; upload uploads = upload; download downloads = download; migration migrationen = migration;
parser = parser; client = client; api = api; portal = portal; system = system; feed = feed; banner = banner; token = token; tracker = tracker; widget = widget; layout = layout; pipeline = pipeline; job = job; worker = worker;
button buttons = button; app = app; web = web; link links = link; schema = schema; webhook webhooks = webhook; endpunkt endpunkte endpoint = endpoint; datum datums = date; text texte = text; name namen = name; bereich = area; verarbeitung = processing; behandlung = handling; erfassung = capture; planung = planning; anzahl = count; nummer = number; versuch versuche = attempt
"""
TABLE: dict[str, str] = {
    word: english.strip()
    for entry in _TABLE.replace("\n", " ").split(";")
    for words, _, english in [entry.partition("=")]
    for word in words.split()
}
_AGENT = ("agenten", "agents", "agent", "bots", "bot")
_CASES = ("n", "s", "es", "en", "e")
_LINKS = ("", "s", "es", "n", "en")
_FEWEST, _FEWEST_UNKNOWN = 3, 5


class Compounds(Mapping[str, str]):
    """English for German words, also for ones that are joined of two or more."""

    def __getitem__(self, word: str) -> str:
        """Return what *word* is in English; raise `KeyError` if it is not known."""
        english = _english(word)
        if english is None:
            raise KeyError(word)
        return english

    def __iter__(self) -> Iterator[str]:
        """Iterate over the single words."""
        return iter(TABLE)

    def __len__(self) -> int:
        """Return how many single words there are."""
        return len(TABLE)


LETTERS = {
    "be": "b", "ce": "c", "zeh": "c", "tse": "c", "de": "d", "ef": "f", "eff": "f", "ge": "g", "geh": "g", "ha": "h", "jot": "j", "jott": "j", "ka": "k", "el": "l",
    "ell": "l", "em": "m", "emm": "m", "en": "n", "enn": "n", "oh": "o", "pe": "p", "peh": "p", "ku": "q", "kuh": "q", "er": "r", "err": "r", "es": "s", "ess": "s", "te": "t", "tee": "t",
    "uh": "u", "vau": "v", "fau": "v", "we": "w", "weh": "w", "ix": "x", "iks": "x", "ypsilon": "y", "upsilon": "y", "zett": "z", "zet": "z", "ah": "a", "ih": "i", "eh": "e", "ei": "i", "bindestrich": "", "unterstrich": "", "minus": "", "strich": "",
}  # fmt: skip
DIGITS = {
    "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "funf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9", "zehn": "10", "elf": "11", "zwolf": "12",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _english(word: str) -> str | None:
    if single := _single(word):
        return single
    if len(word) < 2 * _FEWEST or not word.isalpha():
        return None
    for end in _AGENT:  # "importagent"
        if word.endswith(end) and len(word) - len(end) >= _FEWEST:
            first = word.removesuffix(end)
            return _stem(first) or first
    return _joined(word) or _half_known(word)


def _single(word: str) -> str | None:
    """Return the English of a word that is not joined, in whatever case it stands."""
    if word in TABLE:
        return TABLE[word]
    stems = (word.removesuffix(end) for end in _CASES if word.endswith(end))
    long = len(word) >= 2 * _FEWEST
    return next((TABLE[stem] for stem in stems if stem in TABLE), None) if long else None


def _joined(word: str) -> str | None:
    """Return the English of a word that is joined of words that we know, of few if possible."""
    cuts = range(_FEWEST, len(word) - _FEWEST + 1)
    for whole in (True, False):
        for at in cuts:
            first = _stem(word[:at])
            last = first and (_single(word[at:]) if whole else _joined(word[at:]))
            if first and last:
                return f"{first} {last}"
    return None


def _half_known(word: str) -> str | None:
    """Return "cachebereinigung" as "cache cleanup": its first part is English."""
    for at in range(_FEWEST, len(word) - _FEWEST_UNKNOWN + 1):
        if last := TABLE.get(word[at:]):
            return f"{word[:at]} {last}"
    return None


def _stem(word: str) -> str | None:
    """Return the English of the first part of a joined word: "nachrichten", "rechnungs"."""
    for link in _LINKS:
        if word.endswith(link):
            stem = word.removesuffix(link) if link else word
            if stem in TABLE:
                return TABLE[stem]
    return None


_MARKERS = """
agenten alle allem allen aller alles anhalten auf aus beende beenden beendest bitte brauch brauche brauchen brich breche abbrechen abschießen auch bei beide beiden beim
das dem den denn der des die dies dieser diesen diesem dieses doch du durch eben eigentlich ein eine einem einen einer einfach eins einfrieren endlich er erst erste ersten erstelle es fertig fort fortsetzen fortfahren frier friere fur
geht gerade gibt gib halte hat hab habe haben ihn ihm ich im ist jetzt kann kannst konntest konnte konntet kurz lass lasse lagebericht lauft laufen laufenden leg lege letzte letzten los mach mache machen macht mal mein meine meinen mir mit muss musste
nach neue neuen neuer neues nicht nimm noch nochmal nur ob oder pausier pausiere pausieren pausierte pausierten sag schalt schalte schieß schieße schon sehen setz setze setzt sie sieht sind so soll sollte sollen starte starten stell stelle steht stoppe stoppen stoppst treibt tut uberblick um und uns unser unsere unterbrich
vier vom von voran warte warten wartet warum was weck wecke weiter weitermachen weiterlaufen welche welcher welchen wer wie wieder wieso wir wird wo wurg wurge zeig zu zum zur zuletzt zwei zwo zweite zweiten drei dritte dritten funf sechs sieben acht neun zehn elf zwolf stand fortschritt halt stopp zwischenstand fortgesetzt weitergehen
"""
MARKERS = frozenset(_MARKERS.split())
