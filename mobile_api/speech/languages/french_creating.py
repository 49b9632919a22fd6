"""French: how a new agent is asked for."""

from mobile_api.speech.language import Creating
from mobile_api.speech.languages.french_tasks import infinitive


def _er(*stems: str) -> str:
    """Return the forms of verbs in -er that an order may have."""
    return rf"(?:{'|'.join(stems)})(?:e|es|er|ez|ons|eons|erais)"


_FRESH = (
    r"(?:un|une|encore un|encore une|un autre|une autre|un nouvel|un nouveau|un petit|un second|un deuxieme|un troisieme|un de plus|un agent|nouvel|nouveau|autre|"
    r"deuxieme|second|petit|supplementaire|dedie|autre petit|de tes|de mes|des)"
)
_SURE_AGENT = r"(?:agents?|agente|ajan|ajans|bot|a gent|agent cadence|agent ia)"
_AGENT = rf"(?:{_SURE_AGENT}|argent|tache|session|job|worker)"
_SOMEBODY = r"(?:quelqu'un|un de (?:tes|mes|nos|vos) agents|l' un de (?:tes|mes|nos|vos) agents)"
_ME = r"(?: (?:moi|nous|me|m'|voir|un peu|vite|donc|juste|aussi|stp|s'il te plait|s'il vous plait|la|y|en|tout de suite|directement|maintenant|encore|rapidement))*"
_BEGIN = (
    r"(?:"
    + _er(
        "lanc", "lan[cç]", "demarr", "cre", "ajout", "pos", "plac", "coll", "balanc", "dedi", "affect", "assign", "mobilis", "deploy", "activ", "declench",
        "trouv", "reserv", "pass", "mont", "prepar", "commenc", "attribu", "donn", "fil", "envoy", "branch", "cal", "embauch", "appel", "convoqu", "confi", "repar", "instanci", "initi", "spawn", "generat", "gener", "execut",
    )
    + r"|pars|partir|partez|ouvres?|ouvrir|ouvrez|envoie|envoies|deploie|deploies|mets|met|mettre|mettez|prends|prendre|prenez|fais|faire|faites|fais (?:tourner|bosser|partir|demarrer|travailler)|faire (?:tourner|bosser|partir|demarrer|travailler)|"
    r"mets en (?:place|route)|cree|creer|creez|crees|met en (?:place|route)|mettre en (?:place|route)|fous|fout|utilise|utiliser|sors|rajoute|rajouter|lances?|start|run|creons|met moi|spin up|depeche|depecher)"
)  # fmt: skip
_WANT = (
    r"(?:(?:je veux|je voudrais|j'aimerais|je souhaite|je souhaiterais|j'ai besoin|j'aurais besoin|j'aurai besoin|on a besoin|on aurait besoin|nous faut|il me faut|il nous faut|il me faudrait|il nous faudrait|il faut|il faudrait|faut|faudrait|me faut|"
    r"on veut|on voudrait|on aimerait|je prendrais|je prendrai|j'ai envie|ca serait bien|ce serait bien|nous faudrait|on mettrait|donne|je cherche|on part sur|ca me prend|je vais avoir besoin|on va avoir besoin|je demande)(?: (?:bien|bien avoir|avoir|d' avoir|juste|aussi|encore|maintenant|que tu (?:me |nous )?(?:lances|demarres|crees|mettes|ouvres|envoies)|de|d'|d' avoir|lancer|creer|ouvrir|mettre|demarrer))*)"
)
_AFTER = r"(?: (?:supplementaire|de plus|en plus|dedie|tout neuf|tout frais|frais|neuf|separe|a part|en route|au travail|au boulot|s'il te plait|s'il vous plait|stp|svp|la dessus|dessus|la dedans|maintenant|tout de suite|vite fait|pour moi|pour nous|quelque part|cadence|en parallele|aussi))*"
# "un agent a plante" is about one that is there.
_NO_STATE = r"(?! (?:a|est|ont|sont|avait|etait|s'est|vient|tourne|plante|bloque|attend|deja|en pause|en cours|qui (?:a|est|tourne|attend|plante))\b)"
_NP = rf"(?:{_FRESH} )+{_SURE_AGENT}"
_ACT = (
    r"ajout|corrig|repar|ecri|gere|convert|mett|met|fai|fass|supprim|remplac|migr|nettoi|verifi|regard|cherch|trouv|genere|affich|cach|masqu|bloqu|limit|optimis|accelere|document|test|renomm|"
    r"deplac|cree|decoup|compress|export|import|envoi|envoy|valid|trait|lis|li|calcul|repren|prenn|prend|rend"
)

