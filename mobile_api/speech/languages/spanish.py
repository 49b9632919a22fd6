"""Spanish: how people say it to a phone, on both sides of the ocean."""

from mobile_api.speech.language import Language
from mobile_api.speech.languages.spanish_creating import CREATING
from mobile_api.speech.languages.spanish_forms import FORMS
from mobile_api.speech.languages.spanish_gist import GIST
from mobile_api.speech.languages.spanish_heard import DIGITS, LETTERS, tidied
from mobile_api.speech.languages.spanish_refused import (
    CORRECTIONS,
    FORGET,
    MAKE_IT,
    NOT_THAT,
    REFUSED,
    WEAK_CORRECTIONS,
)
from mobile_api.speech.languages.spanish_verbs import BARE, SEVERAL, VERBS

_ACTING = r"(?:pausar|parar|detener|cancelar|reanudar|continuar|saber|ver|poner|dejar|seguir|retomar|matar|terminar|abortar|crear|lanzar|abrir|montar|hacer|arrancar|reactivar|que)"
_MARKERS = (
    "agente agentes al como del deten el en esta estan estado favor porfa porfi lo los la las mi mis novedades para pausa por que reanuda reanudar sigue siga todo todos un una "
    "cancela cancelar continua crea inicia uno dos tres cuatro cinco seis siete ocho nueve diez le les queda falta hay alguno alguna algun alguien quien cual cuales cuanto cuando donde dime cuentame contame ponme hazme creame pongame hagale pare pausen se sus muy mas ya termino acabo mata aborta termina ponlo ponla ponlos dejalo dejala congelalo congela "
    "congelala pausalo pausala pausalos cancelalo cancelala cancelalos paralo parala paralos detenlo matalo reanudalo continualo retomalo cargatelo cargate otro nuevo fuera retoma aparca eso este ese "
    "resumen con arregla arreglar anade lanza arranca monta olvidalo nada y de venga despierta adelante quita sobre despausa despausalo dale tal va"
)

SPANISH = Language(
    code="es",
    name="Español",
    markers=frozenset(_MARKERS.split()),
    lead=(
        r"ok|okay|vale|bueno|bien|oye|oiga|oigan|hola|hey|ey|che|eh|ah|por favor|porfa|porfi|ahora|pues|entonces|y|cadence|venga|anda|mira|a ver|escucha|perfecto|genial|estupendo|si(?= ,)|claro|dale(?= ,)|listo(?= ,)|va(?= ,)|ya(?= ,)|hombre|tio|tia|wey|guey|parce|parcero|mijo|gracias(?= ,)|buenas|buenos dias|muy bien|bueno pues|nada(?= ,)|pues nada|una cosa|otra cosa|por cierto|rapido|rapidito|ahorita|tambien|luego|de paso|mejor|haz el favor de|hazme el favor de|hazme un favor(?: y)?|si no te importa|si puedes|cuando puedas|mientras tanto|disculpa|perdona(?= ,)",
        rf"(?:me |nos )?(?:puedes|podrias|puede|podria|pueden|podeis|quieres|podes)(?: usted)?(?: por favor)?|(?:yo )?(?:quiero|quisiera|querria|necesito|necesitamos|queremos|me gustaria|tenemos que|hay que|tengo que|toca|prefiero)(?: que)?(?= {_ACTING}\b)|vamos a|ve a|te importa(?:ria)?(?= {_ACTING}\b)|hay que(?= \w+r\b)",
    ),
    tail=(
        r"por favor|porfa|porfi|porfis|gracias|muchas gracias|mil gracias|ahora|ya|ahora mismo|ahorita|ahorita mismo|de momento|por ahora|por el momento|enseguida|anoche|ayer|esta semana|todavia|aun|otra vez|de nuevo|hoy|anda|venga|vale|eh|ok|tio|tia|che|wey|guey|jefe|cadence|crack|maquina|hombre|"
        r"ya mismo|cuanto antes|de una vez|de inmediato|inmediatamente|directamente|(?<!mas )rapidito|y ya|y ya esta|y listo|tambien|si (?:me )?haces el favor|si puedes|si puede ser|si no te importa|cuando puedas|si eres tan amable|nomas|al final|por hoy|mientras tanto|temporalmente|mientras|entonces|pues|luego|verdad|no(?= \?)",
        r"hasta (?:luego|manana|despues|el lunes|la tarde|nuevo aviso|que (?:yo )?(?:vuelva|acabe|termine|te (?:diga|avise)|os diga)(?: \S+){{0,3}}|despues de (?:comer|la reunion|la comida))|antes de (?:comer|la reunion|salir|irme)|mientras (?:como|estoy|voy|hablo|comemos)(?: \S+){{0,3}}|esta (?:tarde|noche|manana)",
    ),
    verbs=VERBS,
    bare=BARE,
    forms=FORMS,
    gist=GIST,
    creating=CREATING,
    corrections=CORRECTIONS,
    weak_corrections=WEAK_CORRECTIONS,
    not_that=NOT_THAT,
    make_it=MAKE_IT,
    forget=FORGET,
    refused=REFUSED,
    explaining=r" [,.;!] (?:que|porque|pues|ya que|es que|asi|me|tengo|voy|vamos|estoy|ya no|no hace falta|no lo|se)\b.*$| (?:porque|ya que|es que|asi que) .*$",
    joins="y|e|luego|pero|despues|o",
    another_target=r"(?:(?:lo|los)(?= [,.;]|$)|todos|todo|(?:el |al |los )?agentes?\b|(?:el|al) (?:uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|\d+)\b).*",
    another_agent=r"(?:(?:lanza|crea|pon|abre|arranca|monta)?(?:me)? ?(?:otro|un) (?:nuevo )?agente\b|otro (?:en|para|que)\b)",
    several=SEVERAL,
    heard=tidied,
    letters=LETTERS | DIGITS,
)
