"""Spanish: pause, resume, stop and how it goes, as people say them."""

from mobile_api.speech.frame import Intent

WHILE = r"(?:durante |por )?(?:un|una|unos|unas|cinco|diez|dos|tres|quince|media)(?: par de)? ?(?:momento|momentito|momentico|cacho|cachito|toque|ratico|rato|ratito|segundo|segundito|segundos|minuto|minutito|minutos|hora|horas|poco|poquito|tiempo)"
_PAUSE = r"(?:pausa(?:r|d|s|te)?|pausen?|suspend(?:e|er|ed|a|an)|congela(?:r|d)?|congelen?|aparca(?:r|d)?|aparque|interrump(?:e|ir|a)|hiberna|duerme|frena(?:r|d)?|pon en pausa|poner en pausa|deja en pausa|pon en espera|deja aparcado|pausame|frena)"
_RESUME = r"(?:reanuda(?:r|d)?|reanuden?|continua(?:r|d)?|continue|retoma(?:r|d)?|retome|reactiva(?:r|d)?|reinicia(?:r)?|despierta|sigue|seguir|seguid|segui|prosigue|proseguir|descongela(?:r)?|despausa(?:r)?|relanza(?:r)?)"
_STOP = r"(?:para|deten|detene|detengan|detenga|detener|detened|cancela(?:r|d)?|cancelen?|mata(?:r|d)?|mate|termina(?:r|d)?|termine|acaba(?:r)?|aborta(?:r|d)?|aborte|elimina(?:r)?|finaliza(?:r)?|cierra|apaga(?:r)?|corta(?:r)?|parar|parad|pare|cargate|tumba(?:r)?|descarta(?:r)?|liquida|fuera|baja(?:r)?(?= (?:a |el |la |al )?(?:agente|bot)))"
_NOW = r"(?: (?:ya|ahora|ahora mismo|tambien|directamente|de una vez|inmediatamente))?"
_GO = r"(?:seguir|continuar|reanudar(?:se)?|proseguir|arrancar(?: otra vez)?|trabajar(?: otra vez)?|volver a trabajar)"

