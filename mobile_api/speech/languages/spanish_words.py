"""Spanish: the developers' words that are said in Spanish where titles and names are English.

A word stands for itself, too; "|" parts what it may be. Verbs are stems: "arregl" is *arreglar*,
*arregla* and *arreglando*.
"""

_NOUNS = """
acceso: access login auth; accesibilidad: accessibility a11y; adjunto: attachment;
administracion: admin; aduana: customs; ajuste: settings; alarma: alarm alert; alerta: alert;
almacen: warehouse store storage; almacenamiento: storage; amigo: friend; analitica: analytics;
analisis: analysis analytics; anuncio: ad announcement; apellido: surname name; archivo: file
archive; arranque: startup boot start; asiento: seat; atajo: shortcut; audiencia: audience;
autenticacion: auth authentication login; autocompletado: autocomplete; aviso: notice alert
notification notify warning; ayuda: help; balance: balance; bandeja: inbox tray; barra: bar;
base: base; billete: ticket; biblioteca: library; bloqueo: lock block; boletin: newsletter;
bolsa: bag; boton: button; borrador: draft; buscador: search finder; busqueda: search; buzon:
inbox mailbox; cabecera: header; cache: cache; caducidad: expiry expiration; caja: box checkout;
calendario: calendar; camara: camera; cambio: change; campana: campaign; campo: field; canal:
channel; capa: layer; captura: screenshot capture; cargador: loader; carga: load loading loader
upload; carpeta: folder; carrito: cart; carrusel: carousel; casilla: checkbox; catalogo:
catalog; certificado: certificate cert; cierre: closing logout shutdown; cifrado: encryption
encrypt; cita: appointment booking; ciudad: city; clave: key password; cliente: client customer;
cobro: charge billing payment; codigo: code; cola: queue; color: color; columna: column;
comentario: comment; compra: purchase order shopping; comprobante: receipt; conexion: connection offline; configuracion: config settings setup; confirmacion: confirmation; consola: console;
consulta: query; contador: counter; contenedor: container; contrasena: password; contrato:
contract; copia: copy backup; correo: email mail; coste: cost; cuadricula: grid; cuadro:
dashboard table; cuenta: account; cuota: quota fee; cupon: coupon; curso: course; datos: data;
dato: data; demora: delay; dependencia: dependency deps; deposito: warehouse deposit;
desarrollo: development dev; descarga: download; descuento: discount; deslizador: slider;
despliegue: deploy deployment rollout; destinatario: recipient; detalle: detail; diagrama:
diagram chart; direccion: address; diseno: design layout; disponibilidad: availability;
dispositivo: device; divisa: currency; documentacion: docs documentation; documento: document
docs; duplicado: duplicate; efecto: effect; ejemplo: example; empleado: employee; empresa:
company; encabezado: header; encuesta: survey poll; enlace: link; entorno: environment env;
entrada: input ticket entry; entrega: delivery; envio: shipping shipment sending delivery;
error: error bug; esquema: schema; estado: status state; estadistica: stats statistics; estilo:
style; etiqueta: label tag; evento: event; factura: invoice billing bill; facturacion: billing
invoicing; fallo: failure bug crash; fecha: date; fichero: file; fichaje: clock; filtro: filter;
firma: signature signing; flujo: flow workflow stream; foro: forum; formato: format; formulario:
form; foto: photo; fuente: font source; fuga: leak; gasto: expense; gestion: management; gestor:
manager; grafica: chart graph; grafico: chart graph graphics; grupo: group; guia: guide;
habitacion: room; herramienta: tool; hilo: thread; historial: history; historico: history; hoja:
sheet; hora: time hour; horario: schedule timetable; huella: fingerprint; icono: icon; idioma:
language locale; imagen: image; importe: amount; impresion: print; impresora: printer; impuesto:
tax; incidencia: issue incident ticket; indice: index; informe: report; inicio: home start
login; integracion: integration; interfaz: interface ui; internacionalizacion:
internationalization i18n; inventario: inventory; inquilino: tenant; jugador: player; juego:
game; laboratorio: lab; lector: reader scanner; letra: letter font; libro: book; libreria:
library; limite: limit; limpieza: cleanup; lista: list; listado: list listing; llamada: call;
llave: key; lote: batch; mando: controller; mapa: map; marca: brand mark; marcador: marker
bookmark score; memoria: memory; mensaje: message; mensajeria: messaging; mercado: market
marketplace; meta: goal; metrica: metrics; migracion: migration; miembro: member; miniatura:
thumbnail; modo: mode; moneda: currency coin; monedero: wallet; movil: mobile; motor: engine;
muestra: sample; navegacion: navigation nav; navegador: browser; nivel: level; nombre: name;
nomina: payroll; noticia: news; notificacion: notification; nube: cloud; numero: number; obra:
work; oferta: offer; orden: order; ordenacion: sort sorting; oscuro: dark; paciente: patient;
pagina: page; paginacion: pagination; pago: payment checkout; pais: country; paisaje: landscape;
pantalla: screen display; panel: panel dashboard; papelera: trash; pasaporte: passport;
pasarela: gateway; pedido: order; perfil: profile; permiso: permission; pestana: tab; pie:
footer; pieza: piece part; plantilla: template; plazo: deadline term; politica: policy; portada:
cover home; portal: portal; precio: price pricing; prestamo: loan; presupuesto: budget quote;
proceso: process job; producto: product; promocion: promotion promo; proveedor: provider
supplier vendor; prueba: test; puente: bridge; puerta: door gate; puerto: port; pulsera:
bracelet; puntuacion: score scoring; raton: mouse; rebote: bounce; receta: recipe prescription;
reclamacion: claim; recibo: receipt; recomendacion: recommendation; recordatorio: reminder; red:
network; reembolso: refund; reembolsos: refunds; referencia: reference; registro: log register
signup registry record logging; regla: rule; reloj: clock watch; rendimiento: performance;
reparto: delivery; repositorio: repo; reproductor: player; reserva: booking reservation;
respaldo: backup; respuesta: response reply; resultado: result; resumen: summary digest;
retraso: delay latency; reunion: meeting; ruta: route path; saldo: balance; sala: room; sabor:
flavor; salida: output exit logout; salud: health; seguidor: follower; seguimiento: tracking
tracker; seguridad: security; seguro: insurance; sello: stamp; sensor: sensor; servicio:
service; servidor: server; sesion: session login; sitio: site; sonido: sound; sombra: shadow;
solicitud: request application; subida: upload; suscripcion: subscription; sucursal: branch
store; suelo: floor; tabla: table; tablero: board dashboard; tamano: size; tarea: task job;
tarifa: rate fare tariff pricing; tarjeta: card; tasa: rate; teclado: keyboard; telefono: phone;
tema: theme topic; temporizador: timer; tesela: tile; texto: text; tienda: shop store storefront; tiempo:
time weather; tipografia: font typography; titulo: title; traduccion: translation;
transferencia: transfer; tuberia: pipeline; turno: shift turn; ubicacion: location; usuario:
user; validacion: validation; valor: value; vehiculo: vehicle; venta: sale; ventana: window;
vista: view; videollamada: video call; llamado: call; horaria: time; obsoleto: deprecated obsolete legacy; abandonado: abandoned abandonment; abandono: abandonment; verificacion: verification auth; dos: two; tres: three; paso: step factor; nota: note; voz: voice; pie: footer; permisos: permissions; salud: health; cola: queue; memoria: memory; copia: copy backup; reaccion: reaction; vendedor: seller vendor; comprador: buyer; sincronizacion: sync synchronization; desconectado: offline; bateria: battery; boleto: ticket; boleta: receipt; pasajero: passenger; chofer: driver; conductor: driver; repartidor: courier driver; camion: truck; mascota: pet; barco: boat ship; marea: tide; clima: weather climate; cajero: cashier atm; deseo: wishlist wish; favorito: favorite; valoracion: rating review; resena: review; arbol: tree; rama: branch; cartera: wallet portfolio; cobertura: coverage; redondeo: rounding; precision: accuracy; ticket: ticket; junta: meeting; cochera: garage; celular: mobile phone; computadora: computer; planilla: sheet; encabezado: header; vencimiento: expiry; costo: cost; envios: shipping; historia: history record; clinica: clinic; medico: doctor medical; laboratorio: lab; plata: money; viaje: trip travel; vuelo: flight; zona: zone; claro: light; doble: two double;
factor: factor; nocturno: nightly night; diario: daily journal; semanal: weekly; mensual:
monthly; lento: slow; rapido: fast quick; inestable: flaky; infinito: infinite; espera: waiting
wait; caida: crash outage; rotura: break; fila: row queue; cifra: figure; subtitulo: subtitle;
fundido: fade; escaneo: scan; escaner: scanner; lectura: reading read; escritura: write;
muestreo: sampling; comision: fee commission; cancion: song; deuda: debt; parada: stop; parche:
patch; mejora: improvement; arreglo: fix
"""
_VERBS = """
arregl: fix; corrig: fix correct; correg: fix correct; repar: fix repair; anad: add; agreg: add;
met: add put; quit: remove drop; elimin: remove delete; borr: delete; actualiz: update upgrade
bump; migr: migrate migration; mejor: improve; cambi: change switch; cambie: change switch;
muev: move; mov: move; sub: upload bump raise; baj: lower download; envi: send; mand: send; le:
read parse; guard: save store; limpi: clean cleanup; prob: test; prueb: test; traduc: translate
translation; traduzc: translate; reescrib: rewrite; escrib: write; rehac: rewrite redesign;
redisen: redesign; refactoriz: refactor; rot: rotate rotation; reintent: retry; incrust: embed;
estabiliz: stabilize; comprim: compress; orden: sort order; agrup: cluster group; acort:
shorten; aceler: speed; carg: load; descarg: download; despleg: deploy; desplieg: deploy; mostr:
show display; muestr: show display; ocult: hide; cifr: encrypt; encript: encrypt; bloque: block
lock; cach: cache; cache: cache; divid: split; separ: split separate; unific: unify merge;
fusion: merge; limit: limit; record: remember reminder; recuerd: remember; avis: notify alert;
notific: notify notification; pag: pay payment; pint: paint draw render; dibuj: draw render;
renderiz: render; ajust: adjust settings; acced: access; cierr: close; repart: distribute;
reduc: reduce; aument: increase; comprob: check; revis: check review; simplific: simplify;
soport: support; admit: support; extra: extract; saca: extract
"""


def _table(text: str) -> dict[str, str]:
    entries = (entry.split(":") for entry in text.split(";"))
    return {word.strip(): "|".join(english.split()) for word, english in entries}


TOPICS, STEMS = _table(_NOUNS), _table(_VERBS)
# Endings of words -> of their cognates, or of the word that is in the tables.
ENDINGS = (
    ("ciones", "tion"), ("cion", "tion"), ("idades", "ity"), ("idad", "ity"), ("ces", "z"),
    ("es", ""), ("s", ""), ("as", "o"), ("a", "o"), ("os", ""), ("o", ""), ("as", ""), ("a", ""),
    ("e", ""), ("ar", ""), ("er", ""), ("ir", ""), ("ando", ""), ("iendo", ""), ("an", ""),
    ("en", ""), ("ado", ""), ("ada", ""), ("ico", "ic"), ("ica", "ic"),
)  # fmt: skip
