"""French: the developers' words that are said for English ones in titles.

Where one word is said for several, "|" stands between them. Words that are alike in both languages
need no place here: sound and letters find them.
"""

_WORDS = {
    "superposition": "overlay", "parole": "lyrics|speech|word", "repos": "rest|repo", "equipage": "crew", "autobus": "bus", "deneigement": "snow|plow|plowing", "neige": "snow", "ticket": "ticket|receipt", "abonnement": "subscription", "abonne": "subscriber", "accessibilite": "accessibility",
    "accueil": "home|landing|welcome", "achat": "purchase|order|checkout", "actualite": "news|feed",
    "adresse": "address", "affichage": "display|view|rendering|render", "ajout": "add",
    "alerte": "alert|alerting|warning", "allergene": "allergen", "amelioration": "improve",
    "amende": "fine", "annee": "year", "annuaire": "directory", "annulation": "cancel|undo",
    "aperçu": "preview", "apercu": "preview", "appareil": "device", "appel": "call|on-call",
    "apprentissage": "learning|training", "arborescence": "tree", "archivage": "archive",
    "arriere": "back|rear", "arrivee": "arrival", "arrondi": "rounding|round", "article": "article|item",
    "assurance": "insurance", "atelier": "workshop", "attente": "waiting|wait|queue|wait list",
    "audit": "audit", "authentification": "auth|login", "avertissement": "warning", "avis": "review",
    "avion": "flight|plane", "avoir": "credit", "bagage": "luggage|baggage", "banniere": "banner", "banque": "bank",
    "barre": "bar", "base": "base|database", "besoin": "need", "bibliotheque": "library", "bilan": "report",
    "billet": "ticket", "billetterie": "ticketing|ticket", "boite": "box|mailbox", "bordereau": "slip", "bouton": "button", "brouillon": "draft",
    "calcul": "calc|compute|calculation|calculate", "caisse": "checkout|cashier|register|pos",
    "calendrier": "calendar|schedule", "camion": "truck", "capteur": "sensor", "carburant": "fuel",
    "carte": "map|card|menu", "cartographie": "map|mapping", "casque": "headset|helmet", "chaine": "chain|string|pipeline",
    "champ": "field", "chargement": "loading|load|loader", "charge": "load", "charte": "style", "chat": "chat|cat",
    "chemin": "path", "cheval": "horse", "chiffre": "number|figure", "chiffrement": "encryption|encrypt",
    "cible": "target", "cle": "key", "clef": "key", "clavier": "keyboard", "client": "customer|client",
    "code": "code|coupon", "cohorte": "cohort", "colis": "parcel|package|shipment", "commande": "order|command", "commentaire": "comment",
    "compression": "compress|compression", "comptage": "count|counting", "comptabilite": "accounting", "compte": "account", "compteur": "counter|meter",
    "conducteur": "driver", "conge": "leave|holiday|vacation", "connexion": "login|connection|sign|signin",
    "consommateur": "consumer", "consommation": "consumption|usage", "contenu": "content", "contrat": "contract",
    "contraste": "contrast", "controle": "check|control|inspection", "conversion": "convert|conversion", "copie": "copy",
    "correctif": "fix|patch|hotfix", "correction": "fix", "correspondance": "transfer|match|matching|mapping|connection",
    "couleur": "color", "courbe": "curve|chart", "courriel": "email|mail", "cours": "course|class|lesson", "course": "race|ride|run", "couverture": "coverage|cover",
    "cuisine": "kitchen", "date": "date", "debit": "rate|throughput", "decoupage": "split|splitting|chunking",
    "decoupe": "split|cut", "deconnexion": "logout|sign", "dedoublonnage": "dedupe|deduplicate|dedup|duplicate",
    "degrade": "gradient", "delai": "delay|timeout|deadline", "delais": "delay|timeout|deadline", "demande": "request", "demarrage": "startup|start|boot",
    "depart": "departure", "dependance": "dependency|dependencies", "depense": "expense|spending", "deploiement": "deploy|deployment|rollout",
    "depot": "deposit|repo|drop", "derive": "drift", "dessin": "drawing|draw", "detection": "detect|detection", "dette": "debt",
    "devis": "quote|estimate", "devise": "currency", "diffusion": "broadcast|stream", "distribution": "distribution|dispatch",
    "document": "document|doc", "doublon": "duplicate|dedupe|dedup", "dossier": "folder|directory|record|file|case", "douane": "customs|duty", "droit": "permission|right|access",
    "donnee": "data", "duree": "duration|length", "echange": "exchange|swap|trade", "echantillon": "sample", "echeance": "due|deadline",
    "echec": "failure|failed|fail", "echelle": "scale", "ecole": "school", "ecran": "screen", "ecriture": "write|writing|entry", "editeur": "editor",
    "effectif": "headcount", "eleve": "student|pupil", "emploi": "job", "emprunt": "loan|borrow", "encaissement": "payment|collection",
    "enregistrement": "recording|record|registration|save", "ensoleillement": "sun|solar", "entete": "header", "entree": "entry|input", "entrepot": "warehouse",
    "envoi": "upload|send|sending|shipment|shipping", "equipe": "team|crew", "erreur": "error", "espace": "space", "essai": "trial|test",
    "etape": "step|stage", "etat": "state|status", "etiquette": "label|tag", "etoile": "star", "etude": "study",
    "evenement": "event", "expedition": "shipping|shipment|dispatch", "export": "export", "exportation": "export", "extraction": "extract|extraction",
    "facturation": "billing|invoicing|invoice", "facture": "invoice|bill", "favori": "favorite|bookmark", "fenetre": "window", "ferme": "farm",
    "fermeture": "close|closing", "feuille": "sheet|leaf", "fichier": "file", "fidelite": "loyalty", "fidelisation": "loyalty", "fil": "thread|feed", "file": "queue",
    "filtre": "filter", "filtrage": "filter|filtering", "flotte": "fleet", "flux": "feed|flow|stream", "fond": "background", "formulaire": "form", "fournisseur": "supplier|provider|vendor",
    "fraicheur": "freshness", "fraude": "fraud", "frais": "fee", "frise": "timeline", "fuite": "leak", "fuseau": "timezone|zone", "fusion": "merge", "gabarit": "template|layout",
    "gare": "station", "genou": "knee", "gestion": "manager|management|manage|handle|handling", "gestionnaire": "manager|handler", "glossaire": "glossary", "graphe": "graph", "graphique": "chart|graph",
    "grille": "grid", "groupe": "group", "heure": "time|hour", "historique": "history", "horaire": "schedule|timetable|hour|time", "hors": "off|out", "icone": "icon", "identifiant": "id|identifier|credential",
    "image": "image|img", "impression": "print|printing", "imprimante": "printer", "import": "import", "impot": "tax", "inscription": "signup|registration|sign|enrollment|enrolment", "interface": "interface|ui",
    "intervalle": "interval", "inventaire": "inventory|stock", "itineraire": "route|itinerary", "jeton": "token", "jeu": "game|set", "joueur": "player", "jour": "day", "journal": "log|journal|logging", "journalisation": "logging|log",
    "lecture": "read|reading|playback|play", "lecteur": "reader|player", "lenteur": "slow", "lien": "link", "limitation": "limit|limiting|limiter", "limite": "limit", "liste": "list", "livraison": "delivery|shipping|shipment", "livre": "book", "livreur": "courier|driver", "logement": "housing|listing", "lot": "batch",
    "loyer": "rent", "magasin": "store|shop", "maison": "home|house", "maree": "tide", "marque": "brand|mark", "materiel": "hardware|equipment", "medecin": "doctor", "medicament": "drug|medication", "menage": "cleanup|clean", "mentions": "legal", "messagerie": "messaging|chat|inbox|mail", "mesure": "metric|measure|measurement", "meteo": "weather", "metrique": "metric", "minuteur": "timer",
    "migration": "migrate|migration|switch|port|upgrade", "miniature": "thumbnail", "mobile": "mobile", "modele": "model|template", "mois": "month", "monnaie": "currency|coin", "montant": "amount", "montee": "upgrade|bump",
    "moteur": "engine", "motif": "pattern", "moyenne": "average|mean", "musique": "music", "navigateur": "browser", "nettoyage": "cleanup|clean|cleaning|purge", "nom": "name", "note": "note|rating|grade", "nuage": "cloud", "nuit": "night|nightly", "numero": "number",
    "objet": "object", "occupation": "occupancy", "offre": "offer", "ombre": "shadow", "onglet": "tab", "ordonnance": "prescription", "ordre": "order", "oubli": "forgotten|forgot", "oublie": "forgotten|forgot", "outil": "tool", "ouverture": "opening|open",
    "paie": "payroll|pay", "paiement": "payment|checkout|pay|payout", "panier": "cart|basket", "panne": "outage", "panneau": "panel|board", "parametre": "setting|parameter|param", "parcours": "path|journey|flow|onboarding", "parking": "parking", "parrainage": "referral", "passage": "switch|pass|migrate",
    "passe": "password|pass", "patient": "patient", "pays": "country", "perte": "loss", "peremption": "expiry|expiration", "permission": "permission", "photo": "photo|image|picture", "piece": "attachment|part|room", "pied": "footer", "plage": "range|beach", "plan": "plan|map", "planning": "schedule|planning|shift", "planification": "schedule|scheduling|scheduler|planning", "plante": "plant", "pluie": "rain", "poids": "weight", "point": "point",
    "poisson": "fish", "police": "font|policy", "polygone": "polygon", "portefeuille": "wallet|portfolio", "portage": "port", "prediction": "prediction|predict|forecast", "preference": "preference|setting", "prelevement": "debit|sample", "prevision": "forecast|prediction", "prix": "price|pricing", "produit": "product", "profil": "profile", "proprietaire": "owner|landlord", "propre": "clean",
    "prochain": "next", "quai": "platform|dock", "quota": "quota|limit", "raccourci": "shortcut", "rapport": "report", "rappel": "reminder|recall|callback", "rapprochement": "reconciliation|reconcile|matching", "recette": "recipe|revenue", "recherche": "search|lookup", "recu": "receipt", "recolte": "harvest|crop", "redimensionnement": "resize|resizing", "redirection": "redirect", "reduction": "discount|reduce", "regle": "rule", "reglage": "setting", "reglement": "settlement|payment", "remboursement": "refund|reimbursement", "remise": "discount|reset", "remplacement": "replace|replacement",
    "rendu": "render|rendering", "rendez": "appointment|booking", "repas": "meal", "reprise": "retry|resume|backfill|recovery", "reponse": "response|reply|answer", "requete": "query|request|queries", "reseau": "network", "reservation": "reservation|booking", "resume": "summary", "retard": "delay|late", "retour": "return|back|feedback|rollback", "restauration": "restore", "reunion": "meeting", "rotation": "rotation|rotate", "salaire": "salary|payroll|wage", "salle": "room", "sauvegarde": "backup|save", "schema": "schema", "score": "score|scoring",
    "seance": "session", "seau": "bucket", "secours": "emergency|fallback", "securite": "security|safety", "selection": "selection|picker|select", "semaine": "week", "serveur": "server", "seuil": "threshold", "signature": "signature|sign|signing", "site": "site", "soin": "care", "sombre": "dark", "sonde": "probe", "sortie": "output|exit|release", "son": "sound|audio", "sondage": "poll|survey", "souscription": "subscription", "stage": "internship", "stationnement": "parking", "statistique": "stats|statistic|analytics", "suivi": "tracking|tracker|monitoring|follow", "suppression": "delete|deletion|remove|removal", "surveillance": "monitoring|monitor|watch",
    "synchro": "sync|synchronization", "synchronisation": "sync|synchronization|synchronize", "tableau": "table|board|dashboard|array", "tache": "task|job", "taille": "size", "tarif": "price|pricing|rate|fare", "taux": "rate", "taxe": "tax|vat", "televersement": "upload", "telechargement": "download|upload", "telephone": "phone", "temps": "time|weather", "tiers": "third", "texte": "text", "titre": "title", "toit": "roof", "tournee": "route|tour|round", "traceur": "tracker", "traduction": "translation|translate|translations|i18n|locale", "traitement": "processing|process|treatment", "trajet": "trip|ride|route|journey", "transcription": "transcript|transcription", "tri": "sort|sorting|triage", "tuile": "tile", "tva": "vat|tax",
    "usager": "user", "usine": "factory|plant", "utilisateur": "user", "utilisation": "usage", "vaccin": "vaccine|vaccination", "vague": "wave", "validation": "validate|validation", "valeur": "value", "variable": "variable|feature", "veille": "watch|sleep", "vehicule": "vehicle|car", "velo": "bike", "vente": "sale|sales", "ventilation": "breakdown", "verification": "check|verify|verification|validate", "verrou": "lock", "verrouillage": "lock|locking", "version": "version|release", "vignette": "thumbnail", "virement": "transfer|payout", "virgule": "comma|decimal", "ville": "city|town", "vitesse": "speed", "vol": "flight|theft", "voiture": "car", "voix": "voice", "voyage": "trip|travel", "vue": "view", "zone": "zone|area|region",
    # describing words, verbs as nouns
    "ancien": "old|legacy", "brut": "raw", "bleu": "blue", "casse": "broken", "chaud": "hot|warm", "double": "double|duplicate", "froid": "cold", "gros": "large|big", "grand": "large|big", "lent": "slow", "manuscrit": "handwritten", "mort": "dead", "nouveau": "new", "nouvel": "new", "nouvelle": "new", "perime": "expired|stale", "public": "public", "quotidien": "daily", "hebdomadaire": "weekly", "mensuel": "monthly", "rapide": "fast|quick", "rouge": "red", "vert": "green", "vide": "empty|blank", "vieux": "old|legacy", "sans": "without",
}  # fmt: skip
_WORDS |= {
    "cheque": "cheque|check|voucher", "cadeau": "gift", "cave": "cellar", "bouteille": "bottle", "entrainement": "train|training", "manquant": "missing", "ligne": "line|row|online", "aberrant": "outlier",
    "hauteur": "height|depth", "profondeur": "depth", "legende": "legend|caption", "vecteur": "vector",
    "defilement": "scroll|scrolling", "partage": "share|sharing", "infini": "infinite", "survol": "hover",
    "clic": "click", "saisie": "input|entry", "hebergement": "hosting", "certificat": "certificate|cert", "domaine": "domain",
    "disque": "disk", "relance": "reminder|retry", "impaye": "unpaid|overdue", "acompte": "deposit", "caution": "deposit",
    "solde": "balance|sale", "annonce": "ad|listing|announcement", "publicite": "ad|ads", "pub": "ad|ads", "campagne": "campaign",
    "mail": "email|mail", "courrier": "mail|letter", "lettre": "letter", "bascule": "toggle|switch", "bulle": "tooltip|bubble",
    "infobulle": "tooltip", "carrousel": "carousel", "clair": "light", "fonce": "dark", "place": "seat|place", "siege": "seat|headquarters",
    "cartouche": "cartridge", "rayon": "shelf|aisle|radius", "etagere": "shelf", "chambre": "room", "hotel": "hotel", "menu": "menu", "plat": "dish|meal",
    "ingredient": "ingredient", "agriculteur": "farmer", "parcelle": "plot|field|parcel", "semis": "seed|sowing", "arrosage": "watering|irrigation", "chauffeur": "driver",
    "trottinette": "scooter", "borne": "station|charger|kiosk|terminal", "recharge": "charging|charge|recharge|topup", "batterie": "battery", "courant": "power|current", "eau": "water", "bruit": "noise",
    "infirmier": "nurse", "hopital": "hospital", "lit": "bed", "examen": "exam|test", "devoir": "homework|assignment", "eleve": "student|pupil", "enseignant": "teacher", "professeur": "teacher", "cantine": "canteen|cafeteria|lunch",
    "avocat": "lawyer", "dossiers": "case|folder|file", "piste": "track", "morceau": "track|song|chunk", "chanson": "song|lyrics", "casier": "locker", "amis": "friend", "ami": "friend", "classement": "ranking|leaderboard|rank", "equilibre": "balance", "partie": "game|match|part", "niveau": "level",
    "demarche": "procedure", "citoyen": "citizen", "habitant": "resident", "quartier": "district|neighborhood", "rue": "street", "pont": "bridge", "gaz": "gas", "electricite": "electricity|power",
    "vieillissement": "aging", "expiration": "expiry|expiration|expire", "renouvellement": "renewal|renew", "resiliation": "cancellation|termination", "reinitialisation": "reset", "verrous": "lock", "accents": "accent", "encodage": "encoding", "decodage": "decoding",
    "echantillonnage": "sampling|sample", "lissage": "smoothing|smooth", "regroupement": "grouping|cluster|clustering|group", "etalonnage": "calibration", "calibrage": "calibration", "agregation": "aggregation|aggregate", "jointure": "join", "indexation": "indexing|index", "partitionnement": "partitioning|partition",
    "ordonnancement": "scheduling|scheduler", "ordonnanceur": "scheduler", "relecture": "review|replay", "revue": "review", "essais": "trial|retry", "reessai": "retry", "nouvelles tentatives": "retry|retries", "tentative": "retry|attempt", "rejeu": "replay", "rattrapage": "backfill|catchup", "plafond": "cap|limit", "alignement": "align|alignment",
    "mot passe": "password", "base donnees": "database|db", "mise jour": "update|upgrade|bump", "hors ligne": "offline", "temps reel": "realtime|real", "code barre": "barcode", "tableau bord": "dashboard", "page accueil": "homepage|home|landing", "liste attente": "waitlist|waiting",
    "file attente": "queue", "jeu donnees": "dataset|data", "pare feu": "firewall", "point entree": "endpoint|entrypoint", "piece jointe": "attachment", "glisser deposer": "drag|drop", "rendez vous": "appointment|booking|meeting", "menu deroulant": "dropdown", "carte bancaire": "card", "trois d": "3d", "deux facteurs": "2fa|factor", "double authentification": "2fa|mfa",
    "faux positif": "false", "moyen paiement": "payment", "mode nuit": "dark|night", "mode sombre": "dark", "plan vol": "flight", "mise place": "setup|set", "mise echelle": "scaling|scale|autoscaling", "arriere plan": "background", "sans fil": "wireless", "cle etrangere": "foreign", "bon reduction": "coupon|voucher", "bon achat": "voucher|gift", "carte cadeau": "gift", "liste envies": "wishlist",
}  # fmt: skip
_WORDS["langue"] = "language|locale"
_WORDS["memoire"] = "memory"
_WORDS["mot"] = "word|password"
_WORDS["glisser"] = "drag"
_WORDS["deposer"] = "drop"
_WORDS["incident"] = "incident|on-call"


def _forms() -> dict[str, str]:
    """Return each word and its plural with what it stands for; its own letters always count."""
    table: dict[str, str] = {}
    for word, said in _WORDS.items():
        meanings = said if " " in word else f"{word}|{said}"
        table[word] = meanings
        if word[-1] not in "sxz":
            table[f"{word}s"] = meanings
        if " " in word:  # "codes barres"
            table["s ".join(word.split(" ")) + "s"] = meanings
            table["s ".join(word.split(" "))] = meanings
        if word.endswith(("eau", "eu")):
            table[f"{word}x"] = meanings
        if word.endswith("al"):
            table[f"{word[:-2]}aux"] = meanings
        if word[-1] not in "esxz":
            table.setdefault(f"{word}e", meanings)
            table.setdefault(f"{word}es", meanings)
    return table


TOPICS = _forms()
