"""Spanish: how a new agent is asked for."""

from mobile_api.speech.language import Creating
from mobile_api.speech.languages.spanish_heard import infinitive

_AGENT = r"(?:agente|agentes|gente|ajente|bot|a gente)"
_NEW = r"(?:nuevo|otro|otro nuevo|mas|extra|adicional|aparte|rapido|rapidito|segundo|tercer|pequeno|dedicado|fresco)"
_ME = r"(?:me|nos|te|melo|le|les)?"
_BEGIN = (
    rf"(?:inici|cre|lanz|arranc|mont|arm|regal|agarr|consegu|consig|prepar|levant|abr|mand|gener|ejecut|activ|configur|asign|despleg|met|sac|dispar|ech|encarg|trae|us|coloc|agreg|anad|empiez|comienz|dedic|envi|prend|enciend|habilit|suelt|larg|encarg|contrat|busc|invoc|convoc|organiz|coordin|enchuf|plant)"
    rf"(?:a|e|i|as|es|is|ar|er|ir|ad|ed|id|an|en|ame|ando|iendo)?{_ME}"
)
_GIVE = rf"(?:hagamos|pongamos|creemos|lancemos|montemos|abramos|pon|poner|poned|ponga|pone|haz|hacer|hace|haga|da|dar|de|dale|pasa|pide|pedir|ve|trae|crees|creas|lances){_ME}"
_WISH = (
    r"(?:(?:yo |nosotros )?(?:queria|queriamos|necesito|necesitamos|quiero|queremos|quisiera|querria|quisieramos|ocupo|preciso|requiero|deseo|busco)|(?:me|nos) (?:vendria|iria|vendra) (?:bien|genial|de perlas)|(?:me|nos) (?:hace|haria|hara) falta|me (?:gustaria|encantaria)(?: tener)?|"
    r"(?:(?:quiero|necesito|queremos|me gustaria|prefiero|te pido|hace falta|quisiera) )?que (?:me |nos )?(?:lances?|crees?|pongas?|montes?|abras?|hagas?|inicies?|arranques?|prepares?|metas?|mandes?)|"
    r"(?:me|nos) (?:abris|armas|pones|das|lanzas|creas|montas|haces|abres|preparas|dejas|arrancas|sacas|metes|consigues|echas)|hace falta|haria falta|podriamos (?:tener|poner|lanzar|usar)|podrias (?:ponerme|lanzarme|crearme|montarme)|vamos a (?:necesitar|lanzar|crear|poner|abrir|montar)|hay que (?:lanzar|crear|poner|abrir|montar|meter)|toca (?:lanzar|crear|poner|abrir|montar)|a ver si (?:me )?(?:lanzas|creas|pones|montas)|que tal si (?:lanzas|creas|pones|montas|lanzamos|ponemos|creamos)|crees|lances)"
)
_FRESH = rf"(?: (?:por favor|ya|ahora|tambien|a|ahi|alli|rapido|a andar|a correr|en marcha|a funcionar))*(?: (?:un|otro|uno|el|al|a un|a otro|unos|una))(?: {_NEW})*"
_AFTER = (
    rf"(?: {_NEW})*(?: (?:a trabajar|por favor|porfa|ya|ahora|tambien|en marcha|mas|ahi|a currar))*"
)
_SOMEBODY = r"(?:alguien|uno de (?:los|mis|tus) agentes|algun agente)"

