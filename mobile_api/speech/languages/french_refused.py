"""French: sentences with a command in them that are none."""

_ORDERS = (
    r"(?:pause|pauser?|arret\w*|stopp?\w*|relanc\w*|repren\w*|continu\w*|coup\w*|annul\w*|tue\w*|lanc\w*|cree\w*|demarr\w*|touch\w*|mets|met|mettre|mettez|suspen\w*|supprim\w*|"
    r"laisse\w*|vir\w*|ouvr\w*|fais|faire|envoi\w*|envoy\w*|redemarr\w*|kill\w*|interromp\w*)"
)
_ACTING = r"(?:pause|arrete[srz]?|stoppe[srz]?|annule[srz]?|tue[srz]?|coupe[srz]?|relance[srz]?|reprends?|reprendre|continue[srz]?|suspends?|suspendre|redemarre[srz]?|mets|met|mettre|mettez|laisse|supprime[srz]?)"
_BEGIN = r"(?:lance[srz]?|demarre[srz]?|cree[srz]?|ouvre[sz]?|ouvrir|mets|mettre|envoie)"
_WHEN = r"(?:,? ?(?:seulement |uniquement )?(?:si|s'il|s'ils|s'elle|quand|lorsqu\S+|des qu\S+|une fois qu\S+|sauf si|a moins qu\S+|au cas ou|tant qu\S+|apres qu\S+|avant qu\S+)\b(?! (?:te plait|vous plait|tu (?:peux|veux|as)|possible|c'est possible)))"
_WHO = r"(?:il|elle|ils|elles|quelqu'un|on|tout le monde|mon \w+|ma \w+|mes \w+|le \w+|la \w+|l' \w+|les \w+|notre \w+|un \w+|une \w+|\w+|je|tu|vous)"
_SAYS = r"(?:dit|disait|dis|demande|demandait|demandent|propose|proposait|suggere|conseille|ordonne|ecrit|repete|raconte|pretend|jure|affirme|explique|crie|hurle|recommande|veut que|voulait que|voudrait que|aimerait que|souhaite que|pense que|pensait que|croit que|trouve que|insiste pour|parle de|parlait d' ?)"
_TRICK = r"(?:instructions?|consignes?|regles?|directives?|prompts?|securite|restrictions?|limites|garde fous?|confirmations?)"

