"""French: how people say it to a phone."""

from mobile_api.speech.frame import Intent
from mobile_api.speech.language import Language
from mobile_api.speech.languages.french_creating import CREATING
from mobile_api.speech.languages.french_forms import FORMS
from mobile_api.speech.languages.french_gist import GIST
from mobile_api.speech.languages.french_heard import heard, written
from mobile_api.speech.languages.french_refused import REFUSED
from mobile_api.speech.languages.french_verbs import BARE, PAUSE, RESUME, STATUS, STOP

# No word that an English sentence has, too.
_MARKERS = """annule arrete arretez arreter cree creer des du en est etat l'agent les mes mets mettre mettez moi mon ma neuf ou pour
    qui reprends reprend reprendre relance relancer sur tous tout toutes un une l'arreter ca c'est que qu'est est-ce va avance
    stoppe coupe tue suspends suspend il elle ils elles tu vous nouvel nouveau lequel quoi nouvelles statut oublie rien laisse
    dans aux le la redemarre supprime d'agent quel quels quelle cette deux trois quatre sept huit dix celui celle depuis
    lancer demarre demarrer ouvre depot avec sont fais faire bosse continuer poursuis envoie d'un ajoute corrige l'agente
    aussi s'il stp svp lui leur notre nos peux combien comment vas-y annuler stopper couper dernier derniere abandonne"""