CREATING = Creating(
    heads=(
        rf"(?:me |nous |m')?{_BEGIN}{_ME} (?:{_FRESH} )+{_AGENT}{_AFTER}",
        rf"(?:me |nous |m')?{_BEGIN}{_ME} (?:en )?(?:un autre|un nouveau|une nouvelle|encore un|un de plus)(?= (?:sur|pour|dans|qui)\b){_AFTER}",
        rf"{_WANT}{_ME} (?:{_FRESH} )*(?:{_SURE_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"(?:tu )?(?:peux|pourrais|pouvez|pourriez)?(?: |^)?{_BEGIN}{_ME} {_SOMEBODY}{_AFTER}",
        rf"{_NP}{_NO_STATE}{_AFTER}",
        rf"{_SURE_AGENT}(?= (?:sur|dans) (?!pause|l' ecran|veille))",
        rf"(?:nouvel|nouveau) {_SURE_AGENT}{_NO_STATE}{_AFTER}",
        rf"(?:demande|demander|dis|confie|confier)(?: moi| donc)? a (?:{_SOMEBODY}|un (?:nouvel |autre )?agent)",
        rf"(?:{_WANT}|que|fais en sorte) (?:que |qu'(?=il|elle)|qu')?(?:quelqu'un|un agent)",
        r"(?:il faut|il faudrait|faut|faudrait|je veux|je voudrais|j'aimerais|on veut|ce serait bien|ca serait bien)(?: bien)? qu'(?:quelqu'un|un (?:nouvel |autre )?agent|on mette un agent|on lance un agent)",
        r"(?:quelqu'un|un agent) (?:peut|pourrait|devrait|doit|pour)(?= )",
        r"(?:qu'un|que l' un des) (?:agent|agents)(?= )",
        r"(?:merite|meriterait|a besoin d'|aurait besoin d'|a besoin|demande) (?:un|d' un|qu'un) agent",
    ),
    lead=(
        r"(?:bon|alors|ok|okay|et|donc|voila|tiens|du coup|dis|ecoute|allez|vas y|hop|oui|super|parfait|nickel|genial|maintenant|ensuite|au fait|sinon|bref|hello|salut|bonjour|coucou|dis donc|d' accord|d' ailleurs|aussi|puis|tant que j'y pense|pendant que j'y suis|"
        r"pendant qu'on y est|une derniere chose|autre chose|derniere chose|avant que j'oublie|tu sais quoi|s'il te plait|s'il vous plait|stp|svp|merci de|cadence)"
    ),
    puzzles=r"(?:regarder?|trouver?|cherche[r]?|comprendre|comprends|verifie[r]?|enquete[r]?|voir) (?:pourquoi|ce qui|d' ou|comment|si|sur)\b",
    opening=(
        rf"(?:me |nous |m')?(?:{_BEGIN}{_ME} (?:{_FRESH} )+{_SURE_AGENT}|{_WANT}{_ME} (?:{_FRESH} )+{_SURE_AGENT})(?!(?: \S+){{0,2}} (?:en pause|en cours|en veille) )"
    ),
    noun=_SURE_AGENT,
    definite=r"(?:l'|le|la|mon|cet|cette|ce|notre) (?:agents?|bot|session|job)",
    modal=r"(?:mets|met|mettre|lance|lancer|demarre|envoie|colle|place)\b",
    people=r"quelqu'un",
    lone=rf"(?:{_SURE_AGENT}|un agent)(?: s'il te plait| demande)?(?= [,.:;] )",
    vague=r"(?:.* )?(?:un autre|encore un|un nouveau|une nouvelle|un de plus)",
    no_place=r"(?:au|sur|dans|a) (?:le |la |l' |mon |ma )?(?:telephone|bout du fil|ligne|pause|veille|porte|maison|voiture|train|bus|avion|tele|radio)\b",
    should=r" (?:doit|devrait|a besoin|il faut|faut|faudrait|il faudrait) (?:de |d' )?",
    orders=(
        r"(?:en pause|pause|arrete(?:r|z)?|s'arreter|stop|continue[rz]?|reprendre|reprends|attendre|attends|patienter|faire une pause|fais une pause|en veille|en attente|s'interrompre|se mettre en pause|se depecher|finir)"
        r"(?: (?:un peu|maintenant|tout de suite|la|svp|stp|s'il te plait|\w+ minutes?))*"
    ),
    states=(
        r"(?:a|est|sont|ont|avait|etait|s'est|vient de|tourne|plante|bloque|rame|attend|en pause|en cours|en veille|en attente|statut|avance|dit|semble|ou ca en est|il en est ou|coute|prend trop|marche|deja)\b"
    ),
    been=r" (?:est|a|etait|avait|vient|s'est) (?:deja |encore |toujours |bien )?(?:fini|termine|bloque|plante|echoue|en pause|en cours|arrete|lance|mort|crashe|en train)\b",
    about=r"(?:pour|concernant|quant a|en ce qui concerne|a propos de|cote|question|au sujet de|passons a|on passe a|niveau|rapport a|dans|sur)",
    trailing_heads=r"(?:(?:lance|cree|demarre|ouvre|mets|met|avec|envoie)(?: moi)? )?(?:un |une )?(?:nouvel |autre |nouveau )?agent(?: la dessus| dessus| pour ca)?",
    task_verbs=(
        _er("corrig", "ajout", "repar", "migr", "nettoy", "renomm", "remplac", "document", "optimis", "factoris", "refactoris", "deboggu?", "test", "verifi", "valid", "traduis", "deplac", "simplifi", "ameliorer?", "accelerer?", "generer?", "integrer?", "implement", "developp", "gerer?", "supprim", "enlev", "retir", "activ", "desactiv", "configur", "limit", "compress", "export", "import", "affich", "cach", "masqu", "normalis", "deduplique?", "dedoubl", "reecris?", "journalis", "harmonis", "passer?", "rajout", "augment", "diminu", "separ", "decoup", "extrai", "tri", "filtr", "bloqu", "prepar", "analys", "adapt", "modifi", "chang", "centralis", "branch", "stock", "pagin", "index")
        + r"|refactor|refactore|debug|debugge|fixe?|fixer|patche[rz]?|loggue[rz]?|log|mets? (?:a jour|en place|en cache|de cote|au propre)|mettre (?:a jour|en place|en cache)|mettez a jour|ecris|ecrire|ecrivez|reecris|reecrire|convertis|convertir|gere|gerer|traduis|traduire|"
        r"fais (?:en sorte|le menage|la doc|marcher)|faire (?:en sorte|le menage)|cherche pourquoi|trouve pourquoi|regarde pourquoi|reduis|reduire|resous|resoudre|accelere|ameliore|genere|complete|completer|rends|rendre|integre|monte (?:de version|la version)|monter|supporte|bumpe?|bump|upgrade[rz]?|update|enrichis|definis|rafraichis|etends|purge[rz]?|efface[rz]?|detruis|vide[rz]?|drop"
    ),
    task_words=(
        r"mette|fasse|ecrive|reecrive|lise|prenne|reprenne|rende|convertisse|traduise|reduise|resolve|revoie|voie|comprenne|construise|definisse|"
        r"mets|mettre|fais|faire|prends|prendre|regarde[r]?|cherche[r]?|trouve[r]?|passe[r]?|lis|lire|envoie|envoyer|calcule[r]?|arrondis|arrondir|evite[r]?|empeche[r]?|autorise[r]?|refuse[r]?|accepte[r]?|ouvre|ouvrir|ferme[r]?|charge[r]?|recharge[r]?|relance[r]?|arrete[r]?|garde[r]?|"
        r"conserve[r]?|archive[r]?|sauvegarde[r]?|restaure[r]?|reprends|reprendre|suis|suivre|surveille[r]?|alerte[r]?|notifie[r]?|previens|prevenir|chiffre[r]?|signe[r]?|etudie[r]?|comprendre|comprends|creuse[r]?|enquete[r]?|permets|permettre|deploie|deployer|cree[r]?|construis|construire|"
        r"lance[r]?|dessine[r]?|colorie[r]?|aligne[r]?|centre[r]?|agrandis|agrandir|reorganise[r]?|range[r]?|trie[r]?|classe[r]?|groupe[r]?|fusionne[r]?|synchronise[r]?|rembourse[r]?|tronque[r]?|coupe[r]?|resume[r]?|detecte[r]?|mesure[r]?|compte[r]?|borne[r]?|plafonne[r]?|revois|revoir|reviens|revenir|sors|sortir|isole[r]?|"
        r"sanitize|parse[r]?|parser|loguer|memorise[r]?|retente[r]?|rejoue[r]?|rattrape[r]?|applique[r]?|respecte[r]?|propose[r]?|imprime[r]?|scanne[r]?|telecharge[r]?|redimensionne[r]?|recadre[r]?|uniformise[r]?|typer?|automatise[r]?|inverse[r]?|decale[r]?|traite[r]?|transforme[r]?|reduis|finis|finir"
    ),
    loose=r"(?:a|au|avec|par|si|comment|qui|que|quoi|ou|quand|de|d'|autre|la|ici|je|on|tu|il|elle|vienne|aille|appelle|m'|me|passe me|passe prendre|sorte|reponde)\b",
    no_task=(
        r"(?:(?:me |m'|nous |lui |leur )?(?:dis|dire|montre|montrer|appelle|appeler|ecris|envoie|envoyer|rappelle|rappeler|aide|passe|preparer?|prepare) (?:moi|a maman|a mon|a ma|a papa|un sms|un message|un mail|un texto|le diner|le cafe|les enfants|les courses|un cafe)\b.*|"
        r"(?:\S+ ){1,2}(?:une? |la |le |l' |mon |ma |cette |cet |du |de la )?(?:nouvelle? |autre )?(?:branche|pull request|pr|issue|release|tag|depot|repo|evenement|minuteur|reunion|rendez vous|rappel|alarme|reveil|playlist|musique|chauffage|"
        r"lumiere|volume|gps|cafe|pain|courses|poubelles?|machine|four|lave vaisselle|liste de courses|coup de fil|appel|texto|sms)\b.*)"
    ),
    code=(
        r"\b(?:bugs?|tests?|pages?|endpoints?|apis?|boutons?|formulaires?|requetes?|readme|docs?|documentation|types?|ci|builds?|config|configuration|migrations?|dependances?|login|connexion|logout|deconnexion|inscription|crash\w*|erreurs?|exceptions?|"
        r"composants?|modules?|classes?|fonctions?|methodes?|bases? de donnees|schemas?|caches?|logs?|metriques?|linter|lint|mode sombre|ui|css|html|layout|header|footer|menu|modale?|recherche|filtres?|pagination|auth\w*|tokens?|jetons?|webhooks?|"
        r"workers?|files? d' attente|jobs?|cron|scripts?|cli|sdk|docker\w*|kubernetes|terraform|helm|pipelines?|workflows?|github actions?|parseur|parser|validation|timeouts?|retry|retries|rate limit\w*|fuites? memoire|fuites?|code|unitaires?|integration|couverture|"
        r"traductions?|accessibilite|responsive|mobile|upload|download|import|export|csv|json|xml|pdf|feature flags?|package\w*|paquets?|bibliotheques?|librairies?|framework|versions?|variables?|constantes?|interface|serveur|client|frontend|front|backend|back|changelog|"
        r"python|node|react|typescript|javascript|rust|sql|regex|champs?|colonnes?|tables?|tableaux?|fichiers?|liens?|images?|ecrans?|affichage|index)\b"
    ),
    task=(
        r"(?:et )?(?:qui |qu'il )?(?:s'occupe|se charge|s'occupera|se chargera|s'attaque)(?: (?:de(?! l' )|de(?= l' )|du|des|d'|a|au))?",
        r"(?:dont|avec) (?:la |le |l' )?(?:tache|mission|but|objectif|role|boulot) (?:est|sera|serait|etant|consiste|consistera)(?: (?:de|d'|a))?",
        r"(?:et )?(?:tu )?(?:lui |leur )(?:fais|demandes?|dis)(?: (?:de|d'))?(?= \S)",
        r"(?:et )?(?:puis )?(?:fais|demande|dis|fais en sorte|faut|il faut|il faudrait|faudrait|on veut|je veux|je voudrais|j'aimerais)(?: lui| leur| la)?(?: (?:de|d'|juste))?(?= \w+(?:er|ir|re)\b| de | d' )(?: de| d')?",
        r"(?:et |,)?(?:il|elle|l' agent|celui ci)(?: me| nous)? (?:doit|devra|devrait|faut|faudrait|faudra|va|peut|pourra|pourrait|aura a|aura pour (?:tache|mission) (?:de|d'))(?: juste| seulement| aussi| surtout)?",
        r"(?:et )?qui (?:s'occupe(?:ra)?|se charge(?:ra)?|s'attaque(?:ra)?|va|doit|devra|devrait|puisse|peut|pourra|pourrait|sache|vienne|viendra|aille|aura pour (?:but|tache|mission)|serait charge|sera charge|travaille|bosse)(?: (?:de|d'|a|sur|des|du))?",
        r"(?:pour|afin) (?:qu'il|qu'elle|qu'on|que ca) (?:puisse|aille|vienne|s'occupe|se charge)(?: (?:de|d'|des|du))?",
        r"(?:pour|afin de|afin d'|histoire de|histoire d'|dans le but de|avec (?:pour|comme) (?:mission|tache|but|objectif|consigne)(?: de| d'| :)?|charge de|charge d'|en vue de)(?: me | nous )?(?= )",
        r"(?:et |, )?(?:la |sa |son |l' |le |pour |comme |avec )*(?:tache|mission|but|objectif|idee|boulot|consigne|instruction|travail|job|demande)(?: principale?)?(?: (?:c'est|est|sera|serait|ce serait|etant|:))*(?: (?:de|d'|que|qu'il|la suivante|:))*",
        r"(?:et )?(?:ce qu'il|ce que je veux qu'il|tout ce qu'il)(?: doit| faut| a a)?(?: fasse| faire)?(?: ,)? (?:c'est|est)(?: de| d'| :)?",
        r"(?:(?:, )?(?:il )?(?:faut|faudrait|faudra)|j'aimerais|je veux|je voudrais|on voudrait|on veut|il s'agit de|il s'agit d'|c'est pour|ca serait pour|ce serait pour|l' idee c'est de|il y a|y a)(?= \S+(?:er|ir|re)\b)",
        r"(?:de|d'|a)(?= (?:me |nous |l' |le |la |les |y |bien |mieux )?\w+(?:er|ir|re)\b)",
        r"(?:et|puis|et puis|et la)(?= (?:que|qu'il)?\w+)",
        r"(?:doit|devrait)(?= \w+(?:er|ir|re)\b)",
        r"(?:la bas|dessus|la dessus|la dedans)(?= )",
    ),
    named=(
        r"(?:(?:et )?qui|(?:(?:pour|afin|et|,|il faut|il faudrait|faut|faudrait|j'aimerais|je veux|je voudrais|que|histoire) )?(?:qu'il|qu'elle|qu'on))"
        r"(?: me| nous| leur| lui| y)?(?! (?:est|a|sont|ont|etait|avait|ne|se|tourne|plante|bloque|marche|attend|rame)\b)(?! (?:n'|s'|m'))|(?:quelqu'un|un agent)"
    ),
    third_person="fr",
    turn=infinitive,
    places=r"sur|dans|cote|concernant|au sein de|a l' interieur de|cote repo|niveau|en ce qui concerne|la sur|dessus sur|chez",
    weak_places=r"pour|de|du|des|d'|a|au|aux|avec|vers|depuis|par|en|sous",
    articles=r"(?:le|la|les|l'|mon|ma|mes|notre|nos|votre|vos|ce|cette|cet|un|une|son)(?: (?:bon|fameux|vieux|nouveau|petit))?",
    place_nouns=r"(?:(?:le |l' |du |la |de la )?(?:depot|repo|repository|repot|projet|repertoire|code|codebase|base de code|appli|application|depot git|rep)(?: (?:de|du|des|d'|de la|de l'))?)",
    branch=(
        r"(?:(?:,|et|puis|aussi) )?(?:(?:sur|avec|dans|en utilisant|utilise|depuis|a partir de|cree|appelle|nomme|ouvre|pousse sur|travaille sur|bosse sur|en|fais|fais le sur|fais ca sur|mets ca sur|prends|comme) )?"
        r"(?:la |une |sa |ma |notre |son |l' )?(?:nouvelle )?branche(?: git)?(?: (?:qui s'appelle|qui s'appellera|appelee|nommee|intitulee|nouvelle|s'appelle|nomme|c'est|sera|est|doit s'appeler|dediee|a nommer|de nom|du nom de|nom))*(?: :| ,)?"
    ),
    not_there=r"(?:et |mais )?(?:surtout )?(?:pas|non pas|et non)",
    here=r"(?:la bas|la dedans|la dessus|dessus|sur celui la|sur celui ci|sur ca|pour ca|dedans|sur ce repo|sur ce projet|s'il te plait|s'il vous plait|stp|aussi|maintenant|tout de suite|et)",
    chat=(
        r"(?:s'il te plait|s'il vous plait|stp|svp|merci(?: (?:beaucoup|bien|d' avance|a toi))?|c'est tout|voila|c'est bon|ok|okay|d' accord|hein|quoi|vas y|allez|go|ca serait (?:top|bien|cool|super|parfait|genial|sympa)|ce serait (?:top|bien|cool|super|parfait|genial|sympa)|"
        r"(?:y a |il n'y a |il y a )?(?:pas|rien) (?:d' urgence|urgent|de presse|presse)|rien ne presse|(?:c'est |c'est assez |plutot )?urgent|quand tu (?:peux|veux|as (?:le temps|un moment|deux minutes))|des que tu peux|prends ton temps|tu peux (?:faire|lancer) ca|tu me (?:fais|lances) ca|"
        r"(?:ca|les clients|le client|tout le monde|le support|les gens|on|l' equipe)(?: me| nous| en)? (?:rale|ralent|saoule|enerve|attend|attendent|reclame|reclament|se plaint|se plaignent|demande|demandent|galere|galerent|a assez attendu|perd du temps)\b.*|"
        r"(?:je|j') ?(?:suis|pars|file|dois|vais|roule|conduis|monte|rentre|entre|ai)\b(?! (?:besoin|envie|demande))(?: \S+){0,6}|on (?:en reparle|verra|voit ca)\b.*|c'est (?:pour (?:demain|ce soir|lundi|la demo|vendredi))|tu vois|tu sais|merci cadence)"
    ),
    serious=(
        r"\b(?:pause|arret\w*|stop\w*|relanc\w*|repren\w*|annul\w*|tue[rz]?|coup\w*|supprim\w*|lanc\w*|cree[rz]?|ouvr\w*|demarr\w*|agents?|si|s'il (?!te|vous)|s'ils|quand|lorsqu\w*|jusqu\w*|des que|a moins|sauf|sinon|au cas|avant|apres|suppos\w*|imagin\w*|"
        r"dit|dis|disait|disent|demande|demandait|demandent|ecrit|propos\w*|sugger\w*|veut|voulait|pense|crois|peut etre|pourrait|devrait|aurait|blague|rigole|exemple|comme si|plutot|oublie|ignore|consignes?|instructions?|regles?|systeme|confirm\w*|laisse tomber|n'|ne|pas encore|attends|non)\b|\?|"
        r"\b(?:chef|patron|boss|collegue|clients?|manager|femme|mari|copain|copine)$|^(?:comment|pourquoi|qui|que|quoi|quel|quelle|quand|ou|combien|est ce|qu'est ce)\b"
    ),
    background=r"(?:(?:bon|alors|ok|tiens|dis) ,? ?)?(?:il y a|y a|on a|nous avons|j'ai (?:trouve|vu|remarque|repere|un bug|un souci|un probleme)|je vois|on a (?:trouve|vu|repere|remarque))\b",
    nothing=r"(?:s'il te plait|s'il vous plait|maintenant|merci|svp|stp|ok|voila|la|ici|ca|cela|quelque chose|le|la bas|dessus|la dessus|et|puis|pour|sur|dans|tout de suite|aussi|un truc|vite|hein|quoi|qui|de|du|des|a|en|donc|alors)",
)  # fmt: skip
