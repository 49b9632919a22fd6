"""Spanish: how agents are spoken of."""

from mobile_api.speech.language import Forms
from mobile_api.speech.languages.spanish_heard import NUMBERS
from mobile_api.speech.languages.spanish_words import ENDINGS, STEMS, TOPICS

_FOR_ME = r"(?: (?:a que (?:le|les|yo) (?:conteste|responda|diga \w+)|por mi|por nosotros|mi respuesta|una respuesta|respuesta|a mi|algo de mi))?"

FORMS = Forms(
    noun=r"agente|agentes|bot|tarea|trabajo",
    nouns=r"agentes|bots|tareas|trabajos|l[oa]s(?= (?:de|del|que) )",
    number=r"agente|agentes|gente|ajente|numero|num|nro|bot|el|tarea|a gente|adjunte",
    pronouns=r"lo|la|el|eso|ese|este|esto|esa|aquel|le|(?:el|al|mi|ese|este|del) agente|agente|(?:el|este) mismo|ese mismo|el que (?:tengo|estoy viendo|esta) (?:en pantalla|delante|abierto)|el (?:de )?(?:la )?pantalla|lo que (?:esta|estas) haciendo",
    plural_pronouns=r"los|las|les|(?:los|mis|estos|esos|tus|nuestros) agentes|ellos|agentes|esos|estos",
    everything=(
        r"(?:lo |los |las )?tod[oa]s?(?: (?:los|mis|tus|nuestros|las|lo) (?:agentes|bots|tareas|trabajos|demas)| ellos| ellas| esto| eso| lo que (?:hay|tengo|este corriendo|esta en marcha))?"
        r"(?: (?:que (?:tengo|hay|tenemos|esten?|estan) ?(?:en marcha|activos|corriendo|abiertos|ahora)?))?|cada (?:agente|uno)(?: de ellos)?|(?:los|mis) agentes(?: que (?:tengo|hay))|absolutamente todos?|toda la (?:tropa|banda|flota)|el lote entero"
    ),
    both=r"ambos(?: agentes)?|ambas|los dos(?: agentes)?|las dos|a los dos|l[oa]s dos",
    determiners=r"el|la|l[oa]s(?! (?:de|del|que) )|lo|mi|mis|tu|ese|este|esa|esos|estos|al|a|de|del|dichoso|bendito|pobre|puto|maldito",
    singular=r"(?:a |de )?(?:el|la|al|del|mi|ese|este)",
    statuses={
        "running": r"activ[oa]s?|en marcha|corriendo|en ejecucion|trabajando|funcionando|en curso",
        "paused": r"pausad[oa]s?|en pausa|detenid[oa]s?|suspendid[oa]s?|aparcad[oa]s?|congelad[oa]s?|parad[oa]s?",
        "waiting": rf"esperando(?:me)?{_FOR_ME}|en espera|bloquead[oa]s?|atascad[oa]s?|atorad[oa]s?|trabad[oa]s?|que (?:me )?espera|(?:me )?necesita(?:n)?(?: algo de mi| una respuesta| respuesta)|con (?:una )?(?:duda|pregunta)s?",
        "failed": r"(?:que )?(?:ha |han |se ha |se han )?(?:fallad[oa]s?|fallid[oa]s?|petado|cascado|reventado|roto|muerto|caido)|rot[oa]s?|que (?:se )?(?:fallo|fallaron|peto|petaron|rompio|cayo|murio|trono)|tronad[oa]s?|caid[oa]s?",
        "completed": r"terminad[oa]s?|list[oa]s?|completad[oa]s?|acabad[oa]s?|que (?:ya )?(?:termino|terminaron|acabo|acabaron|han (?:terminado|acabado)|ha (?:terminado|acabado))",
        "queued": r"en cola|pendientes?|en la cola|encolad[oa]s?",
    },
    newest=r"(?:ultim[oa]s?|mas recientes?|mas nuev[oa]s?|nuev[oa]s?)(?: que (?:he|hemos) (?:lanzado|creado|puesto|abierto|arrancado|montado)| que (?:lance|cree|puse|abri|arranque|inicie|mande|lanzamos))?|que acab(?:o|e|amos) de (?:lanzar|crear|poner|abrir|arrancar|iniciar|mandar)|recien (?:creado|lanzado)",
    oldest=r"mas antiguos?|mas viejos?|que mas tiempo lleva|que lleva mas(?: tiempo| rato)?|primero que (?:lance|puse|cree|he lanzado)",
    other=r"otr[oa]s?|demas|restantes?|resto",
    links=(
        r"(?:que|quien|los que|el que)(?: (?:se|me|nos))?(?: (?:esta|estan|estaba|lleva|llevan|hace|hacen|anda|andan|va|iba|tiene|trabaja|trabajan|sigue|toca|mira|habia|ha|era|es|son))?(?: (?:con|en|trabajando en|liado con|metido en|encargado de|haciendo|mirando|tocando|ocupado con|encargandose de|dedicado a))?|"
        r"(?:encargad[oa]|encarga|ocupa|ocupado) (?:de|con)|trabajando en|haciendo|llamad[oa]|titulad[oa]|"
        r"de la|del|de|para|en|sobre|con|por|a|acerca de|relacionado con|lo de|el tema de|la tarea de|lo que es"
    ),
    excluding=r"(?:excepto|menos|salvo|quitando|excluyendo|a excepcion de|aparte de|pero no)(?: a)?",
    joins=r"(?:y|e|o|,|y tambien|ademas de|mas)",
    indefinite=r"un|una|otro|nuevo|algun|cualquier",
    small=frozenset(
        ["el", "la", "los", "las", "de", "del", "que", "en", "a", "un", "una", "esta", "estan", "lo", "al", "para", "con", "por", "y", "e", "o", "su", "sus", "mi", "mis", "se", "me", "le", "les", "esto", "eso", "ese", "esa", "este", "cosa", "cosas", "tema", "asunto", "rollo", "parte", "agente", "trabajo", "ahora", "ya", "todavia", "aun", "sobre", "es", "son", "nos", "nuestro", "nuestra", "nuestros", "nuestras", "tu", "tus", "unos", "unas", "hay", "como", "dicho", "relativo", "sin"]
    ),
    numbers=NUMBERS,
    ordinals={"primero": 1, "primer": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercer": 3, "tercera": 3, "cuarto": 4, "quinto": 5, "sexto": 6, "septimo": 7, "octavo": 8, "noveno": 9, "decimo": 10},
    topics=STEMS | TOPICS,
    endings=ENDINGS,
    never_first=r"en|con|sobre|que|por|para|sin|como|cuando|donde|cual|quien|y|o|no",
    never_last=r"de|del|que|en|con|a|y|o|el|la|los|las|para|por|un|una",
    forbidden=frozenset(
        ["no", "si", "nunca", "cuando", "pero", "luego", "entonces", "dijo", "dice", "pausa", "pausar", "cancela", "cancelar", "reanuda", "reanudar", "inicia", "y", "continua", "sigue", "deten", "mata", "termina", "acaba", "lanza", "crea", "arranca", "porque", "quiero", "puedes", "deberia", "podria", "quizas", "hasta", "antes", "despues", "aunque", "alguien", "gente", "mientras", "ni", "tampoco", "o", "como", "cual"]
    ),
)  # fmt: skip
