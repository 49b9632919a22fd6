"""French: the words that sentences of no known form are made of."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Gist

_NOT_NEEDED = (
    "{,j'en ai ,on en a ,je n'en ai ,on n'en a ,y a }plus besoin{, de lui,d' elle, d' eux}",
    "{ca,il,elle} {ne ,}sert plus a rien",
    "{ca,il,elle} sert a rien",
    "{ca,il,elle} {tourne en rond,part en vrille,n'avance plus,part dans tous les sens,raconte n'importe quoi,fait n'importe quoi,deraille}",
    "{on,j'en ai,on en a} assez vu",
    "{ca,il} {coute trop cher,prend trop de temps,traine trop}",
    "{on,je} {part,passe,pars} sur autre chose",
    "j'ai change d' avis",
    "{on fait,ca suffit,on verra,je verrai,je regarde,on regarde} {autrement,comme ca,plus tard,ca plus tard,apres,ca apres,ca demain}",
)
_VERBS = r"pauser?|arret\w+|stopp?\w*|relanc\w+|repren\w+|repart\w*|continu\w+|coup(?:e|er|es|ez)|annul\w+|tue[rsz]?|lanc(?:e|er|es|ez)|cree[rsz]?|demarre[rsz]?|redemarr\w+|suspen\w+|supprim\w+|interromp\w+|kill\w*|vire[rsz]?|mets|mettre|mettez|termine[rsz]|abandonne[rsz]?"
_IFS = "si|s'il (?!te|vous)|s'ils|s'elle|sinon|quand|lorsqu\\w*|des que|une fois|au cas|a moins|sauf|peut etre|pourrait|devrait|devrais|aurait|imagin\\w+|suppos\\w+|sais pas|pas sur|tant que|faudra"
_SAID = r"jusqu\w*|avant|apres|dit|dis|disait|disent|demand\w+|veut|voulait|veulent|pense|pensait|croit|ecrit|ecrivait|propos\w+|sugger\w+|conseill\w+|raconte|selon|parait|pretend|repet\w+|ordonn\w+|ordre|comme"
_TRICKS = r"systeme|system|prompt|confirm\w*|regles|consignes?|instructions?|ignore\w*|oublie\w*|admin\w*|utilisateurs?|intent"

GIST = Gist(
    phrases={
        "status": (
            "{,le ,l' ,un ,les ,des ,mon ,petit ,un petit ,rapide ,un rapide }{statut,status,etat,etat d' avancement,etat des lieux,point,avancement,topo,bilan,compte rendu,resume,point rapide,point d' etape,rapport,progression}{, general, global, rapide, complet}",
            "{,des ,les ,les dernieres ,du }{nouvelles,nouveau,neuf,infos,news,mouvement}", "quoi de neuf{, avec, sur, pour, cote, chez, du cote de}", "ou {ca,cela} en est", "ca en est ou", "{,c' }en {est,sont} ou", "{il,elle,on,ca} en est ou", "{ils,elles} en sont ou", "ou en {est,sont}{, il, elle, ils, elles, on, t il}", "ou est ce qu'{il,elle,on} en est", "ou {il,elle,on,ca} en est", "ou {ils,elles} en sont",
            "comment {,ca }{va,vont,avance,avancent,marche,se passe,se passent,se porte,se portent,s'en sort,s'en sortent,evolue,progresse,tourne,tournent,se comporte}{, t il, t elle, t ils, pour, avec, cote, chez, du cote de, le travail de, le boulot de}", "ca {avance,progresse,bouge,roule,tourne,donne quoi,dit quoi,se passe comment,se passe bien,va,marche,bosse,fonctionne}{, bien, comment, encore, toujours, vite, un peu}{, pour, avec, sur, cote, chez}",
            "{c'est,est ce que c'est,est,sont,il est,elle est,ils sont,elles sont} {,bientot ,enfin ,deja ,presque ,bien ,toujours ,encore }{fini,finie,finis,finies,termine,terminee,pret,prete,prets,bon,fait,bouclee,boucle,bloque,bloquee,plante,plantee,plie,en cours,passe,coince,coincee,vivant,lance,demarre,en attente,au bout}",
            "{a,ont,il a,elle a,ils ont} {,bientot ,deja ,enfin ,bien ,encore }{fini,termine,plante,echoue,abouti,reussi,demarre,avance,foire,crashe,rate,commence,bugge,trouve quelque chose,rendu,progresse}", "{fini,finie,finis,pret,prete,termine,bon,boucle} {ou pas,ou quoi,ou non,oui ou non,alors,deja,enfin}", "{ou est ce qu'on est,on est,ou on est} rendu{, ou, avec, sur}", "{fini,finie} bientot", "{comme prevu,comme tu veux}", "bientot {fini,pret,la fin}", "{,toujours ,encore }en {cours,vie,route,train de tourner}",
            "{il,elle} {avance,bosse,tourne,travaille,marche,progresse,s'en sort,rame,traine}{, bien, encore, toujours, vite, comme il faut, un peu}", "{ils,elles} {avancent,bossent,tournent,travaillent,marchent,progressent}{, bien, encore, toujours}", "{avance,progresse,tourne,bosse,travaille,avancent,tournent,bossent,rame,traine,galere,s'en sort}{, bien, toujours, encore, comme il faut, vite, un peu, correctement}",
            "{qu'est ce qu'il,qu'est ce qu'elle,qu'est ce qu'ils} {fait,fabrique,fout,font,fabriquent,devient,raconte,attend,a fait,trouve}{, en ce moment, la}", "{il,elle,ils} {fait,fabrique,font,fout,devient,attend,donne} quoi", "que {fait,font,devient,deviennent,fabrique,donne,raconte}{, il, elle, t il}", "qu'est ce que {fait,font,fabrique,devient,donne,fout,ca donne,raconte}{, le travail de}", "{fait,font,fabrique,donne,devient,raconte,attend} quoi", "sur quoi {bosse,travaille,planche,est,il est,il bosse,il travaille}",
            "{tiens,tenez,mets} {moi,nous} au {courant,jus,parfum}{, de, du, pour}", "{jette,jeter,donne} {,moi }un {oeil,coup d' oeil} {a,au,sur,aux}", "{parle,raconte,cause} {moi,nous}{, de, du, un peu de}", "{dis moi,dites moi,je veux savoir,je voudrais savoir,tu sais,tu peux me dire,savoir,voir,je me demande,j'aimerais savoir,dire,sais tu} {ou,comment,si,ce que,ce qu'il,ou en est,ce qui}{, se passe, se passe avec}", "{combien de temps,encore combien de temps,dans combien de temps,y en a pour combien de temps,c'est pour quand,pour quand,ca finit quand,quand est ce que ca finit,a quel point}",
            "{il,elle,ca} en a {encore ,}pour {longtemps,combien de temps,combien}", "ca {va ,}{prend,prendre} {encore ,}{longtemps,combien de temps}", "{verifie,verifier,regarde,regarder,check,checke,surveille} {,voir }{ou,comment,si,ou en est,ce que}", "{du ,}{progres,avancees,resultats}", "qu'est ce qui {se passe,cloche,bloque,coince,ne va pas}{, avec, sur, dans, pour, chez}", "que se passe t il{, avec, sur, pour}", "il se passe quoi{, avec, sur, pour}", "{tout va bien,tout roule,tout se passe bien}{, avec, pour, cote}", "ou on en est{, avec, sur, de, du}", "on en est ou{, avec, sur, de, du, cote}", "alors", "a besoin de {moi,quelque chose,quoi,nous}", "{est,sont,il est,elle est,c'est} {,deja ,encore ,toujours ,bien }{en pause,en veille,en attente,suspendu,arrete,a l' arret}", "{m'attend,attend ma reponse,attend apres moi,est en pause,est en attente,est dans la file}",
        ),
        "doing": (
            "{va,vont,avance,avancent,progresse,marche,tourne,se passe,fait,font,en est,en sont,donne,devient,bloque,coince,plante,attend,cloche,traine,reste,rame}{, t il, t elle, t ils, il, elle}", "{a,ont,est,sont} {fini,plante,echoue,bloque,pret,termine,demarre,avance,fait,trouve,si lent,si longtemps,change,coince,en panne,rate}", "{s'est,se sont} {passe,arrete,plante,arretes,vautre}{, avec, pour}",
        ),
        "asking": (
            "{est,sont,s'est,est ce qu'on}", "{comment,ou,que,quoi,quel,quelle,quels,quelles,lequel,laquelle,lesquels,qui,pourquoi,quand,combien,est ce que,est ce qu'il,est ce qu'elle,est ce qu'ils,qu'est ce que,qu'est ce qu'il,qu'est ce qui,c'est quoi,sur quoi,dis moi,dites moi,montre moi,montrez moi,montre,affiche,affiche moi,donne moi,file moi,donne nous,quel est,quelles sont,tu sais,tu peux me dire,tu peux me donner,je voudrais,j'aimerais,je veux,t'as,tu as,il y a,y a,est ce qu'il y a,y a t il,verifie,regarde,voyons}{, que, qu'}",
        ),
        Intent.PAUSE: (
            "{mets,met,mettre,mettez,mais,mes,passe,passer,laisse,laisser,place,on met,colle} {,moi ,me ,le ,la ,les ,nous }en {pause,pose,veille,attente,suspens,stand by,standby,sommeil}", "en {pause,pose,veille,suspens,stand by,standby,sommeil,attente pour l' instant}{, un moment, un peu, deux minutes, s'il te plait}", "{suspends,suspend,suspendre,suspendez,interrompez,gelez,gele,geler,pause,pauser,freeze,fige,interromps,interrompre}{, moi}", "{fais,faire,faites,marque,prends,prendre} {une ,la ,}{,petite }{pause,break}{, avec, sur, pour, a}", "sur {la ,}glace", "{au frais,de cote,au repos,sur pause,en stand by}", "{peut,doit,devrait} {attendre,patienter,souffler}", "{fais,laisse,fait} {patienter,attendre,dormir,souffler}",
        ),
        Intent.RESUME: (
            "{reprends,reprendre,reprenez,relance,relancer,relancez,redemarre,redemarrer,reactive,reactiver,continue,continuer,continuez,poursuis,poursuivez,redemarrez,reactivez,debloquez,poursuivre,rallume,rallumer,reveille,reveiller,degele,debloque,debloquer,depause}{, moi, avec, sur, le travail sur, le boulot sur, le travail de, la ou il en etait}", "{fais,faire,laisse,laisser,faites,peut,peuvent,doit,il peut,elle peut,ils peuvent} {,le ,la ,les }{repartir,reprendre,continuer,redemarrer,tourner,avancer,bosser,y aller,poursuivre,retourner au boulot,reprendre le travail,finir}{, a nouveau, de nouveau, son travail}", "{remets,remet,remettre,remettez} {,moi ,le ,la ,les ,nous }{en route,en marche,au travail,au boulot,au taf,en selle,en service,en piste}", "{en route,en marche,au travail,au boulot,au taf}", "on {reprend,repart,relance,continue,redemarre,y retourne}{, avec, sur}", "c'est reparti{, pour, avec}", "{fin de la pause,fin de pause,la pause est finie,la pause est terminee,le feu vert,feu vert}{, pour, a}", "{sors,sortir,sort} {,moi ,le ,la ,les }de {,la }{pause,veille}", "de {la ,}pause", "{tu peux,vous pouvez} {y aller,continuer,reprendre,repartir,relancer,redemarrer}{, avec, sur}",
        ),
        "maybe resume": ("vas y{, avec, pour}", "tu peux y aller"),
        Intent.STOP: (
            "{arrete,arreter,arretez,stoppez,coupez,supprimez,abandonnez,terminez,stoppe,stopper,stop,annule,annuler,annulez,tue,tuer,kill,killer,coupe,couper,abandonne,abandonner,supprime,supprimer,vire,virer,degage,termine,terminer,ferme,fermer,cancel,debranche,jette,jeter,zigouille,bute}{, moi, avec, tout de suite, nous}", "{l' ,le ,la ,les ,}{arretes,annules,stoppes,coupes,tues,vires,supprimes,abandonnes}", "laisse{,r} tomber{, avec, pour}", "{mets,met,mettre,mettez,on met} {fin,un terme} {a,au,aux}", "{a,dans} la {poubelle,corbeille,benne}", "on {arrete,annule,stoppe,coupe,abandonne,laisse tomber,vire,jette,oublie}{, avec, tout}", "{debarrasse moi,debarrasse nous,finis en,finissons en,on en finit} {de,du,avec,des}", "{arretons,annulons,stoppons,abandonnons}{, avec}", "direction la poubelle", "{pour de bon,definitivement}", "{peut,doit} {s'arreter,etre arrete,etre annule}",
        ),
        "hedge": (
            "{fais en sorte,corrige,ajoute,repare,remplace,gere,ecris,traduis,renomme,nettoie,migre,genere,implemente,optimise}",
            "{je,on,nous} {pourrais,pourrait,devrais,devrait,voulais,allais,avais,avait,ai,aurais,serais,pense,crois,suis,etais,vais}", "{peut etre,eventuellement,probablement,sans doute}", "{puis je,dois je,faut il,est ce que je,est ce qu'on,on devrait,je devrais,devrait on}",
        ),
        "": (
            *_NOT_NEEDED,
            "{s'il te plait,s'il vous plait,stp,svp,merci,merci bien,merci beaucoup,please,maintenant,tout de suite,immediatement,vite,rapidement,vite fait,juste,simplement,un peu,donc,alors,bon,ok,okay,et,puis,aussi,encore,toujours,deja,enfin,finalement,du coup,bref,bien,d' accord,voila,hop,allez,aller,quoi,hein,la,ici,oui,ouais,non,ah,oh,eh,hein,dis,dis donc,tiens,ecoute,au fait,d' ailleurs,sinon,en fait,quand meme,un coup,actuellement}",
            "{pour l' instant,pour le moment,pour linstant,en ce moment,a l' instant,un instant,un moment,une minute,une seconde,deux minutes,deux secondes,cinq minutes,dix minutes,une heure,un petit moment,un petit peu,quelques minutes,pour aujourd'hui,pour ce soir,ce soir,ce matin,cet aprem,cet apres midi,aujourd'hui,momentanement,temporairement,provisoirement,en attendant,le temps que je regarde{, un truc, ca},de mon cote,cote agents,jusqu'a demain,jusqu'a lundi,jusqu'a ce soir,jusqu'a nouvel ordre,jusqu'a la demo,jusqu'a la reunion,la nuit,pour la nuit,le week end,pour le week end,ce week end}",
            "{tu,vous,on,nous} {,me ,m' ,nous ,l' ,le ,la ,les }{peux,pourrais,pouvez,pourriez,peut,dois,doit,vas,veux}{, me, m', nous}", "{peux,pourrais,pouvez,pourriez,veux} {tu,vous}{, me, m', nous}", "est ce que {tu,vous} {peux,pourrais,pouvez,pourriez}{, me, m', nous}", "{tu,vous}{, me, m', nous}", "{me,moi,m',nous,te,y}", "{il faut,faut,il faudrait,faudrait,va falloir,il va falloir}", "{je veux,je voudrais,j'aimerais,je souhaite,j'aimerais bien,je voudrais bien,je veux bien} {que tu ,que vous ,qu'on ,}{,me }", "{mets,met,mettre,mettez,passe,laisse,laisser,fais,faire,fait,place,remets,donne,garde,faites,prends}{, moi, nous}",
            "{de,du,des,d',de la,de l',a,au,aux,sur,pour,dans,avec,cote,concernant,en ce qui concerne,a propos de,par rapport a,chez,niveau,du cote de,au niveau de,c'est,ce qui est,ce que,c',qui,que,qu',ou,en}", "{lui,elle}{, aussi}", "c'est {bon,ok,parfait,nickel,tout}", "{cadence,mon grand,mec,gros,chef,l' ami,mon vieux,ma belle,les gars,mon pote}", "{ou pas,ou quoi,ou non,oui ou non,tu vois,tu sais,je crois,quand tu peux,si tu peux,si tu veux,si possible,si c'est possible,des que tu peux,quand tu as deux minutes,quand t'as deux minutes,ca marche}",
            "{au final,a vrai dire,en vrai,franchement,carrement,completement,entierement,direct,directement,net,sur le champ,une fois pour toutes,d' urgence}", "{la ou,d' ou,ou} {il,elle,on} {s'est,s'etait} arrete", "la ou {il,elle,on} en etait", "{s'est,se} {passe,passer}",
        ),
    },
    pronouns=frozenset(["il", "elle", "ca", "cela", "lui", "le", "la", "l'"]),
    articles=frozenset(["un", "une", "nouvel", "nouveau"]),
    before_amounts=frozenset(["dans", "pendant", "a", "sous", "environ", "de"]),
    never_first=frozenset(["de", "du", "des", "d'", "pour", "par", "sur", "dans", "et", "ou", "en", "a", "au", "aux", "avec", "que", "qui", "est"]),
    plural_pronouns=frozenset(["ils", "elles", "eux", "les", "tous", "les deux", "tous les deux", "ceux la", "ceux ci", "tout", "tout ca", "tout le monde", "leur", "toutes"]),
    never_before=rf"^(?:est|est ce|qu'est ce|comment|ou|pourquoi|qui|que|quand|quel|quelle|combien|peut|peux|peux tu|tu peux|tu pourrais)\b|\b(?:{_VERBS}|{_IFS}|{_SAID}|{_TRICKS}|agents?|bots?)\b|\bn[e']|^pas\b|\bpas (?:de|le|la|les|l'|encore)\b",
    never_behind=rf"\b(?:{_VERBS}|{_IFS}|{_TRICKS}|ou|nouvel agent|un agent|un autre agent|pas (?:le|la|les|l'|encore|maintenant|tout)|idee|rigol\w+|blagu\w+|plaisant\w+|haha|normal|grave|possible|derange|reflechi\w*|hesite)\b",
    reason_begins=(
        r"(?:parce qu\S*|car|vu qu\S*|puisqu\S*|comme (?:ca|on|il)|c'est|c'etait|il (?:est|a|y a|me|nous|n'y a)|on (?:a|est|en|va|n'a)|j'ai|j'en|je (?:suis|dois|vais|n'en|veux)|y a|ca (?:fait|coute|sert|prend|bouffe)|(?:le|la|les|l'|mon|ma|mes|notre|nos) \S+ (?:est|sont|va|vont|n'est|rame|(?:a|ont) (?:besoin|plante|change|fini|merge|demande|valide|resolu|repondu|craque|saute|lache|tout|plus|trop|encore|deja|bien))|plus besoin|le temps (?:que|de|d')|histoire (?:de|d'|que)|pour que) "
    ),
    tells=r"(?:j'etais|je suis|j'avais|on etait|on est|c'etait|c'est|mon \w+ (?:est|a|vient)|ma \w+ (?:est|a|vient)|il y avait|y avait|il y a|quelqu'un (?:m'|est|a)) ",
    negated=r"\b(?:ne|n'\w*|pas|jamais|rien|aucune?|personne|plus)\b",
)  # fmt: skip
