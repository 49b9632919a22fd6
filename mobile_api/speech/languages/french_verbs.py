"""French: pause, resume, stop and questions, as people say them.

"l'" and "d'" stand apart: "tu peux l' arreter". A pronoun may stand before its verb.
"""

WHILE = r"(?:pendant |pour )?(?:un|une|deux|trois|cinq|dix|quinze|quelques|une petite|un petit)? ?(?:secondes?|minutes?|instants?|moments?|heures?|jours?|peu)"
_IT = r"(?P<ref>le|la|les|l') "
_FOR_NOW = r"(?: (?:momentanement|temporairement|provisoirement|vite|vite fait|juste|tout de suite|immediatement|maintenant|s'il te plait|s'il vous plait|donc|moi|nous|aussi))*"
_ME = r"(?:me |m'|nous |moi )?"
_PUT = r"(?:mets|met|mettre|mettez|mettons|mais|mes|m'est|place|placer|placez|passe|passer|passez|laisse|laisser|laissez|garde|colle|bascule)"
_BREAK = r"(?:en (?:pause|pose|veille|attente|suspens|sommeil|stand ?by|poses|pauses)|au (?:repos|frais)|sur pause|de cote|a l' arret temporaire|entre parentheses|sur (?:la )?glace|a l' arret momentane)"
_HOLD = r"(?:pause|pose|pauser|pausez|suspends?|suspendre|suspendez|suspens|interromps|interrompre|interrompez|gele[rz]?|freeze|freezer|fige[rz]?|endors)"
_AGAIN = (
    r"(?:reprends?|reprendre|reprenez|reprenons|continue[rz]?|continues|relance[rz]?|relances|redemarre[rz]?|redemarres|reactive[rz]?|reactives|poursuis|poursuit|poursuivre|poursuivez|"
    r"debloque[rz]?|debloques|reveille[rz]?|reveilles|rallume[rz]?|rallumes|redemarrons|degele[rz]?|depause[rz]?|resume|reveiller|repars|repartir|repartez|ressors)"
)
_GO_ON = r"(?:continuer|reprendre|repartir|tourner(?: a nouveau| de nouveau)?|redemarrer|poursuivre|avancer|bosser|finir(?: son travail)?|retravailler|y aller|repartir au boulot|se remettre au travail|revenir|recommencer)"
_KILL = (
    r"(?:arrete[rz]?|arretes|arretons|stoppe[rz]?|stoppes|stop|annule[rz]?|annules|annulons|tue[rz]?|tues|kill|killer|kille|termine[rz]?|abandonne[rz]?|abandonnes|coupe[rz]?|coupes|"
    r"supprime[rz]?|supprimes|vire[rz]?|vires|degage[rz]?|jette[rz]?|jeter|eteins|eteint|eteindre|debranche[rz]?|ferme[rz]?|interromps definitivement|bute[rz]?|zigouille[rz]?|flingue[rz]?|avorte[rz]?|"
    r"laisse tomber|efface[rz]?|detruis|detruire|cancel|cancelle|balance)"
)
_WITH = r"(?: avec| sur)?(?: moi| nous)?"
_END = r"(?: (?:completement|definitivement|pour de bon|tout de suite|net|direct|direction la poubelle|a la poubelle|immediatement))*"

