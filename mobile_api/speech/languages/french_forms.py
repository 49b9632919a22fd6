"""French: how agents are spoken of; "l'" and "d'" stand apart, as `french_heard` writes them."""

from mobile_api.speech.language import Forms
from mobile_api.speech.languages.french_topics import TOPICS

NUMBERS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "trente": 30,
}  # fmt: skip
_HEARD = {
    "hein": 1, "ain": 1, "de": 2, "d'eux": 2, "deu": 2, "troie": 3, "troi": 3, "catre": 4, "quatres": 4, "cat": 4,
    "saint": 5, "sein": 5, "sain": 5, "cinque": 5, "sank": 5, "sis": 6, "scie": 6, "si": 6, "cette": 7, "cet": 7,
    "set": 7, "sete": 7, "wit": 8, "oui": 8, "ouit": 8, "neufs": 9, "neuve": 9, "oeuf": 9, "dis": 10, "dit": 10, "disse": 10, "onz": 11, "douce": 12,
}  # fmt: skip
_AGENT = r"(?:agents?|agente|ajan|tache|bot|job)"
_THE_ONE = r"(?:celui|celle|ceux|celles)(?: ci| la)?"

FORMS = Forms(
    noun=rf"agents?|agente|ajan|bot|tache|job|{_THE_ONE}",
    nouns=r"agents|bots|taches|jobs|ceux|celles",
    number=r"agents?|numeros?|bots?|ajan|agente|no",
    pronouns=(
        r"le|la|l|ca|cela|ceci|celui ci|celui la|celle ci|celle la|lui|il|elle|"
        rf"(?:l|mon|cet|notre) {_AGENT}(?: la)?|(?:la|ma|cette) tache|agent|ce truc|ce truc la|"
        r"(?:celui|l agent|ce)(?: qui est| qu'on voit| que j'ai| que je vois| que je regarde)? (?:a l ecran|sous les yeux|sur mon ecran)|l agent en question|le meme|celui que je regarde"
    ),
    plural_pronouns=r"les|ils|elles|eux|(?:les|mes|ces|nos) (?:agents|taches|bots)|agents|ceux ci|ceux la|leur",
    everything=(
        r"tout(?: ca| cela| le monde| l ensemble| le bazar| le reste)?|tous|toutes|(?:tous|toutes) (?:les |mes |nos |ces )?(?:agents|taches|bots|jobs)|"
        r"(?:chaque|n'importe quel) agent|l ensemble(?: des agents| de mes agents)?|la totalite|(?:toute|toutes) (?:la |l |les )?(?:bande|equipe|flotte|ensemble)|eux tous|tout ce qui (?:tourne|existe|est lance)|tous ceux la|les agents tous"
    ),
    both=r"(?:tous )?les deux(?: agents)?|toutes les deux|ces deux la|mes deux agents|les deux la",
    determiners=r"le|la|les|l|mon|ma|mes|notre|nos|ton|ta|tes|cet|ce|cette|ces|un|une|de|d|du|des|tous|toutes|toute|petit|petite|fameux|fichu|foutu",
    statuses={
        "running": r"en cours(?: d execution| de route)?|actifs?|actives?|qui tourne(?:nt)?|qui (?:travaille|bosse)(?:nt)?|en marche",
        "paused": r"(?:qui (?:est|sont) )?(?:en pause|en veille|suspendus?|suspendues?|pauses?|geles?|a l arret)",
        "waiting": r"(?:qui (?:est|sont) )?(?:en attente(?: de (?:moi|ma reponse|reponse|validation))?|bloques?|bloquees?|coinces?)|qui (?:m'attend|attend|attendent|m'attendent)(?: (?:une |ma )?(?:reponse|validation)| apres moi)?",
        "failed": r"(?:qui (?:est|sont) )?(?:echoues?|en echec|plantes?|en erreur|en rade|rates?|casses?|dans le rouge)|qui (?:a|ont) (?:echoue|plante|foire|rate|crashe|casse|bugge)",
        "completed": r"(?:qui (?:est|sont|a|ont) )?(?:termines?|terminees?|finis?|finies?|completes?|aboutis?)",
        "queued": r"(?:qui (?:est|sont) )?(?:en file(?: d attente)?|dans la file(?: d attente)?|pas encore (?:lances?|demarres?))",
    },
    newest=(
        r"derniers? (?:agents? )?(?:lances?|crees?|demarres?)|(?:tout )?derniers?(?: nes?)?|derniere|(?:le |la )?plus recente?s?|plus nouveau|nouveaux?|"
        r"qu(?:e j'ai|e je viens|e tu as|e l on a|'on a|e nous avons)(?: de)? (?:lances?|lancee|lancer|demarres?|demarrer|crees?|creer|ouverts?|mis en route)(?: en dernier| a l instant| tout a l heure)?|"
        r"lance en dernier|qui vient d' etre lance|qui vient d etre lance"
    ),
    oldest=r"(?:le |la )?plus anciens?|(?:le |la )?plus ancienne|(?:le )?plus vieux|(?:la )?plus vieille",
    other=r"autres?",
    links=(
        r"de la|de l|du|des|de|d|l|qui|que|qu|c'est|est|sont|(?:travaille|bosse|tourne|planche|est)(?: toujours| encore)? sur|"
        r"s'occupe|s'occupent|gere|pour|sur|dans|avec|a|au|aux|et|chez|par|en|concernant|nomme|appele|intitule|le|la|les"
    ),
    excluding=r"(?:sauf|excepte|a part|hormis|hors|a l exception (?:de|du|d)|mais pas|en dehors (?:de|du)|moins)",
    joins=r"(?:et|ou|ainsi que|puis)",
    indefinite=r"un|une|un autre|une autre|un nouvel|un nouveau|nouvel|nouveau|encore un|quelqu'un",
    small=frozenset(
        ["le", "la", "les", "l", "de", "du", "des", "d", "que", "qui", "qu", "en", "a", "au", "aux", "un", "une", "est", "sont", "sur", "pour", "avec", "dans", "ce", "cet", "cette", "ces", "mon", "ma", "mes", "notre", "nos", "ton", "ta", "se", "s", "son", "sa", "ses", "et", "qu'il", "qu'on", "celui", "celle", "ceux", "celles", "la", "ci", "truc", "trucs", "machin", "histoire", "boulot", "travail", "travaille", "s'occupe", "chose", "par", "chez", "tout", "encore", "toujours", "c'est", "y", "agent", "agents", "traite", "traitent", "corrige", "gere", "repare", "refait", "refais", "ajoute", "bosse", "fait", "faisait", "ecrit", "calcule", "probleme", "souci", "systeme", "partie", "fonctionnalite", "actuellement", "job", "voila", "tache", "taches"]
    ),
    numbers=NUMBERS,
    homophones=_HEARD,
    ordinals={
        "premier": 1, "premiere": 1, "deuxieme": 2, "second": 2, "seconde": 2, "troisieme": 3, "quatrieme": 4,
        "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
    },
    singular=r"le|la",
    topics=TOPICS,
    never_first=r"de|du|des|d'?|en|a|au|aux|sur|dans|pour|par|avec|et|ou|qui|que|qu|est|sont|on|y|se|s|comment|pourquoi|quand|si|me|te|moi|toi|nous",
    never_last=r"sur|dans|pour|avec|et|que|qui|ou|en|a|au|du|la|le|les|est|par",
    forbidden=frozenset(
        ["ne", "n'", "pas", "jamais", "rien", "aucun", "si", "quand", "mais", "puis", "dit", "dis", "disait", "demande", "demandait", "arrete", "arretes", "arreter", "annule", "annuler", "reprends", "reprend", "reprendre", "lance", "lances", "lancer", "relance", "relancer", "coupe", "couper", "tue", "tuer", "stoppe", "stopper", "continue", "continuer", "suspends", "suspend", "suspendre", "mets", "mettre", "met", "mettez", "cree", "creer", "supprime", "supprimer", "pause", "peux", "peut", "pourrait", "pourrais", "dois", "doit", "devrait", "faut", "faudrait", "veux", "veut", "voudrais", "aimerais", "peut-etre", "avant", "apres", "jusqu'a", "lorsque", "parce", "car", "sinon", "alors", "je", "tu", "nous", "vous", "j'ai", "t'as", "comment", "pourquoi", "combien", "quelqu'un", "personne", "on"]
    ),
)  # fmt: skip