FRENCH = Language(
    code="fr",
    name="Français",
    markers=frozenset(_MARKERS.split()),
    lead=(
        r"ok|okay|he|he ho|wesh|yo|hep|alors|bon|ben|bah|bonjour|salut|coucou|hello|hey|oui|ouais|et|donc|euh|ah|oh|hop|allez|allez hop|cadence|dis cadence|hey cadence|ok cadence|dis|dis donc|dis moi(?= ,)|ecoute|tiens|voila|bref|du coup|au fait|d' ailleurs|sinon|"
        r"finalement|en fait|d' accord|tres bien|parfait|super|nickel|genial|impeccable|top|cool|c'est bon|c'est parti|ca marche|s'il te plait|s'il vous plait|stp|svp|maintenant|aussi|ensuite|puis|apres(?= ,)|d' abord|tant que tu y es|pendant que tu y es|"
        r"vas y|juste|excuse moi|excusez moi|petite question|question rapide|une derniere chose|autre chose|merci de|merci(?= ,)|la(?= ,| j'| tu | il faut| on )|hum|quand tu (?:peux|as (?:un moment|deux minutes))(?= ,)|si tu (?:peux|veux)(?= ,)|pense a|n'oublie pas de|essaie de|essaye de|on va|tu vas",
        r"(?:est ce que )?(?:tu |vous |on )(?:peux|pourrais|pouvez|pourriez|peut|veux bien|voudrais bien)(?: s'il te plait| s'il vous plait| juste| aussi| vite| maintenant)*(?: me| nous| m')?(?! (?:pas|plus|jamais))",
        r"(?:tu sais|vous savez|tu saurais)(?= \S+(?:er|ir|re)\b)",
        r"(?:peux tu|pourrais tu|pouvez vous|pourriez vous|peut on|veux tu(?: bien)?|voulez vous)(?: s'il te plait| juste| aussi)*(?: me| nous| m')?",
        r"(?:il faut|il faudrait|faut|faudrait|il va falloir|va falloir|je veux|je voudrais|j'aimerais|je souhaite|je souhaiterais|on veut|on voudrait|j'aimerais bien|je voudrais bien)(?= \S+(?:er|ir|re)\b)",
        r"(?:je veux|je voudrais|j'aimerais|j'aimerais bien|je souhaite|il faut|il faudrait|faut|faudrait|il faudra)(?: que tu| que vous| qu'on)(?: me| nous| m')?(?! (?:ne|n'))",
        r"(?:tu|vous)(?: me| nous| m')?(?= (?!n'|ne |as |a |es |sais |dis |dit |en |peux |veux |dois |vas |pourrais |crois |penses |disais )(?:l' |le |la |les )?\S+)|(?:me|nous|m')(?= \S)",
        r"(?:je te demande de|je te prie de|merci de bien vouloir|veuillez|ayez l' obligeance de|ca serait bien de|ce serait bien de|on ferait mieux de|c'est l' heure de|il est temps de|si tu pouvais|si vous pouviez|tu serais gentil de|tu seras gentil de|sois gentil)",
    ),
    tail=(
        r"s'il te plait|s'il vous plait|stp|svp|merci|merci bien|merci beaucoup|merci d' avance|maintenant|tout de suite|immediatement|vite|vite fait|rapidement|d' urgence|pour l' instant|pour le moment|pour aujourd'hui|pour ce soir|un instant|un moment|un peu|un petit peu|deja|encore|aujourd'hui|ce soir|ce matin|"
        r"en ce moment|la|du coup|alors|hein|quoi|voila|c'est bon|d' accord|ok|okay|cadence|momentanement|temporairement|provisoirement|en attendant|finalement|plutot(?= \.)|quand tu peux|quand t'as (?:deux minutes|un moment)|si tu peux|si tu veux(?: bien)?|si possible|si c'est possible|tu veux|tu veux bien|pour moi|pour nous|au fait|aussi|comme ca|sur le champ|"
        r"ou quoi|exactement|au juste|au final|un coup|mon (?:grand|vieux|pote)|mec|chef|allez|a nouveau|de nouveau|on verra (?:apres|plus tard|demain)|je regarde (?:apres|plus tard)|stp merci|de suite|direct|directement|des que (?:tu peux|possible)|pour de bon|definitivement",
        r"(?:le temps|histoire) (?:que|de|d'|qu'on|qu'il|du|des) ?(?:\S+ ){0,7}\S+|jusqu'(?:a|au|aux|en) (?!ce que)(?:\S+ ){0,3}\S+|(?:avant|apres|pendant) (?:le|la|les|l'|ma|mon) (?:\S+ )?(?:reunion|demo|dej|dejeuner|standup|stand up|nuit|week end|repas|call|rendez vous|point|daily|pause dej|release|gel)|pour (?:la nuit|le week end|la journee|la semaine)",
    ),
    verbs={Intent.PAUSE: PAUSE, Intent.RESUME: RESUME, Intent.STOP: STOP, Intent.STATUS: STATUS},
    bare=BARE,
    forms=FORMS,
    gist=GIST,
    creating=CREATING,
    heard=heard,
    written=written,
    corrections=(
        r"n[ao]n(?: n[ao]n)*(?: ,)? (?:attends?|attendez|pardon|plutot|en fait|excuse(?: moi)?|desole|je voulais dire|je veux dire|je me trompe|finalement)|attends?(?: ,)? (?:n[ao]n|pardon|plutot|en fait)|ah n[ao]n(?: n[ao]n)*|oh n[ao]n|euh n[ao]n|ou plutot|enfin n[ao]n|enfin plutot|mais n[ao]n|"
        r"je veux dire|je voulais dire|je me suis trompee?|je me trompe|je dis n'importe quoi|j'ai dit une betise|erreur de ma part|correction|rectification|au temps pour moi|autant pour moi|pardon(?: ,)? (?:n[ao]n|je voulais dire|plutot)|oups|desole(?: ,)? (?:n[ao]n|je voulais dire)|"
        r"(?:plutot|enfin)(?= (?:sur|dans) )|qu'est ce que je raconte|qu'est ce que je dis|n[ao]n c'est|n[ao]n en fait|en fait n[ao]n|finalement n[ao]n"
    ),
    weak_corrections=r"n[ao]n(?: n[ao]n)*|attends?|en fait|plutot|pardon|enfin|ou alors|finalement|excuse(?: moi)?|desolee?|mince|zut|merde|reflexion faite|a la reflexion|tout compte fait|tout bien reflechi|mieux",
    make_it=r"(?:c'est|c'etait|ca doit etre|ca devrait etre|fais|mets|mets le|mets la|mets ca|prends|fais ca|fais le|disons|utilise|je veux|plutot|change ca pour|remplace par|sur)(?= \S)",
    not_that=r"pas (?:sur |dans |pour |le |la |les |l' |celui (?:de|du) )*(?P<taken>[^,.;:!?]+?) (?:[,.;:!?] (?:mais |plutot |c'est )?|mais |plutot )",
    forget=(
        r"(?:n[ao]n |ah |bon |en fait |finalement )*(?:,)? ?(?:laisse(?: tomber| faire| comme ca| ca)?|oublie(?: ca| ce que j'ai dit| tout)?|rien(?: du tout)?|peu importe|n[ao]n(?: merci| rien)?|tant pis|fais rien|ne fais rien|touche a rien|ne touche a rien|pas maintenant|"
        r"annule ce que j'ai dit|c'est bon|c'est rien|j'ai rien dit|je n'ai rien dit|j'ai change d' avis|pas la peine|pas besoin|on laisse(?: tomber| comme ca)?|laisse(?: le| la| les) (?:tourner|comme ca|tranquille)|inutile)(?: ,)?(?: (?:finalement|en fait|merci|oublie(?: ca| ce que j'ai dit)?|laisse tomber|rien))*"
    ),
    refused=REFUSED,
    explaining=r" (?:, )?(?:parce qu|car |vu qu|puisqu).*$",
    joins="et|puis|mais|ensuite|apres",
    another_target=r"(?:(?:moi )?(?:le|la|les|l') ?(?:autre|agent|\S+ (?:en pause|en veille)|trois|deux|un|quatre|cinq|six|sept|huit|neuf)\b|tous|toutes|tout(?= |$)|l' agent\b.*|agent \w+)",
    another_agent=r"(?:(?:lance|cree|demarre|ouvre|mets)?(?: moi| en)? ?(?:un autre|encore un|un deuxieme|un second)(?: agent)?(?= (?:sur|pour|dans)\b)|un autre agent\b|(?:lance|cree|demarre|ouvre|mets)(?: moi)? un agent\b)",
    several=(
        r"(?:mets|mettre|arrete[rz]?|annule[rz]?|lance[rz]?|reprends|reprendre|cree[rz]?|continue[rz]?|montre|stoppe[rz]?|relance[rz]?|coupe[rz]?|tue[rz]?|suspends|suspendre|demarre[rz]?|redemarre[rz]?|supprime[rz]?|abandonne|fais repartir|dis moi|donne moi|vire[rz]?)"
    ),
    contrast=r" ,? ?(?:et |mais )?(?:pas|surtout pas) (?P<ref>[^,.;]+?)(?= [,.;]|$)",
)  # fmt: skip