PAUSE = (
    rf"{_PUT}(?: moi| nous| me)? {{ref}} {_BREAK}(?: {WHILE})?",
    rf"{_PUT}(?: moi| nous| me)? {_BREAK} {{ref}}",
    rf"{_ME}{_IT}(?:mettre|mets|met|passer|placer|laisser) {_BREAK}",
    rf"{_HOLD}{_FOR_NOW} {{ref}}",
    r"(?:mets|met|mettre) (?:la |une )?pause(?: (?:a|au|sur|pour|dans))? {ref}",
    rf"{_ME}{_IT}{_HOLD}",
    r"(?:fais|faire|faites|marque|marquer) (?:une |un )?(?:petite |courte )?(?:pause|break|breack) (?:avec|sur|a|pour|de) {ref}",
    r"(?:fais|faire|faites|laisse|laisser) (?:faire )?{ref} (?:(?:faire |prendre )?une (?:petite )?pause|patienter|attendre|souffler|se reposer|dormir)",
    rf"(?:arrete|stoppe|coupe) {{ref}} (?:momentanement|temporairement|provisoirement|{WHILE})",
    rf"{_HOLD}(?: moi| nous)? {{ref}} {WHILE}",
    rf"(?:arrete|stoppe|coupe|stop)(?: moi| nous)? {{ref}} {WHILE}",
    rf"(?:arrete|stoppe|coupe|stop)(?: moi| nous)? (?:{WHILE}|momentanement|temporairement|provisoirement) {{ref}}",
    r"{ref} (?:,|:)? ?(?:en pause|pause|en veille|fais une pause|attends|attends un peu|mets toi en pause|mets le en pause|mets la en pause|mets les en pause|on met en pause|on pause)",
    r"(?:fais|faire|faites|laisse)(?: moi)? (?:attendre|patienter|dormir|souffler) {ref}",
    r"{ref} (?:doit|peut|devrait) (?:attendre|patienter|faire une pause|se mettre en pause|etre mis en pause|souffler)",
    r"(?:appuie|clique) sur pause (?:pour|sur) {ref}",
    r"(?:je veux|je voudrais|il me faut|j'aimerais) {ref} en pause",
    r"pause (?:pour|sur|a) {ref}",
)
RESUME = (
    rf"{_AGAIN}{_WITH}{_FOR_NOW} {{ref}}",
    rf"{_ME}{_IT}{_AGAIN}",
    rf"(?:laisse|laisser|laissez|fais|faire|faites)(?: moi)? {{ref}} {_GO_ON}",
    rf"(?:laisse|laisser|laissez|fais|faire|faites)(?: moi)? {_GO_ON} {{ref}}",
    rf"{_IT}(?:laisser|faire|laisse|fais) {_GO_ON}",
    rf"{{ref}} (?:peut|peuvent|doit|doivent|devrait)(?: maintenant)? {_GO_ON}",
    r"(?:remets?|remettre|remettez)(?: moi)? {ref} (?:en (?:route|marche|service|selle|piste|mouvement|action|cours)|au (?:travail|boulot|taf)|sur les rails|en branle|a tourner)",
    r"(?:remets?|remettre|remettez)(?: moi)? en (?:route|marche|service|mouvement) {ref}",
    r"{ref} ,? ?(?:continue|reprends|tu peux (?:continuer|reprendre|repartir|y aller)|on (?:reprend|repart|y retourne|continue|relance)|c'est reparti|au (?:boulot|travail)|relance|relance le|relance la|reprends le|reprends la|vas y)",
    r"(?:enleve|enlever|retire|retirer|leve|lever)(?: moi)? la pause (?:de|du|sur|a) {ref}",
    r"(?:sors|sortir|enleve|enlever|retire|retirer)(?: moi)? {ref} de (?:la )?(?:pause|veille)",
    r"(?:fin de (?:la )?pause|feu vert|la pause est finie|c'est reparti|on repart|on reprend|on y retourne) (?:pour|avec|sur|a) {ref}",
    r"donne (?:le feu vert|le go) (?:a|au|pour) {ref}",
    r"(?:continue|continuer|reprends|reprendre|repars|repartir|reprendre le travail|retourne|avance) (?:le travail |le boulot |la ou on en etait )?(?:avec|sur|a|de|du|des) {ref}",
    r"on (?:reprend|relance|continue|redemarre|repart) (?:avec |sur )?{ref}",
    r"(?:reprends|continue|relance) {ref} (?:la )?ou (?:il|elle|on) (?:en )?(?:etait|s'est arrete|s'etait arrete)(?: la)?",
)
STOP = (
    rf"{_KILL}{_WITH}{_FOR_NOW} {{ref}}{_END}",
    rf"{_ME}{_IT}{_KILL}{_END}",
    r"(?:mets|mettre|mettez|met) (?:fin|un terme) (?:a|au|aux|a l') {ref}",
    r"(?:mets|mettre|fous|fiche|envoie|jette|balance|mettez) {ref} (?:a la poubelle|au panier|a la corbeille|hors service|a la benne|dehors)",
    r"(?:on|tu) (?:arrete|annule|stoppe|coupe|abandonne|laisse tomber|jette|vire|tue|supprime|kill) {ref}",
    r"{ref} ,? ?(?:stop|arrete|annule|arrete le|arrete la|arrete les|annule le|annule la|tue le|stoppe le|coupe le|coupe la|vire le|laisse tomber|a la poubelle|poubelle|on arrete(?: tout)?|on annule|on abandonne|on laisse tomber|on stoppe|tu peux (?:l' )?(?:arreter|annuler|couper|virer))",
    r"{ref} (?:peut|doit|peuvent|doivent|devrait) (?:s'arreter|etre (?:arrete|annule|stoppe|coupe|supprime)s?)",
    r"(?:plus|je n'ai plus|on n'a plus|j'ai plus|on a plus|je n' ai plus) besoin (?:de l'|de la|de|du|des|d') {ref}",
    r"(?:debarrasse moi|debarrasse nous|finis en|finissons en|on en a fini|j'en ai fini|en finir|on arrete les frais|arrete les frais|stop) (?:de l'|de la|de|du|des|d'|avec|sur|pour) {ref}",
    r"(?:dis|demande) (?:a|au) {ref} d(?:e s'|' )arreter",
    r"(?:arrete|stoppe) (?:le travail|le boulot|de travailler) (?:de|du|sur) {ref}",
    r"(?:je veux|je voudrais) (?:plus|ne plus) (?:de|du) {ref}",
)
_GOES = r"(?:va|vont|avance|avancent|progresse|progressent|se passe|se passent|se porte|se portent|marche|marchent|tourne|tournent|en est|en sont|s'en sort|s'en sortent|se debrouille|se deroule|se comporte|evolue|est|sont|a)"
_DONE = (
    r"(?:(?:a|ont) (?:bientot |deja |enfin |bien )?(?:fini|termine|abouti|echoue|plante|marche|reussi|avance|demarre|commence|crashe|foire|rendu quelque chose|donne quelque chose|progresse|du nouveau)|"
    r"(?:est|sont)(?: il| elle| ils| deja| bientot| enfin| presque| toujours| encore| bien)* (?:finie?s?|terminee?s?|prete?s?|bloquee?s?|plantee?s?|passee?s?|en cours|en pause|arretee?s?|coincee?s?|fait|faite|au bout|reparti|vivant|lance|demarre|en train de tourner|a jour|dans la file|en attente)|"
    r"(?:tourne|tournent|avance|avancent|marche|marchent|progresse|bosse|travaille|attend|attendent|galere|rame|traine|s'en sort|va|vont)(?: bien| encore| toujours| comme il faut| vite| correctement)*|"
    r"en est ou|en sont ou|en est a quel point|ca avance|ca donne quoi|ca en est ou|ca va|ca se passe bien|ca tourne|ca roule|c'est fini|c'est pret|c'est bon|il en est ou|elle en est ou|ils en sont ou|ca bouge|quoi de neuf|des nouvelles|du nouveau|"
    r"(?:il|elle) (?:avance|tourne|marche|fait quoi|a fini|a plante|est fini|est pret|est ou)|fait quoi|font quoi|fabrique quoi|donne quoi|a fait quoi|a besoin de quoi|attend quoi|en est rendu ou|c'est pour quand|a besoin de (?:moi|quelque chose))"
)
_STATE = r"(?:le |l' |la |un |une |les |ton |son )?(?:petit |dernier |rapide )?(?:statut|status|etat|etat d' avancement|etat des lieux|point|progres|progression|avancement|resume|topo|bilan|nouvelles|news|compte rendu|rapport)"
_OF = r"(?: de l'| de la| de| du| des| d'| sur| pour| concernant| a propos de| cote)*"
STATUS = (
    rf"(?:comment|ou)(?: est ce que| c'est que)? (?:ca )?{_GOES}(?: t il| t elle| t ils| il| elle)?(?: pour| avec| sur| du cote de| cote)? {{ref}}",
    rf"(?:comment|ou) (?:est ce que |ca )?{{ref}} {_GOES}(?: t il| t elle| t ils)?",
    rf"(?:ou en est on|ou on en est|on en est ou|(?:ou )?est ce qu'on est rendu|ou est ce qu'on (?:est rendu|en est)|on est rendus? ou|ou en sommes nous|ca avance|ca en est ou|ca donne quoi|ca se passe comment|ca va|ca marche|ca dit quoi|ca roule|ca tourne|quoi de neuf|que se passe t il|qu'est ce qui se passe|il se passe quoi|ca bouge|tu en es ou|il y a du nouveau|y a du nouveau|du nouveau|des nouvelles|du neuf|du mouvement|des infos|une idee|parle moi|raconte){_OF}(?: avec| chez| du cote de)? {{ref}}",
    r"(?:que (?:fait|font|devient|deviennent|fabrique|raconte|fout)|qu'est ce que (?:fait|font|fabrique|devient|fout|raconte|donne)|sur quoi (?:travaille|bosse|planche|est|tourne)|qu'est ce que ca donne(?: pour| avec| cote)?|que donne) (?:le travail de )?{ref}",
    r"(?:qu'est ce que|sur quoi(?: est ce que)?) {ref} (?:fait|fabrique|fout|devient|donne|raconte|a fait|a trouve|attend|travaille|bosse|a besoin)",
    rf"(?:est ce que |est ce qu'|)(?:{{ref}}) {_DONE}(?: deja| encore| ou pas| ou quoi| oui ou non| au fait)*",
    rf"(?:quel est|c'est quoi|quelles sont|donne moi|donne nous|dis moi|montre moi|file moi|passe moi|je veux|je voudrais|il me faut|j'aimerais|fais moi|fais nous|fais|t'as|tu as|il me faudrait|envoie moi|avoir|lis moi)? ?{_STATE}{_OF} {{ref}}",
    r"(?:montre|montre moi|verifie|regarde|parle moi de|affiche|affiche moi|jette un oeil (?:a|sur)|dis moi tout sur|tiens moi au courant (?:de|du|pour)|mets moi au courant (?:de|du|pour)|jeter un oeil (?:a|au|sur)|voir) {ref}",
    rf"(?:dis moi|tu sais|tu peux me dire|je veux savoir|savoir|dire|sais tu|je me demande|j'aimerais savoir|verifie|regarde|voir|montre moi) (?:si|ou|comment|ce que|ou en est|ou en sont|comment va|comment avance|ce que fait|ce que devient|ou est) {{ref}}(?: {_DONE}| {_GOES}| fait| devient)?",
    r"pourquoi (?:est ce que )?{ref} (?:a|ont|il a|elle a|est|attend|s'est|rame|traine|bloque|met)(?: t il| t elle)?(?: (?:echoue|plante|foire|arretee?|bloquee?|coincee?|si lente?|si longtemps|autant de temps|crashe|en echec|en pause|casse|rate|tant de temps))?",
    r"(?:quel|quels|quelle) agents? (?:est|sont|a|ont) {ref}",
    r"{ref} (?:,|:)? ?(?:statut|status|etat|avancement|ou ca en est|du nouveau|des nouvelles|quoi de neuf|ca avance|il en est ou|elle en est ou|ils en sont ou|ca donne quoi|ca en est ou|alors|c'est fini|c'est bon|c'est pret|ou en est il|ou en est elle|ou en est on|on en est ou|qu'est ce qu'il (?:fait|fabrique|fout|devient)|qu'est ce qu'elle (?:fait|fabrique)|que fait il|comment ca va|comment ca se passe|ca se passe comment|fini ou pas|toujours en cours)",
    r"(?:combien de temps (?:encore )?(?:pour|il reste (?:pour|a)|reste t il (?:pour|a))|quand (?:finit|termine|se termine|sera fini|est ce que finit)|dans combien de temps (?:finit|termine)|on en est a combien sur|a quel point en est) {ref}",
    r"quand (?:est ce que )?{ref} (?:aura fini|sera (?:fini|pret|termine)e?|finit|termine|se termine|va finir)",
    r"(?:il|elle|ils|elles) (?:avance|avancent|tourne|marche|va|vont|en est|en sont|est|sont|a|fait|font|finit)(?: ou| bien| quoi| encore| toujours| comment| fini| plante| pret| prete| finis| finies| finie| compressees?)? ,? {ref}",
)
_WHICH = r"(?:lequel|lesquels|laquelle|qui|qu'est ce qui|quel agent|quels agents|y a t il (?:un|des) agents? qui|il y a (?:un|des) agents? qui|y a (?:un|des) agents? qui|y en a (?:un|qui)(?: qui)?|il y en a (?:un|qui)(?: qui)?|quelque chose|est ce que quelque chose|est ce qu'un agent|est ce qu'il y en a (?:un|une|qui)(?: qui)?|est ce qu'il y a (?:un|des) agents? qui|est ce que quelqu'un)"
BARE = {
    rf"(?:(?:mets?|mais|mettre|passe) en (?:pause|pose|veille|attente)(?: {WHILE})?|en pause|pause|mets pause|mets la pause|fais une pause|faire une pause|on (?:met|fait) (?:une |en )?pause|pause tout de suite|une petite pause)": "pause",
    r"(?:reprends?|continue[rz]?|reprendre|relance[rz]?|on (?:reprend|continue|relance|repart|y retourne|redemarre)|c'est reparti|redemarre[rz]?|remets en (?:route|marche)|au boulot|remets toi au (?:travail|boulot)|reprise)": "resume",
    r"(?:arrete[rz]?|annule[rz]?|stop|stoppe|stopper|on arrete|on annule|coupe|arrete toi|arretez|on laisse tomber ca)": "stop",
    r"(?:arrete[rz]?|stoppe[rz]?|annule[rz]?|coupe[rz]?|tue[rz]?|vire)(?: moi)?(?: les)? (?:tous|toutes|tout(?: ca)?(?: ,? (?:tous les agents|tout le monde))?)|on arrete tout|on coupe tout|tout le monde (?:s'arrete|stop)|arret (?:total|general|complet)": "stop all",
    r"(?:tout le monde|tous|tous les agents|tout) (?:en pause|en veille|fait une pause|font une pause|en stand ?by)|(?:mets|met|passe) (?:les tous|tout) en pause|pause (?:generale|pour tout le monde)|on met tout en pause": "pause all",
    r"(?:tout le monde|tous|tous les agents) (?:reprend|repart|au (?:boulot|travail)|reprennent)|on relance tout|on reprend tout|relance tout|reprends tout": "resume all",
    rf"(?:{_STATE}(?: general| global| complet| rapide| d' ensemble)?|(?:donne|fais|file)(?: moi| nous)? {_STATE}(?: general| global| complet| rapide)?|un etat des lieux|des nouvelles|du nouveau|quoi de neuf(?: cote agents)?|que se passe t il|qu'est ce qui se passe(?: en ce moment)?|il se passe quoi|comment ca avance|ou en sommes nous|ou en est on|on en est ou|ou on en est|ou est ce qu'on en est|fais(?: moi| nous)? le point|faire le point|fais moi un point|on fait le point|qu'est ce qui (?:tourne|est en cours)(?: en ce moment| la)?|qui (?:tourne|bosse|travaille)(?: en ce moment)?|(?:est ce que )?(?:tout|ca) se passe comme (?:tu veux|prevu)|tout (?:va bien|roule|se passe bien|est ok|avance)|ca dit quoi|quelles (?:sont les )?nouvelles|comment (?:vont|avancent|se portent|ca se passe pour) (?:les|mes|nos) agents|(?:ils|mes agents|les agents) en sont ou|(?:ils|elles) en sont ou ,? (?:mes|les|nos) agents|combien d' agents (?:tournent|sont en cours|j'ai)|quels agents (?:tournent|sont en cours|sont actifs|j'ai)|(?:vue|tour) d' ensemble|ou en sont (?:ils|les choses)|les nouvelles)": "status all",
    r"(?:tu en es|t'en es|vous en etes|ou (?:en es tu|en etes vous|t'en es|tu en es))(?: ou)?(?: la)?": "status it or all",
    r"(?:comment ca va|(?:alors )?ca avance(?: bien)?|c'est fini|c'est bon|c'est termine|ou ca en est|ca en est ou|ou (?:est ce qu'il )?en est (?:il|elle)|(?:il|elle) en est ou|c'est pret|est ce que c'est (?:fini|pret|bon|termine)|est ce que ca (?:avance|tourne|marche)|ca (?:tourne|marche|roule|bouge|donne quoi|se passe(?: bien| comment)?)(?: toujours| encore)?|comment ca se passe|qu'est ce que ca donne|bientot (?:fini|pret)|(?:alors )?(?:c'est )?(?:fini|pret) (?:ou pas|ou quoi)|as fini|a fini|on y est|(?:il|elle) (?:avance|tourne|marche)(?: bien| encore| toujours| comme il faut)?|(?:il|elle) (?:fait|fabrique|devient) quoi|qu'est ce qu'(?:il|elle) (?:fait|fabrique|fout|devient|attend)|que fait (?:il|elle)|(?:il|elle) (?:a|est)(?: bientot| deja)? (?:fini|finie|termine|terminee|pret|plante|bloque|bloquee)|(?:il|elle) en a (?:encore )?pour (?:longtemps|combien(?: de temps)?)|ca (?:prend|va prendre) (?:encore )?(?:longtemps|combien de temps)|encore combien de temps|combien de temps encore)": "status it",
    rf"{_WHICH} (?:m'attend(?:ent)?|attend(?:ent)?(?: (?:une |ma |apres )?(?:reponse|moi|validation))?(?: de ma part)?|a besoin de moi|ont besoin de moi|est (?:bloque|en attente|coince)|sont (?:bloques|en attente)|bloque)|(?:est ce qu')?(?:on|quelqu'un|un agent) (?:m'attend|attend apres moi|a besoin de moi)": "status waiting",
    rf"{_WHICH} (?:a|ont|est|sont|s'est)(?: encore| deja)? (?:plantee?s?|echouee?s?|foire|rate|crashe|casse|casses|en erreur|en echec|bugge|tombe en panne|vautre|en rade|merde)": "status failed",
    rf"{_WHICH} (?:a|ont|est|sont)(?: deja| bien)? (?:finis?|terminee?s?|prets?|abouti)": "status completed",
    rf"{_WHICH} (?:est|sont)(?: encore| toujours)? (?:en pause|suspendus?|en veille)": "status paused",
    rf"{_WHICH} (?:est|sont)(?: encore| toujours)? (?:dans la file|en file(?: d' attente)?)": "status queued",
}  # fmt: skip
