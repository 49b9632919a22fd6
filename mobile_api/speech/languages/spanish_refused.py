"""Spanish: sentences with a command in them that are none, and how one is taken back."""

_NOT_DO = r"(?:(?:pause|pare|cancele|mate|termine|aborte|lance|cree|arranque|elimine|borre|inicie|toque|deje|quite|cierre|reanude|continue|reinicie)[sn]?|par[eé]s|pong[ao][sn]?|deteng[ao][sn]?|sig[ao][sn]?|hag[ao][sn]?|vay[ao][sn]?(?! bien| mal)|se te ocurra)"
REFUSED = {
    "injection": (
        r"(?:.*\b(?:ignora|ignorad|olvida|olvidate|desactiva|saltate|omite|anula)\b(?: \S+){0,3} (?:instrucciones|reglas|normas|confirmacion\w*|restricciones|politicas|limites|indicaciones|seguridad|ordenes).*|.*\bsin (?:preguntar|confirmar|confirmacion|pedir|pedirme|que me preguntes|mi permiso)\b.*|"
        r".*\b(?:de|a) (?:todo el mundo|todos los usuarios|otros usuarios|otras personas|los demas usuarios|todos mis companeros|todas las cuentas|la empresa entera|otro usuario)\b.*|(?:sistema|system|asistente|usuario|instruccion) ?:.*|"
        r".*\b(?:no (?:hace falta|pidas|necesita|requiere) (?:la )?confirmacion|prompt|contrasenas? de|tokens? de acceso|claves? (?:de la )?api|modo (?:administrador|desarrollador|admin)|eres ahora|ahora eres|actua como|finge|haz como (?:si|que)|devuelve (?:un )?json|needs confirmation|confirmado por defecto|marca(?:lo)? como confirmado)\b.*)"
    ),
    "reported": (
        r"(?:(?!(?:ok|ojo|vale|cadence|oye|urgente|orden|comando|nota|agente|porfa|venga)\b)\w+ : (?:pausa|para|deten|cancela|reanuda|continua|mata|aborta|sigue)\b.*|(?:el|ella|alguien|mi \w+|me|nos|te|la \w+|el \w+|los \w+|\w+)(?: (?:me|te|nos|le|les|ya))* (?:dijo|dice|dicen|dijeron|decia|pidio|pide|piden|pregunto|pregunta|ha dicho|han dicho|ha pedido|habia dicho|quiere que|queria que|comento|escribio|ordeno|sugirio|propone|recomienda|insiste|conto|esta diciendo)\b.*|"
        r".*\b(?:dijo|dicho|dice|dijeron|pregunto|pidio|pedido|comento|escribio|avisado|contado|asegura|segun) (?:que|si|de)\b.*|(?:segun|dicen que|se dice|por lo visto|al parecer|la frase|la palabra|el comando|repite|cito|di en voz alta) .*|.*\b(?:decir|gritar|diga|gritaba|leer) ,? ?(?:pausa|para|cancela|deten).*)"
    ),
    "negated": (
        rf"(?:(?:por favor |oye |eh |que |y |pero |mejor )*(?:no|nunca|jamas|tampoco|ni|ni se te ocurra|nada de|para nada|evita|en vez de|en lugar de)\b(?! (?:se si|sabes|ha |han |habra|esta |hay |termina|funciona|va |quiero saber|acaba|le )).*|"
        rf"(?!.*\b(?:un|otro|nuevo|una) (?:nuevo )?agente\b|.*\balguien\b|.*\bagente nuevo\b).*\b(?:no|nunca|tampoco|ni)(?: (?:me|te|se|nos|lo|la|los|las|le|les|quiero que|hay que|hace falta que|debes|tienes que|vayas a|quiero|debe))* {_NOT_DO}\b.*|"
        r".*\bno (?:quiero|debes|hay que|hace falta|tienes que|deberias) (?:\w+ )?(?:pausar|parar|cancelar|detener|reanudar|crear|lanzar|tocar|matar|que (?:lo |los |la )?\w+es?)\w*\b.*|.*\bsin (?:pausar|parar|cancelar|detener|reanudar|tocar)\w*\b.*)"
    ),
    "question": (
        r"(?:que (?:pasa|pasaria|sucede|sucederia|ocurre|ocurriria|significa|hace)\b.* (?:si|cuando)\b.*|que (?:significa|quiere decir|diferencia|comandos?|puedo|puedes|debo|deberia)\b.*|deberia(?:mos)?\b.*|debo .*|como (?:puedo|podria|se|paro|pauso|detengo|inicio|cancelo|reanudo|creo|lanzo|hago|funciona|hay que|le digo|te digo|creamos)\b.*|"
        r"(?:puedo|podemos|puede uno|se puede|se pueden|es posible|es seguro|vale la pena|conviene|tendria que|hace falta|hay forma|hay manera|merece la pena|es buena idea|seria)\b.*|(?:cuando|por que|donde|cuantos|quien) (?:debo|deberia|puedo|hay que|habria|se puede|puede|agentes puedo)\b.*|(?:para que sirve|explica|explicame|ensename como|cual es (?:el comando|la diferencia))\b.*|(?:he|hemos|habia|habiamos) .*|(?:la|lo|los|las|el) (?:\w+ )?he \w+ado ?.*|cuanto (?:cuesta|cobra|vale)\b.*)"
    ),
    "hedged": (
        r"(?:(?:yo |pues |hombre |a ver |nosotros )?(?:creo|pienso|pensaba|pense|estaba (?:pensando|por|a punto)|estoy (?:pensando|dudando)|iba a|ibamos a|queria|dudo|supongo|imagino|imagina|imaginate|me pregunto|espero|ojala|casi|acabo de|ya (?:he|yo)|yo (?:pause|pare|cancele|lance|reanude|mate|termine|aborte|acabe|deje|arranque|cree|suspendi|detuve|puse)|ayer|antes)\b(?! (?:(?:un|otro) (?:nuevo )?agente|saber|ver|que (?:estas|me)|preguntar|pedirte|pedir)\b).*|"
        r"quizas?\b.*|(?:sigue|sigan|seguid|continua) asi\b.*|(?:para|por) mi ,? ?que\b.*|tal vez\b.*|a lo mejor\b.*|igual (?:deberia|habria|hay que|podriamos|lo|es mejor).*|puede que\b.*|(?:habria|hubiera|tendria|tendriamos|podriamos|deberiamos|deberias|deberia|podria)\b(?! (?:usted|ser|decirme|darme)\b).*|"
        r"(?:si|cuando|en cuanto|apenas|a menos que|en caso de|siempre que|tan pronto|mientras|aunque)\b(?! ,)(?! (?:tal|va|van|esta|estan|anda|andan|sigue|siguen|le|les|lo|vas?|vamos|fue|ha|han|termin|acab|puedes|podrias|marcha|quieres|se (?:encuentra|ve)|llev|quedo|salio|progresa|avanza|de|es)\w*).*|.*\b(?:pero )?(?:no se|no estoy segur[oa]|ni idea|tu decides|ya veremos|no lo tengo claro)$|(?:por favor )?(?:pausa|deten|para|cancela|reanuda|continua|mata|termina|aborta|sigue|pon|deja|arranca)\b(?!.*\b(?:un|otro|nuevo) (?:nuevo )?agente\b).* (?:si (?:falla|fallan|termina|acaba|sigue|no (?:ha|hay|termina|acaba)|tarda|se|alguien|ves|todo|hay|el|la|los|las|pasa|llega)\b|cuando (?:acabe|termine|llegue|haya|este|pase|falle|acaben|terminen|el|la|puedas no)|en cuanto|a menos que|salvo que|siempre que|apenas) .*)"
    ),
    "elsewhere": (
        r"(?:abre(?:me)?|muestra(?:me)?|ensena(?:me)?|lee(?:me)?|manda(?:me)?|envia(?:me)?|aprueba|mergea|fusiona|mezcla|revisa|comenta|renombra|publica|despliega|sube|haz merge|revierte|cierra|mandale|enviale|dile a (?!un\b|alguien\b|otro\b|el\b|los\b)\w+|avisa(?:me)?|pon(?:me)? (?:musica|una alarma|un recordatorio|la radio|el despertador)|llama(?: a)?|recuerdame|pideme|compra|apunta)"
        r"(?: (?:el|la|los|las|un|una|a|mi|del?|este|ese))* (?:(?:diff|pr|pull request|pull requests|commit|commits|rama|cambios|codigo|branch|merge|release|issue|slack|mail|correo|mensaje|whatsapp|alarma|recordatorio|evento|luz|luces|musica|tele|casa|despertador|wifi|puerta|ventana|persiana|calefaccion|cancion|peli|pelicula)\b(?! (?:de (?:carga|error|bienvenida))).*)|"
        r"(?:mandale|enviale|avisame|avisa|llama|recuerdame|dile a (?!un\b|alguien\b|otro\b|el\b|los\b)\w+|pregunta(?:le)? a)\b.*"
    ),
}
_WAIT = r"(?:espera|esperate|aguanta|para para|un momento|un segundo|perate|aguarda)"
CORRECTIONS = (
    rf"(?:ay |uy |ah |huy )?no(?: ,)?(?: no)*(?: ,)? {_WAIT}|{_WAIT}(?: ,)? (?:no|perdon|perdona|mejor)|(?:ay|uy|huy|ah|uf|oh)(?: ,)? (?:no|perdon|perdona|que no|espera)|quiero decir|quise decir|queria decir|mejor dicho|mejor no(?: ,)?|correccion|no no(?: no)*|no(?: ,)? perdon(?:a)?|"
    r"perdon(?:a|e)?(?: ,)? (?:no|digo|quiero decir|queria decir)|digo(?= ,)|bueno(?: ,)? (?:no|mira|mejor)|(?:pensandolo|pensandomelo) (?:bien|mejor)|me he equivocado|me equivoque|que digo|pero que digo|(?:no(?: ,)? )?al reves|rectifico|cambio de idea|(?:no|o) mejor|(?<=[a-z] )no(?= , )"
    r"|(?<=, )no (?=(?:pausa|deten|cancela|reanuda|mata|el|la|en|agente)\b)(?!(?:el|la) \w+ no)"
)
WEAK_CORRECTIONS = rf"no|{_WAIT}|mejor|perdon|perdona|perdone|disculpa|digo|bueno|o sea|mira|que va|en realidad|olvida eso|borra eso|tacha eso|ay|uy|o|nada(?= ,)|lo siento|fallo mio|mas bien|este no|ese no|sabes que|ups|pensandolo bien|no que|que pena|mejor aun|corrijo"
NOT_THAT = (
    r"no (?:en |para |el |la |al |a )*(?P<taken>[^,.;:!?]+?) (?:[,.;:!?] (?:sino |es )?|sino |es )"
)
MAKE_IT = r"(?:(?:que sea|ponlo|pon lo|hazlo|haz lo|mejor|usa|cambia ?lo|es|era|va|metelo|mejor usa|que vaya|quiero que sea)(?: (?:a|por|mejor))?(?= \S))"
FORGET = (
    r"(?:olvida ?lo|olvidate|olvida(?: eso)?|nada(?: ,? ?nada)*|deja ?lo(?: estar| correr| asi| como esta| pasar| todo)?|no importa|da igual|no|no hagas nada|nada ,? (?:deja ?lo|olvida ?lo)|mejor (?:no|nada|deja ?lo|otro dia)|no hace falta|"
    r"ya no|cancela eso|deja ?lo tal cual|dejemos ?lo|dejemoslo|no no|me lo he pensado mejor|que siga(?: igual| como esta)|ya (?:lo hago|lo miro) yo|no toques nada|dejalos? (?:seguir|como estan)|falsa alarma|sin cambios|no hagas caso|nada de nada|no he dicho nada|era broma)"
)