VERBS = {
    Intent.PAUSE: (
        rf"{_PAUSE}{_NOW}(?: {WHILE})?(?: con)?(?: a)? {{ref}}",
        r"(?:pon(?:me)?|deja(?:me)?|poner|dejar|poned|dejad|ponga(?:me)?|deje(?:me)?|pone(?:me)?|dejemos|pongamos)(?: a)? {ref} (?:en (?:pausa|espera|stand ?by|modo pausa)|aparcad[oa]s?|pausad[oa]s?|congelad[oa]s?|quiet[oa]s?|para (?:luego|despues))",
        r"(?:haz|hacer) una pausa (?:con|en) {ref}",
        rf"(?:deten|detener|parar|para)(?: a)? {{ref}} (?:{WHILE}|temporalmente|hasta luego|por ahora|de momento)",
        rf"(?:deten|detener|parar|para) (?:{WHILE}|temporalmente) (?:a |con )?{{ref}}",
    ),
    Intent.RESUME: (
        rf"{_RESUME}{_NOW}(?: con)?(?: a)? {{ref}}",
        r"(?:que )?(?:siga|continue|sigan|continuen)(?: ya)?(?: con)? {ref}",
        r"que {ref} (?:siga|continue|sigan|continuen|prosiga)",
        rf"{{ref}}(?: ya)? (?:ya )?(?:puede|puedes|pueden) {_GO}",
        r"(?:deja|haz) que {ref} (?:siga|continue|sigan|continuen)",
        rf"deja(?: a)? {{ref}} {_GO}",
    ),
    Intent.STOP: (
        rf"{_STOP}{_NOW}(?: con)?(?: a)? {{ref}}",
        r"(?:haz que|que) (?:pare|termine|acabe)(?: ya)? {ref}",
        r"(?:haz )?que {ref} (?:pare|paren|termine|acabe)",
    ),
    Intent.STATUS: (
        r"(?:como|que tal) (?:va|van|esta|estan|sigue|siguen|anda|andan|le va a|marcha|marchan)(?: ya)?(?: con)? {ref}(?: ahora| hoy)?",
        r"(?:que|en que) (?:hace|hacen|esta haciendo|estan haciendo|trabaja|paso con|pasa con|ha hecho|esta trabajando|ha pasado con|anda haciendo|hizo) {ref}",
        r"(?:ya )?(?:termino|acabo|ha terminado|ha acabado|esta listo|esta lista|esta terminado|fallo|ha fallado|funciona|esta corriendo) (?:ya )?{ref}",
        r"{ref} (?:ya )?(?:termino|acabo|ha terminado|esta listo|esta lista|ha acabado|fallo)(?: ya)?",
        r"(?:cual es |dame |dime |muestrame )?(?:el |un |una )?(?:estado|estatus|progreso|actualizacion|resumen|informe)(?: actual)? (?:de|del|de la|sobre|sobre el) {ref}",
        r"(?:hay )?(?:alguna |algun )?(?:novedad|novedades|noticias|progreso|avance|avances)(?: de| del| con| sobre| en)* {ref}",
        r"(?:por que|porque) (?:fallo|ha fallado|espera|esta esperando|tarda tanto|esta parado|se paro|se detuvo) {ref}",
        r"(?:muestrame|ensename|revisa|mira|comprueba|checa|chequea|dime como va|dime como van|hablame de|cuentame de) (?:a )?{ref}",
        r"(?:cuanto|cuando) (?:le falta a|le queda a|falta para|terminara|termina|acaba) {ref}",
        r"(?:donde|por donde) (?:va|esta|van) {ref}",
        r"(?:que|cual|cuales)(?: agente| agentes)? (?:esta|estan) {ref}",
    ),
}
BARE = {
    rf"(?:pausa|pausar|para|pare|deten|espera|frena)(?: (?:lo|la|ahi|ya))* {WHILE}": "pause",
    r"(?:pausa|pausar|pause|pausa (?:lo|la|el agente)|pon (?:lo|la) en pausa|haz una pausa|en pausa)": "pause",
    r"(?:continua|continuar|reanuda|reanudar|reanuda (?:lo|la)|sigue|seguir|continua (?:lo|la)|continue|retoma (?:lo|la)|sigue adelante|despausa (?:lo|la))": "resume",
    r"que (?:continue|prosiga|arranque)(?: ya| entonces)?": "resume",
    r"(?:cancela|cancelar|(?:cancela|deten|para|mata|termina|aborta|finaliza) (?:lo|la)|deten|para|aborta|cargate (?:lo|la))": "stop",
    r"(?:cancela|deten|para|mata|cierra) (?:los|las|lo)(?: todos| todas| todo)": "stop all",
    r"(?:cancela|deten|para|mata) los": "stop all",
    r"(?:estado|estatus|status|que esta pasando|que pasa|que hay(?: de nuevo)?|novedades|alguna novedad|hay novedades|hay alguna novedad|resumen|como va todo|como van(?: las cosas| todos)?|como (?:va|anda) la cosa|como andan(?: las cosas)?|"
    r"actualizacion|(?:dame|hazme|pasame) (?:un |el )?(?:resumen|reporte|informe|estado|estatus|parte|update)(?: general| rapido| de todo)?|que tal (?:va|anda) todo|que tal todo|en que (?:estamos|andamos)|como vamos|que (?:tengo|tenemos|hay) (?:en marcha|corriendo|activo)|ponme al dia|reporte|que novedades hay|que se cuece)": "status all",
    r"(?:como (?:va|anda|sigue|vas)|como va eso|ya termino|ya esta|esta listo|ha terminado|ya acabo|le (?:queda|falta) mucho|cuanto (?:le )?(?:queda|falta)|que tal va|por donde va|como lo lleva|va bien)": "status it",
    r"(?:que|cual|hay algun|algun) agente (?:me )?(?:espera|esta esperando)(?: por mi| a que le conteste| respuesta)?|(?:hay )?(?:alguien|alguno|algun agente|algo) (?:que )?(?:me )?(?:(?:esta )?esperando(?:me)?|espera|necesita)(?: por mi| algo| ayuda| una respuesta| respuesta)*|"
    r"(?:hay )?(?:alguien|alguno|algun agente|algo) (?:que este )?(?:atascado|bloqueado|trabado|atorado|parado)|(?:quien|que|cuales?) (?:me )?(?:espera|necesita|esta(?:n)? esperando(?:me)?)(?: algo| por mi| respuesta)*": "status waiting",
    r"(?:que|cuales?|quien|alguno|ha|han|algo)(?: agentes?)?(?: se)?(?: ha| han)? (?:fallado|fallo|fallaron|petado|roto|fallado alguno|fallado algo|petado alguno|tronado)|(?:ha|hay) (?:fallado|petado) (?:algo|alguno|algun agente)|algo (?:ha ido|salio) mal": "status failed",
    r"(?:que|cuales?|quien|alguno|ha|han|algo)(?: agentes?)?(?: ya)?(?: ha| han)? (?:terminado|acabado|termino|acabo|terminaron|terminado alguno|acabado alguno|esta listo|estan listos)(?: ya)?|ya termino alguno": "status completed",
    r"(?:que|cuales|cual|quien)(?: agentes?)? (?:hay |esta |estan |tengo )?(?:en pausa|pausados?|parados?)": "status paused",
    r"que (?:hay|tengo|tenemos|queda) (?:en (?:la )?cola|pendiente)": "status queued",
}
SEVERAL = (
    r"(?:pausa(?:r)?|para(?= (?:el agente|al agente|los agentes|el \w+$|lo$|todo))|deten|cancela(?:r)?|inicia|reanuda(?:r)?|crea|lanza|continua|muestra(?= el)|aborta|mata|cargate|arranca|termina(?= el (?:agente|\w+$))|retoma|"
    r"(?:pon|deja)(?= (?:\w+ ){1,4}en (?:pausa|marcha)))"
)