CREATING = Creating(
    heads=(
        rf"(?:{_BEGIN}|{_GIVE}|{_WISH}){_FRESH} {_AGENT}{_AFTER}",
        rf"(?:{_BEGIN}|{_GIVE}|{_WISH})(?: {_NEW})+ {_AGENT}{_AFTER}",
        rf"(?:un |otro )?(?:nuevo )?{_AGENT} (?:nuevo|mas|extra|adicional){_AFTER}|(?:un )?(?:nuevo|otro) {_AGENT}{_AFTER}|un {_AGENT}(?= (?:para|que|en|al) (?!ha\b|esta\b|se\b|fallo\b))|agente(?= (?:en|para) (?!pausa|espera|marcha|cola|ejecucion|que\b|mi\b))",
        rf"(?:quiero que |necesito que |haz que |pide (?:a )?|pidele a |dile a |di a |que |y que |pon a |deja que |podria )(?:un|otro|algun)(?: {_NEW})? {_AGENT}",
        rf"(?:quiero que |necesito que |necesitamos que |queremos que |haz que |pide a |pidele a |dile a |que |pon a |podria |puede |manda a |me gustaria que |a ver si ){_SOMEBODY}(?: (?:puede|podria))?",
        rf"(?:{_BEGIN}|{_GIVE}|{_WISH})(?: a)? {_SOMEBODY}",
        rf"(?:pon|ponme|poned|manda|usa|dedica|asigna) (?:a )?(?:al|el) {_AGENT}(?= a \w+(?:ar|er|ir)\b)",
        r"(?:crea|abre|lanza|anade|pon|ponme|inicia|apunta)(?:me)? (?:una |otra )(?:nueva )?(?:tarea)(?: nueva)?",
        rf"(?:necesita|necesitan|merece|requiere|le hace falta|pide a gritos|le vendria bien)(?: (?:un|otro))(?: {_NEW})* {_AGENT}{_AFTER}",
    ),
    lead=(
        r"(?:muy )?(?:bien|buenas|genial|perfecto|estupendo|guay|vale|ok|bueno|venga|pues|anda|oye|mira|a ver|escucha|hola|hey|ey|che|eh|y|ademas|tambien|otra cosa|una cosa|ultima cosa|por cierto|ahora|luego|entonces|si|gracias|porfa|por favor|porfi|cadence|buenos dias|buenas tardes|chicos|equipo|tio|tia|wey|guey|nada|ya que estas|si puedes|cuando puedas|me ayudas(?: a)?|ayudame(?: a)?|parce|si no te importa|te importa|va|listo|claro|"
        r"(?:me )?(?:puedes|podrias|puede|podria|pueden)(?= (?:crear|lanzar|poner|abrir|montar|iniciar|arrancar|hacer|mandar|preparar|levantar|meter|ponerme|crearme|lanzarme|montarme|hacerme|abrirme))|quiero(?= (?:crear|lanzar|poner|abrir|montar|iniciar|arrancar))|necesito(?= (?:crear|lanzar|poner|abrir|montar|iniciar|arrancar)))"
    ),
    puzzles=r"(?:mir|averig|investig|busc|encontr|entend|compr|revis|descubr)\w* (?:por que|que|como|donde|cuando|si)\b",
    opening=rf"(?:{_BEGIN}|{_GIVE}|{_WISH}){_FRESH} (?:agente|ajente|bot)(?! (?:que (?:ha|esta|se|fallo)|dos|tres|uno|cuatro|cinco|\d))",
    inner=(
        rf"(?:{_BEGIN}|{_GIVE}|{_WISH}){_FRESH} {_AGENT} (?:de|del|de la) (?P<repo>(?:[^ ,.;:!?]+ ){{1,4}}?)(?=(?:para|que|a|y) )",
    ),
    lone=r"agente(?: por favor| porfa)?(?= [,.:;] )",
    noun=r"(?:agentes?|ajente|bot|gente)",
    definite=r"(?<!uno de )(?:el|al|mi|ese|este) (?:agente|bot)",
    modal=r"(?:necesit|quier|querem|que |podria|puede|pon|dile|pide|haz|manda|me gustaria|a ver si)",
    people=r"alguien",
    vague=rf"(?:.* )?(?:otro|uno){_AFTER}",
    no_place=r"(?:en|al|por) (?:el |la |mi )?(?:telefono|llamada|linea|espera|pausa|casa|coche|puerta|tele|radio)\b",
    should=r" (?:tambien |ya )*(?:deberia|tiene que|debe|necesita|tendria que|ha de|habria que)(?: poder)? (?=\w)",
    orders=r"(?:pausa|pare|pausar|parar|para|espere|esperar|siga|seguir|continue|continuar|cancela|descanse|descansar|termine|acabe|se detenga|se pare|deje de trabajar)(?: .*)?",
    states=r"(?:ha|han|esta|estan|fallo|se (?:ha|quedo|rompio)|sigue|peto|termino|acabo|no (?:ha|esta|funciona|va))\b",
    been=r" (?:esta|estaba|ha|se) (?:ya )?(?:corriendo|terminado|parado|fallado|muerto|esperando|pausado|quedado)\b",
    about=r"(?:en cuanto a|sobre|respecto a|con respecto a|acerca de|lo de|pasando a|ahora con|ahora|para|en|siguiente)(?: (?:el|la|los|las))?",
    trailing_heads=rf"(?:(?:crea|lanza|con|en|monta|abre|pon|arranca)(?:me)? (?:un )?)?(?:nuevo|otro|un) {_AGENT}|{_AGENT} nuevo",
    here=r"(?:ahi|alli|aqui|alla|en (?:ese|este|el mismo|esa)(?: (?:repo|repositorio|proyecto|mismo))?|por favor|porfa|porfi|tambien|ya|ahora|de nuevo|mejor)",
    task_verbs=(
        r"(?:arregl|anad|agreg|actualiz|implement|escrib|refactoriz|sub|migr|renombr|quit|reemplaz|sustitu|mejor|limpi|optimiz|investig|averig|convert|conviert|document|aceler|configur|prueb|test|valid|extra|simplific|correg|corrig|repar|reescrib|divid|habilit|deshabilit|desactiv|cambi|gener|traduc|format|cache|oculta|muestr|orden|rot|reintent|borr|elimin|limit|redonde|us|"
        r"renderiz|aline|fij|extend|extiend|resuelv|resolv|conect|revis|pagin|export|import|implementa|integr|adapt|haz|pon|met|mueve|mover|sac|baj|reduc|aument|crea|unific|separ|desacopl|compil|comprim|cifr|encript|registr|notific|soport|evit|asegur|comprueb|comprob|deja de|bloque)"
        r"(?:a|e|ar|er|ir|ad|ed|id|an|en|uye|uir|es|as|i|y|z|ue|ae|ga)?(?:le|les|lo|la|los|las)?"
    ),
    places=r"en(?: lo de)?|para(?! (?:que\b|no\b|\w+(?:ar|er|ir|arlo|erlo|irlo)(?: |$)))|sobre|dentro de|con el (?:repo|repositorio|proyecto)(?: de(?:l| la| los)?)?|dentro del",
    weak_places=r"a|al|de|del|con|hacia|por|sobre lo de",
    articles=r"(?:el|la|los|las|mi|nuestro|nuestra|lo|este|ese|tu)? ?(?:repositorio|repo|proyecto|codigo|modulo)(?: (?:de (?:los|las|la|el)|del|de|llamado))?|el|la|los|las|mi|nuestro|nuestra|lo de|lo|este|ese|tu",
    subjects=r"por que|que|si|como|donde|cuando",
    place_nouns=r"(?:(?:el |mi |nuestro )?(?:repos?|repositorio|proyecto))(?: (?:de (?:los|las|la|el)|del|de))?",
    branch=r"(?:(?:,|y|tambien|pero) )?(?:(?:en|con|usa|usando|desde|de|sobre|a|crea|hazlo en|en la|trabaja en|metelo en|ponle|llama|que use|que vaya en|base|partiendo de|dentro de) )*(?:la |una |su |tu |mi |otra )?(?:nueva )?(?:rama|branch)(?: nueva| aparte)?(?: (?:que se llame|llamada|de nombre|con nombre|nombre|sea|es|a|se llama))?(?: [:,])?",
    code=r"\b(?:bugs?|tests?|pruebas?|paginas?|endpoints?|apis?|boton(?:es)?|formularios?|consultas?|readme|docs?|documentacion|tipos|ci|builds?|config\w*|migracion(?:es)?|dependencias?|login|logout|errores?|excepcion(?:es)?|componentes?|modulos?|clases?|funcion(?:es)?|metodos?|base de datos|esquema|cache|logs?|linter|modo oscuro|ui|css|html|layout|header|footer|cabecera|menu|modal|buscador|filtros?|paginacion|auth\w*|tokens?|webhooks?|colas?|cron|scripts?|cli|sdk|docker\w*|kubernetes|terraform|helm|pipelines?|workflows?|parser|validacion|timeouts?|reintentos?|rate limit\w*|cobertura|python|node|react|typescript|javascript|codigo|traducciones?|i18n|accesibilidad|responsive|subida|descarga|csv|json|xml|pdf|plantillas?|librerias?|version(?:es)?|variables?|servidor|cliente|frontend|backend|changelog|jquery)\b",
    no_task=r"(?:muestra|ensena|llama|manda|envia|recuerda|compra|trae|pregunta|avisa)(?:me|le|nos)?\b.*",
    task=(
        r"(?:y )?(?:para )?que(?: me| nos)?(?= (?!(?:se|no|el|la|los|las|al|en|cada|solo|si|cuando|un|una|todos?)\b))(?: (?:pueda|tiene que|debe|haga lo de))?",
        r"(?:y )?para(?= que )",
        r"(?:y )?(?:dile|pidele|encargale|haz|ordenale|indicale|instruyelo para)(?: que)?(?= \w)",
        r"(?:y )?asi(?: me| nos)?(?= \w)",
        r"(?:y|con) (?:que)(?= (?:el|la|los|las) )",
        r"(?:y )?(?:la |su |una )?(?:tarea|mision|instruccion|encargo|trabajo)(?: (?:es|sera|seria|de|consiste en))?(?: :| ,)?",
        r"(?:y )?(?:debe|tiene que|deberia|ha de|hay que|tendra que|habria que|toca|quiero que|necesito que|su trabajo es|que se (?:encargue|ocupe) de)",
        r"(?:con (?:la )?(?:tarea|orden|idea|instruccion|mision) de|encargado de|dedicado a|con el fin de|a fin de|con el objetivo de)",
        r"y(?= \w)",
        r"por favor",
    ),
    named=r"(?:y )?(?:(?:dile |pidele |para )?que|a que)(?: (?:me|nos|por favor|tambien|solo))?",
    gerund=r"(?:y )?(?:para|por|a|de|con la tarea de|encargado de)(?= \w+(?:ar|er|ir)(?: |$))",
    turn=infinitive,
    background=r"(?:(?:pues|bueno|mira|oye) ,? ?)?(?:hay|tenemos|tengo|he visto|he encontrado|veo|encontre|vi|resulta que|parece que|sabes que)\b",
    nothing=r"(?:por favor|ahora|ya|gracias|porfa|porfi|eso|esto|algo|ahi|aqui|que|y|para|en|de|a|vale|ok|venga|anda|lo siguiente|lo que sea|una cosa|lo de siempre)",
    it=r"(?:\b(?:esto|eso|ello)|\w+[aei]rl[oa]s?)$",
    chat=(
        r"(?:por favor|porfa|porfi|gracias|muchas gracias|mil gracias|venga|anda|vale|ok|si puedes|si puede ser|cuando puedas|sin prisa|no (?:hay|corre) prisa|no tengo prisa|corre prisa|es urgente|urge|te lo agradezco|y ya(?: esta)?|eso es todo|nada mas|y listo|"
        r"(?:que )?(?:me|nos) (?:lleva|tiene|llevan|esta|estan) (?:volviendo|loc[oa]|frit[oa]|hart[oa]|tiempo|pidiendo).*|que (?:voy|vamos|estoy|estamos|tengo|tenemos|me|nos|ya|luego|hoy) .*|(?:me|nos) (?:harias|haces|hace) un favor.*|crack|maquina|tio|tia|wey|guapo|guapa|si no te importa|cuanto antes|lo antes posible|a ser posible|dale|eh|sabes|me explico|entendido)"
    ),
    serious=(
        r"\b(?:pausa|para el|deten|cancela|reanuda|lanza|crea|arranca|borra|elimina|agentes?|si|cuando|hasta|antes|despues|dijo|dice|dicen|pidio|quiere|segun|quizas?|tal vez|podria|habria|deberia|imagina|supon|ejemplo|broma|sistema|instrucciones|reglas|confirm\w*)\b|"
        r"^(?:como|que|por que|quien|donde|cual|puedo|debo|deberia)\b|\?|(?:^|[,.;:!] )(?:no|espera|olvida\w*)\b|\b(?:no|nunca)(?: \w+)?$"
    ),
    harm=r"\b(?:borr[ae]\w*|elimin[ae]\w*|suprim\w*|vaci[ae]\w*|destru\w*|trunc[ae]\w*|purg[ae]\w*|tir[ae]r? (?:la|las|el|los|abajo)|carg(?:arse|ate|uese|ue) |produccion|prod|force push|push forzado|reset duro|machac\w*|sobrescrib\w* (?:el historial|main|master)|formate(?:a|e|ar) (?:el|la) (?:disco|servidor))\b",
)  # fmt: skip