REFUSED = {
    "injection": (
        rf"(?:.*\b(?:ignore[rz]?|oublie[rz]?|contourne[rz]?|desactive[rz]?|outrepasse[rz]?|bypass|saute[rz]?|passe[rz]? outre|fais fi d\S*)\b(?: \S+){{0,4}} {_TRICK}\b.*|"
        r".*\b(?:ignore|oublie) (?:toutes|tes|tout ce)\b.*|.*\bsans (?:me |rien |jamais |avoir a )*(?:demander|confirmer|confirmation|poser de questions?|attendre (?:de |ma )?confirmation)\b.*|"
        r".*\b(?:agents?|taches?|comptes?|jobs?|travail|boulot) (?:de|pour|chez) (?:tout le monde|tous les utilisateurs|toute l' (?:entreprise|equipe)|tous les comptes|tous les clients)\b.*|.*\b(?:agents?|comptes?|taches?) d(?:es|' ) ?autres? (?:utilisateurs?|personnes?|gens|comptes?|collegues)\b.*|"
        r".*\b(?:agents?|taches?|comptes?) (?:de quelqu'un d' autre|des autres|d' autrui|d' un autre utilisateur|de mes collegues)\b.*|"
        r".*\b(?:mode (?:developpeur|admin|administrateur|root|debug)|prompt systeme|message systeme|invite systeme|en tant qu'?(?:e|) ?(?:admin\w*|root)|tu es (?:maintenant|desormais)|fais comme si|fais semblant|comporte toi comme|agis comme|jailbreak|sudo|needs[ _]confirmation|confirmation (?:a|=) (?:false|faux)|intent)\b.*|"
        r".*\b(?:affiche|montre|donne|lis|dis|envoie|revele|imprime|balance|copie|file|colle)\w*(?: \S+){0,4} (?:cles?(?: \S+)? (?:api|aws|secretes?|privees?)|tokens?|jetons?|mots? de passe|secrets?|identifiants|credentials|prompt|variables? d' environnement|consignes|instructions)\b.*|"
        r"(?:systeme|system|assistant|utilisateur|instruction|developpeur) ?:.*)"
    ),
    "reported": (
        rf"(?:{_WHO}(?: \S+){{0,3}}? (?:m'|t'|nous |me |lui |leur |vous )?(?:a |ont |avait |avaient |as |ai |vient de |viens de |avez |j'ai )(?:\S+ )?(?:{_SAYS}|dire|demander|propose)\b(?! (?:de l' aide|une reponse)).*|"
        rf"(?:j'ai|on m'a|on nous a|quelqu'un m'a|(?:il|elle) m'a) (?:\S+ )?(?:{_SAYS})\b.*|"
        rf"(?:il|elle|ils|elles|quelqu'un|mon \w+|ma \w+|le \w+|la \w+|tout le monde|on)(?: me| nous| lui| m'| qui)? (?:{_SAYS})\b.*|"
        r".*\b(?:m'a|m'ont|nous a|nous ont|lui a|leur a) (?:dit|demande|ordonne|conseille|ecrit|repete|propose)\b.*|.*\b(?:dit|disait|demande|crie|ecrit) (?:que|qu'\S*) .*|"
        r"(?:soi disant|apparemment|parait il|il parait|a ce qu'il parait|selon|d' apres|je cite|repete(?: apres moi)?|dis a (?!l' agent|agent)|ecris(?! (?:des?|les?|la|un|une) )|traduis(?! (?:les?|la|l') )|le mot|la phrase|la commande|dans le film|aux infos|a la tele)\b.*)"
    ),
    "negated": (
        rf"(?:(?:(?:non|surtout|mais|et|alors|bon|attends|oui|ah|oh|tu|on|vous|il|je|nous|elle|ca|personne|faut|il faut|veux|que|qu'on|de|,) )*(?:ne |n'|n )(?!en ai plus besoin|a plus besoin|ai plus besoin|avons plus besoin|sert plus|est plus)\S.*|"
        r"(?:(?:non|surtout|mais|et|alors|bon|ah) )*(?:surtout )?pas (?!mal).*|jamais .*|inutile (?:de|d').*|pas (?:besoin|question|la peine).*|aucun besoin.*|hors de question.*|evite[rz]? (?:de|d').*|(?:au lieu|plutot que|a la place) (?:de|d').*|interdiction .*|defense (?:de|d').*|"
        rf"(?:(?:non|surtout|mais|tu|on|vous|le|la|les|l'|me|faut|il faut|je veux|veux|va|vas|moi|alors|bon) )*{_ORDERS}(?: (?!pour\b|qui\b|afin\b|si\b)[^ ,.;:!?]+){{0,4}} (?:pas|jamais|surtout pas|rien)\b(?! (?:trop|mal|encore fini)).*|"
        rf"(?:faut|il faut|faudrait|tu dois|on doit|tu peux|on peut|je veux|je voudrais|on veut|peux|veux|dois|va|vas|il vaut mieux|vaut mieux|mieux vaut|j'aimerais autant)(?: \S+){{0,2}} (?:pas|plus|jamais|rien)\b.*|"
        rf".*\b(?:sans|plutot que de|au lieu de|au lieu d') (?:l' |les |le |la )?{_ORDERS}\b.*)"
    ),
    "question": (
        r"(?:(?:que|qu'est ce qui|qu'est ce qu'il|il|ca) (?:se passe|se passerait|arrive|fait|fera|ferait|va se passer)(?: t il)?(?: quoi)? (?:si|quand|lorsque|avec)\b.*|qu'est ce (?:que ca fait|qui arrive|que je (?:dis|dois|peux)|qu'il faut) .*|"
        r"(?:est ce que |est ce qu')?(?:dois je|je dois|puis je|je peux|peut on|on peut|on doit|faut il|il faut|devrait on|on devrait|je devrais|devrais je|ca vaut le coup|c'est possible|c'est dangereux|c'est risque|c'est grave|c'est une bonne idee)\b(?! avoir| savoir| voir| me dire|$).*\?|"
        r"(?:dois je|faut il|devrait on|devrais je|puis je|peut on) (?!avoir|savoir|voir).*|est ce (?:que je (?:dois|peux|devrais|pourrais)|qu'on (?:doit|peut|devrait|pourrait)|qu'il (?:faut|faudrait|vaut mieux)|que c'est (?:possible|grave|dangereux|une bonne)|que tu (?:sais|es capable))\b.*|"
        r"comment (?:puis je|est ce qu'on|est ce que je|je|on|faire|fait on|peut on|arreter|mettre|relancer|creer|lancer|annuler|tu fais|ca s'arrete|ca marche (?:la|le|les|une?) \S+$|dire|dit on|dois je|faut il)\b(?! en est).*|"
        r"(?:pourquoi|quand|ou|qui) (?:faut il|dois je|je dois|on doit|faudrait il|devrais je|est ce que je|est ce qu'on|j'ai|on a|as tu|tu as|a) (?!fini|plante|echoue|il en est|besoin|en est|est rendu|echoue|autant|mis|bloque)\S.*|"
        r"(?:quelle est|c'est quoi|quelles sont|quel est) (?:la (?:commande|difference|phrase|formule|meilleure)|les commandes|le (?:mot|meilleur|raccourci|but)|l' (?:interet|ordre a)|une? )\b.*|combien (?:coute|ca coute|vaut|tu coutes)\b.*|a quoi (?:sert|ca sert)\b.*|explique\S*(?: moi)? (?:comment|ce que|la|le|pourquoi|a quoi|les)\b.*|"
        r"(?:tu )?(?:as|a|avez|tu as|t'as) (?:deja |bien |vraiment )?(?:mis|arrete|relance|lance|annule|cree|coupe|stoppe|repris)\b.*|ca (?:veut dire|supprime|efface|arrete|coute|change|fait) (?:quoi|combien|aussi|si)\b.*|qui (?:t'a|t' a|peut|doit|va) .*|montre moi comment .*|dis moi comment (?:faire|on|mettre|arreter|lancer).*)"
    ),
    "hedged": (
        r"(?:(?:je|on) (?:pense|crois|pensais|voulais|allais|me demande|me demandais|hesite|hesitais|devrais|aurais|avais|viens|venais|suis|etais|allait|voulait|avait|a failli|ai failli|devrait peut etre|pourrait|serait|vais|va peut etre)\b(?! (?:savoir|te demander|vous demander|besoin|avoir besoin|voir|avoir|devoir te demander|ou|si (?:l'|le|la|les|tu|il|elle)|comment|reprendre|relancer|arreter|continuer|mettre|annuler|stopper|couper|lancer|creer)).*|"
        r"(?:j'ai (?:failli|pense|cru|envie|arrete|relance|annule|stoppe|mis|lance|deja|hesite|voulu)|j'avais|j'aurais(?! besoin)|j'allais|j'hesite|j'etais|j'avais pense)\b.*|"
        r"(?:peut etre|eventuellement|imagine|imaginons|suppose|supposons|admettons|en theorie|hypothetiquement|disons que|un jour|j'imagine)\b.*|"
        r"(?:si|s'il|s'ils|s'elle|quand|lorsque|des que|une fois|au cas ou|tant que|sauf si|a moins que|a condition|avant que|avant de|apres que|apres avoir|en cas|au moment ou|le jour ou|pourvu que|faudra|il faudra|il faudrait (?:peut etre|songer|penser)|on pourrait|tu pourrais peut etre|on devrait|a partir du moment)\b(?! (?:te plait|vous plait|tu (?:peux|veux|pouvais|pourrais|as (?:un|le|deux))|c'est possible|possible|est ce que|sera|finit|aura)).*|"
        r".*\b(?:je sais pas|je ne sais pas|j'en sais rien|a toi de voir|comme tu veux|c'est toi qui vois|je sais plus|ou pas je|je suis pas sur|pas sur)$|"
        rf"(?:tu |on |me |le |la |les |l' )*{_ACTING}\b(?! (?:quelqu'un|un agent))(?:(?! pour | qui ) \S+){{0,12}} {_WHEN}.*|(?:tu |me )*{_BEGIN}(?: moi)? un (?:nouvel )?agent(?: (?:sur|dans) \S+(?: \S+)?)? {_WHEN}.*)"
    ),
    "elsewhere": (
        r"(?:tu |peux |on |vous )*(?:ouvre|ouvrir|cree|creer|fais|faire|prepare|pousse|merge|merger|fusionne|fusionner|approuve|approuver|valide|valider|deploie|deployer|relis|relire|rebase|ferme|fermer|commente|assigne|montre|montre moi|affiche|lis|lis moi|envoie|envoie moi|telecharge|publie|revert|squash)(?: moi| nous)? "
        r"(?:(?:la|une|le|un|les|l'|mes|mon|ma|des|cette|ce|du|de la) )?(?:\S+ )?(?:pull request|pr|merge request|mr|diff|branche|issue|ticket|release|tag|commits?|logs?|code|code review|modifs|modifications|changements|demande de fusion|requete de fusion)\b(?! (?:slash|tiret|\S+ slash)) ?(?:(?:de|du|des|d'|de l'|avec|pour|sur|a|vers|dans|la|le|numero|\d+|en|sur)\b.*)?|"
        r"(?:merge|fusionne|approuve|deploie|valide|publie|rebase|livre)[rz]? (?:tout )?(?:ce qu\S+ |le travail |la pr |les changements )?(?:\S+ ){0,4}(?:agents?|celui)\b.*|(?:renomme|duplique|clone|copie)[rz]? (?:l' |les |le )?agents?\b.*"
    ),
}
