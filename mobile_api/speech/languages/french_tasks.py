"""French clauses about what an agent does, turned to orders: "qui gère X" is "gérer X"."""

import re

_IRREGULAR = {
    "fait": "faire", "fasse": "faire", "refait": "refaire", "refasse": "refaire", "met": "mettre", "mette": "mettre",
    "permet": "permettre", "permette": "permettre", "remet": "remettre", "remette": "remettre", "soumet": "soumettre",
    "écrit": "écrire", "écrive": "écrire", "réécrit": "réécrire", "réécrive": "réécrire", "décrit": "décrire", "lit": "lire", "lise": "lire",
    "rend": "rendre", "rende": "rendre", "prend": "prendre", "prenne": "prendre", "comprend": "comprendre", "reprend": "reprendre", "apprenne": "apprendre", "reprenne": "reprendre", "comprenne": "comprendre",
    "répond": "répondre", "étend": "étendre", "étende": "étendre", "suspend": "suspendre", "défend": "défendre", "répare": "réparer",
    "est": "être", "soit": "être", "a": "avoir", "ait": "avoir", "va": "aller", "aille": "aller", "peut": "pouvoir", "puisse": "pouvoir",
    "convertit": "convertir", "réduit": "réduire", "réduise": "réduire", "traduit": "traduire", "traduise": "traduire", "produit": "produire", "produise": "produire", "introduit": "introduire", "introduise": "introduire",
    "construit": "construire", "construise": "construire", "reconstruit": "reconstruire", "détruit": "détruire", "reproduit": "reproduire", "reproduise": "reproduire", "suit": "suivre", "suive": "suivre", "voit": "voir", "reçoit": "recevoir", "reçoive": "recevoir",
    "envoie": "envoyer", "renvoie": "renvoyer", "nettoie": "nettoyer", "essaie": "essayer", "paie": "payer", "emploie": "employer", "déploie": "déployer", "octroie": "octroyer",
    "remplit": "remplir", "finit": "finir", "définit": "définir", "avertit": "avertir", "garantit": "garantir", "unit": "unir", "ralentit": "ralentir", "agrandit": "agrandir", "élargit": "élargir", "arrondit": "arrondir",
    "ouvre": "ouvrir", "couvre": "couvrir", "offre": "offrir", "découvre": "découvrir", "maintient": "maintenir", "maintienne": "maintenir", "vient": "venir", "tient": "tenir", "tienne": "tenir", "retient": "retenir", "obtient": "obtenir",
    "résout": "résoudre", "résolve": "résoudre", "connaît": "connaître", "corrompt": "corrompre", "interrompt": "interrompre", "exclut": "exclure", "inclut": "inclure", "conclut": "conclure", "extrait": "extraire", "bat": "battre", "combat": "combattre",
    "appelle": "appeler", "rappelle": "rappeler", "jette": "jeter", "rejette": "rejeter", "projette": "projeter", "modèle": "modeler", "enlève": "enlever", "lève": "lever", "relève": "relever", "achète": "acheter", "mène": "mener", "ramène": "ramener", "gèle": "geler", "pèse": "peser", "crève": "crever", "achève": "achever",
    "sert": "servir", "sort": "sortir", "dort": "dormir", "part": "partir", "repart": "repartir", "court": "courir",
}  # fmt: skip
_WITH_ACUTE = re.compile(r"è([bcdfgjlmnprstvy]+|[dfgtvbcp][lr]|gu|qu)e$")


def infinitive(clause: str) -> str:
    """Return *clause*, which begins with a verb in the third person, as an order."""
    verb, _, rest = clause.partition(" ")
    said = _infinitive(verb.lower())
    return f"{said} {rest}".strip()


def _infinitive(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("isse"):
        return f"{verb[:-3]}r"
    if _WITH_ACUTE.search(verb):
        return _WITH_ACUTE.sub(r"é\1er", verb)
    if verb.endswith("e"):
        return f"{verb}r"
    return f"{verb}r" if verb.endswith("i") else f"{verb[:-1]}r" if verb.endswith("it") else verb
