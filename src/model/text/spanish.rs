//! Words for codes, in Spanish. People are addressed by *usted*.

use super::{Code, Said};

pub(super) const fn words(code: Code) -> Said {
    match code {
        Code::Unauthenticated => (
            "No ha iniciado sesión",
            "Su sesión ha terminado o nunca se abrió.",
            "Inicie sesión y vuelva a intentarlo.",
        ),
        Code::NotFound => (
            "Aquí no hay nada",
            "Esta página no existe o no es para usted.",
            "Vuelva a sus aplicaciones o pregunte a quien le dio el enlace.",
        ),
        Code::Forbidden => (
            "No puede hacer esto",
            "Puede verlo, pero modificarlo corresponde a otras personas.",
            "Consulte a uno de sus responsables.",
        ),
        Code::BadRequest => (
            "No lo hemos entendido",
            "El formulario o el enlace estaba incompleto.",
            "Vuelva atrás, recargue la página e inténtelo de nuevo.",
        ),
        Code::TooLong => {
            ("Es demasiado largo", "El texto supera lo que podemos guardar.", "Acórtelo y vuelva a intentarlo.")
        }
        Code::RateLimited => (
            "Demasiados intentos",
            "Ha habido demasiados intentos en poco tiempo.",
            "Espere un poco y vuelva a intentarlo.",
        ),
        Code::Internal => (
            "Algo ha fallado por nuestra parte",
            "Ha quedado registrado y nada se ha cambiado a medias.",
            "Inténtelo de nuevo en un minuto. Si continúa, avise a su administrador.",
        ),
        Code::InvitesDisabled => (
            "Las invitaciones están desactivadas",
            "Su organización no invita a nadie por el momento.",
            "Consulte a su administrador.",
        ),
        Code::InviterNotAllowed => (
            "No puede invitar",
            "En su organización invitan otras personas.",
            "Pida que lo haga por usted un administrador o alguien que pueda invitar.",
        ),
        Code::GuestsNotAccepted => (
            "Aquí no se admiten invitados",
            "Este grupo o esta aplicación es solo para personas de la organización.",
            "Elija otra opción o pida a sus responsables que la abran a invitados.",
        ),
        Code::DynamicGroup => (
            "Este grupo se llena solo",
            "Sus miembros dependen de una regla, así que no se puede invitar a nadie.",
            "Elija otro grupo.",
        ),
        Code::AddressEmpty => {
            ("¿A quién quiere invitar?", "La dirección está vacía.", "Escriba la dirección de correo de la persona.")
        }
        Code::AddressInvalid => (
            "Esto no es una dirección de correo",
            "No hemos podido leerla como dirección.",
            "Escríbala así: nombre@example.com.",
        ),
        Code::AddressTooLong => (
            "Esta dirección es demasiado larga",
            "Ningún servidor de correo la aceptaría.",
            "Compruebe si hay algún error al escribirla.",
        ),
        Code::DomainBlocked => (
            "Este dominio está bloqueado",
            "No se admiten invitados de este dominio, aquí o en toda la organización.",
            "Use otra dirección de esa persona o consulte a su administrador.",
        ),
        Code::DomainNotAllowed => (
            "Este dominio no está en la lista",
            "Solo se admiten invitados de los dominios de una lista, aquí o en toda la organización.",
            "Use otra dirección de esa persona o consulte a su administrador.",
        ),
        Code::HomeDomain => (
            "Es una dirección de su propia organización",
            "A los compañeros no se les invita.",
            "Pida a un administrador que los añada.",
        ),
        Code::AlreadyMember => (
            "Esta persona pertenece a su organización",
            "No necesita ninguna invitación.",
            "Añádala al grupo como miembro.",
        ),
        Code::AlreadyInGroup => {
            ("Esta persona ya está en el grupo", "No hay nada que añadir.", "Búsquela en la lista de personas.")
        }
        Code::AccountBlocked => {
            ("Esta cuenta está bloqueada", "La ha bloqueado un administrador.", "Consulte a su administrador.")
        }
        Code::MessageTooLong => {
            ("Su mensaje es demasiado largo", "Puede tener hasta 2000 caracteres.", "Acórtelo y vuelva a intentarlo.")
        }
        Code::NothingChosen => (
            "¿A qué quiere invitar?",
            "No se ha elegido ningún grupo ni ninguna aplicación.",
            "Elija al menos un grupo o una aplicación.",
        ),
        Code::TooManyAddresses => (
            "Son demasiadas direcciones",
            "Este formulario admite hasta 100 a la vez.",
            "Invite a menos personas a la vez o use un archivo.",
        ),
        Code::SomeRefused => (
            "Algunas de estas direcciones no se pueden invitar",
            "No se ha enviado nada. La lista indica qué falla en cada una.",
            "Corríjalas o quítelas y vuelva a enviar.",
        ),
        Code::TooManyCc => (
            "Son demasiadas copias",
            "Se puede informar de una invitación a cinco personas como máximo.",
            "Quite algunas direcciones.",
        ),
        Code::CcInvalid => (
            "Una de ellas no es una dirección de correo",
            "Una copia solo puede ir a una dirección.",
            "Escriba direcciones como nombre@example.com, separadas por comas.",
        ),
        Code::RedirectNotAllowed => (
            "Los invitados no pueden llegar ahí",
            "La dirección no es del panel ni de una aplicación, ni está entre las permitidas.",
            "Elija la dirección de una aplicación o pida a su administrador que la permita.",
        ),
        Code::SponsorUnknown => (
            "No conocemos a esta persona responsable",
            "Solo alguien de su organización puede responder por un invitado.",
            "Escriba la dirección de correo de alguien de su organización.",
        ),
        Code::LanguageUnknown => {
            ("No hablamos este idioma", "No hay correos en este idioma.", "Elija uno de los idiomas de la lista.")
        }
        Code::DateInvalid => {
            ("Esto no es una fecha", "No hemos podido leerla como fecha.", "Escríbala así: 2027-03-31.")
        }
        Code::DatePast => {
            ("Esta fecha ya ha pasado", "El acceso no puede terminar en el pasado.", "Elija una fecha posterior.")
        }
        Code::ValidityInvalid => (
            "Este número de días no sirve",
            "Una invitación puede estar abierta de 1 a 365 días.",
            "Escriba un número de 1 a 365.",
        ),
        Code::InvitationEnded => (
            "Esta invitación ha terminado",
            "Fue aceptada, rechazada o retirada, o ha caducado, quizá hace un momento.",
            "Recargue la página para ver su estado. Puede volver a invitar a esa persona.",
        ),
        Code::MailBlocked => (
            "En esta dirección no se desean correos suyos",
            "La persona a la que pertenece ha bloqueado las invitaciones de su organización.",
            "Copie el enlace y entréguelo de otra forma, o pídale que retire el bloqueo.",
        ),
        Code::NobodyChosen => (
            "No se ha elegido a nadie",
            "No había nada que hacer.",
            "Marque primero a las personas y elija después qué hacer.",
        ),
        Code::FileMissing => {
            ("No se ha elegido ningún archivo", "El formulario llegó sin archivo.", "Elija un archivo CSV y súbalo.")
        }
        Code::FileEmpty => ("Este archivo está vacío", "No contiene nada.", "Rellene la plantilla y súbala."),
        Code::FileTooLarge => (
            "Este archivo es demasiado grande",
            "Un archivo puede tener hasta 32 MiB.",
            "Divídalo en varios archivos y súbalos uno tras otro.",
        ),
        Code::FileNotText => (
            "Esto no es un archivo CSV",
            "Es un libro de cálculo u otra cosa que no es texto.",
            "En su hoja de cálculo elija «Guardar como» y luego CSV UTF-8.",
        ),
        Code::NoAddressColumn => (
            "No hemos encontrado ninguna columna de direcciones de correo",
            "Ningún encabezado de la primera línea dice que su columna contenga direcciones.",
            "Llame email a esa columna.",
        ),
        Code::NoRows => (
            "No hay nadie en este archivo",
            "Tiene encabezados, pero ninguna fila debajo.",
            "Añada una fila por cada invitado.",
        ),
        Code::TooManyRows => (
            "Este archivo tiene demasiadas filas",
            "Un archivo puede tener hasta 100.000.",
            "Divídalo en varios archivos y súbalos uno tras otro.",
        ),
        Code::RowTooLong => (
            "Una fila de este archivo es demasiado larga",
            "Una fila puede tener hasta 64 KiB y 200 columnas.",
            "Mire la línea indicada y acórtela.",
        ),
        Code::QuoteOpen => (
            "Hay una comilla que no se cierra",
            "Un campo empieza por una comilla y el archivo termina antes de la segunda.",
            "Mire la línea indicada y cierre la comilla o quítela.",
        ),
        Code::RowTooWide => (
            "Esta fila tiene más campos que encabezados hay",
            "Quizá un texto tenga una coma y no esté entre comillas.",
            "Ponga el texto entre comillas.",
        ),
        Code::SampleRow => (
            "Esta es la fila de ejemplo",
            "Venía con la plantilla y no representa a nadie.",
            "Borre la fila o déjela: se omite.",
        ),
        Code::DuplicateRow => (
            "Esta dirección está más arriba en el archivo",
            "Solo cuenta su primera fila.",
            "Ponga en una sola fila todo lo que recibe un invitado.",
        ),
        Code::NotYesOrNo => ("Esto no es ni sí ni no", "No hemos podido leerlo.", "Escriba yes o no."),
        Code::TargetUnknown => (
            "No conocemos este grupo o esta aplicación",
            "No hay ninguno con ese nombre o identificador que usted pueda ver.",
            "Busque el nombre correcto en su página.",
        ),
        Code::TargetAmbiguous => (
            "Hay varios con ese nombre",
            "No podemos saber a qué grupo o aplicación se refiere.",
            "Escriba su identificador, que está en la dirección de su página.",
        ),
        Code::TooManyTargets => (
            "Son demasiados grupos o aplicaciones",
            "Una fila puede nombrar hasta 20 de cada clase.",
            "Nombre menos, o dé un grupo que dé varias aplicaciones.",
        ),
        Code::WrongState => (
            "Eso no se puede hacer ahora",
            "La tarea ha avanzado, quizá hace un momento.",
            "Recargue la página para ver por dónde va.",
        ),
        Code::TooManyJobs => (
            "Tiene demasiados archivos sin terminar",
            "Una persona puede tener hasta 10 que no estén ni terminados ni cancelados.",
            "Termine, cancele o borre antes uno de ellos.",
        ),
        Code::TicketUnknown => (
            "No conocemos esta invitación",
            "El enlace está incompleto o ha sido sustituido.",
            "Abra el enlace del correo más reciente o pregunte a la persona que le invitó.",
        ),
        Code::TicketUsed => {
            ("Ya ha aceptado esta invitación", "No hace falta nada más.", "Inicie sesión para ver sus aplicaciones.")
        }
        Code::TicketExpired => (
            "Esta invitación ha caducado",
            "Solo estuvo abierta durante un tiempo limitado.",
            "Pida una nueva a la persona que le invitó.",
        ),
        Code::TicketRevoked => (
            "Esta invitación fue retirada",
            "Ya no se puede aceptar.",
            "Si cree que es un error, pregunte a la persona que le invitó.",
        ),
        Code::TicketDeclined => (
            "Esta invitación fue rechazada",
            "Ya no se puede aceptar.",
            "Si ha cambiado de opinión, hable con la persona que le invitó.",
        ),
        Code::WrongAccount => (
            "Esta es otra cuenta",
            "La invitación es para una dirección y usted ha iniciado sesión con otra.",
            "Cambie a la cuenta correcta o confirme la dirección invitada con un código.",
        ),
        Code::AddressUnproven => (
            "Un paso más",
            "La cuenta elegida no demuestra que la dirección invitada sea suya.",
            "Escriba un código que enviamos a esa dirección.",
        ),
        Code::IdentityOfMember => (
            "Esta cuenta pertenece a un miembro",
            "Ha iniciado sesión como alguien de la organización, pero la invitación es para una persona externa.",
            "Cambie a la cuenta para la que es la invitación.",
        ),
        Code::AttemptExpired => {
            ("Ha tardado demasiado", "Un inicio de sesión debe terminarse en 15 minutos.", "Empiece de nuevo.")
        }
        Code::AttemptForeign => (
            "Este inicio de sesión no empezó aquí",
            "La respuesta llegó a otro navegador distinto del que preguntó, o llegó dos veces.",
            "Empiece de nuevo en este navegador.",
        ),
        Code::ProviderDown => (
            "No podemos conectar con el servicio de acceso",
            "El servicio que conoce su cuenta no responde.",
            "Inténtelo de nuevo en unos minutos o use otra forma.",
        ),
        Code::ProviderRefused => (
            "El inicio de sesión se ha cancelado",
            "Usted o el servicio de acceso lo detuvo. No se ha cambiado nada.",
            "Inténtelo de nuevo o use otra forma.",
        ),
        Code::ProviderAnswer => (
            "No hemos podido fiarnos de la respuesta",
            "La respuesta del servicio de acceso no supera nuestras comprobaciones.",
            "Inténtelo de nuevo. Si continúa, avise al administrador de que la configuración es incorrecta.",
        ),
        Code::ProviderUnknown => {
            ("Esta forma de acceso no existe", "Se ha eliminado o el enlace es antiguo.", "Elija otra forma.")
        }
        Code::NotAMember => (
            "Esta cuenta no es de un miembro",
            "El servicio de acceso le conoce, pero no como persona de la organización.",
            "Cambie a su cuenta de trabajo. Si recibió una invitación, abra el enlace que contiene.",
        ),
        Code::NotInvited => (
            "No tenemos ninguna invitación para usted",
            "Nadie ha invitado a esta cuenta o la invitación ha terminado.",
            "Pida una invitación a la persona con la que trabaja o cambie de cuenta.",
        ),
        Code::OtherWay => (
            "Usted accede de otra forma",
            "La dirección es suya, pero se unió con otra cuenta.",
            "Acceda como lo hizo la primera vez.",
        ),
        Code::CodeWrong => (
            "Este código no es correcto",
            "No coincide con el último código que enviamos.",
            "Mire el correo más reciente y escriba de nuevo las ocho cifras.",
        ),
        Code::CodeExpired => {
            ("Este código es demasiado antiguo", "Un código vale durante 15 minutos.", "Pida que le enviemos otro.")
        }
        Code::CodeTries => (
            "Demasiados códigos incorrectos",
            "Por su seguridad, este código ya no funciona.",
            "Pida que le enviemos otro.",
        ),
        Code::CodeTooSoon => (
            "Un código está en camino",
            "Hemos enviado uno hace menos de un minuto.",
            "Mire en su bandeja de entrada y en la carpeta de correo no deseado. Podrá pedir otro dentro de un minuto.",
        ),
        Code::PasscodesOff => (
            "Los códigos están desactivados",
            "Esta organización no usa códigos por correo.",
            "Elija otra forma de acceso.",
        ),
        Code::AppOff => (
            "Esta aplicación está desactivada",
            "Alguien que la gestiona la ha desactivado por el momento.",
            "Inténtelo más tarde o consulte a quienes la gestionan.",
        ),
        Code::LastOwner => {
            ("Todo grupo necesita un responsable", "Este es el último.", "Añada primero a otro responsable.")
        }
        Code::NameEmpty => ("Falta un nombre", "El nombre está vacío.", "Escriba un nombre de hasta 120 caracteres."),
        Code::GroupCreationOff => (
            "No puede crear grupos",
            "Su organización deja la creación de grupos a los administradores.",
            "Pida a un administrador que lo cree por usted.",
        ),
        Code::TooManyGroups => (
            "Ha creado tantos grupos como se permite",
            "Hay un límite por persona.",
            "Elimine un grupo que nadie necesite o consulte a un administrador.",
        ),
        Code::TooManyCollections => (
            "Se ha alcanzado el número máximo de colecciones",
            "Una persona puede tener 50 colecciones; la organización, 200.",
            "Elimine primero una que ya no haga falta.",
        ),
        Code::TooManyOwners => (
            "Ya hay suficientes responsables",
            "Un grupo o una aplicación tiene como máximo 100 responsables.",
            "Quite primero a un responsable.",
        ),
        Code::TooManyApprovers => (
            "Ya hay suficientes aprobadores",
            "Una aplicación tiene como máximo diez aprobadores.",
            "Quite primero a un aprobador.",
        ),
        Code::PersonUnknown => (
            "No encontramos a esta persona",
            "No se eligió a nadie, o a nadie que usted pueda ver.",
            "Busque por nombre o dirección y elija a alguien de la lista.",
        ),
        Code::DaysInvalid => (
            "Esto no es un número de días",
            "Se necesita un número entero de 1 a 3650, o nada.",
            "Escriba un número de días, por ejemplo 180.",
        ),
        Code::DomainInvalid => (
            "Esto no es un dominio",
            "Uno de los dominios no se puede leer.",
            "Escriba dominios como example.com, uno por línea; .example.com incluye también los subdominios.",
        ),
        Code::RedirectInvalid => (
            "Esta dirección no se puede usar",
            "Una app recibe a las personas en direcciones completas: https sin fragmento; http solo en esta máquina; o un esquema propio con un punto.",
            "Escriba una dirección por línea, exactamente como la envía la app.",
        ),
        Code::HostInvalid => (
            "Esto no es un host para una app",
            "Hacen falta direcciones como https://wiki.example.com, sin ruta, y no la del panel.",
            "Escriba una por línea.",
        ),
        Code::HostNotListed => (
            "Solo un administrador puede asignar este host",
            "Los propietarios registran hosts por debajo de los nombres previstos para ellos; este no está debajo de ninguno.",
            "Pida a un administrador que lo registre o que lo autorice (self_service.owner_hosts).",
        ),
        Code::HostResting => (
            "Este host era hasta hace poco de otra app",
            "Durante 30 días después de que una app deja un host, el propietario de otra no puede tomarlo: los navegadores y proxies aún lo conocen como el de la otra.",
            "Espere, o pida a un administrador que lo transfiera enseguida.",
        ),
        Code::HostTaken => (
            "Otra app tiene este host",
            "Un host pertenece a una sola app, sea cual sea el puerto.",
            "Quíteselo antes a la otra app.",
        ),
        Code::ClientIdInvalid => (
            "Este identificador de cliente no se puede usar",
            "Tiene como máximo 200 letras, cifras, puntos, guiones, guiones bajos y dos puntos.",
            "Escriba otro, o deje el campo vacío.",
        ),
        Code::ClientIdTaken => (
            "Otra app tiene este identificador de cliente",
            "Los identificadores de cliente son únicos.",
            "Escriba otro, o deje el campo vacío.",
        ),
        Code::ClaimInvalid => (
            "Esta declaración no se puede usar",
            "Leemos líneas como department = {department} o tenant = woodgrove; las declaraciones habituales son nuestras.",
            "Corrija esa línea.",
        ),
        Code::KeysInvalid => (
            "No podemos leer estas claves",
            "Hace falta un JSON Web Key Set con claves públicas RSA o P-256.",
            "Pegue lo que la app da como claves públicas o JWKS.",
        ),
        Code::TooManySecrets => (
            "Ya hay dos secretos",
            "Dos a la vez bastan para pasar de uno a otro.",
            "Elimine antes el que ya no se usa.",
        ),
        Code::AppUnknown => (
            "No conocemos esta app",
            "La app que le ha enviado aquí no inicia sesiones aquí.",
            "Vuelva a la app y avise a quienes la gestionan.",
        ),
        Code::RedirectUnknown => (
            "Esta app pide algo que no hacemos",
            "Quiere enviarle a una dirección que no ha registrado.",
            "Avise a quienes gestionan la app. No siga el enlace otra vez si alguien se lo envió.",
        ),
        Code::AuthorizationEnded => (
            "Ha tardado demasiado",
            "Lo que pidió la app ha caducado, o ya se usó.",
            "Vuelva a la app e inicie sesión de nuevo.",
        ),
        Code::HandshakeForeign => (
            "Este inicio de sesión no puede continuar",
            "Empezó en otro navegador, o hace demasiado tiempo.",
            "Abra la app de nuevo.",
        ),
        Code::UrlInvalid => (
            "Esto no es una dirección web",
            "No se puede leer.",
            "Escriba la dirección completa, empezando por https://.",
        ),
        Code::PictureInvalid => (
            "No podemos leer esta imagen",
            "No es una imagen que entendamos, o está dañada.",
            "Elija un archivo PNG, JPEG o WebP.",
        ),
        Code::PictureTooLarge => (
            "Esta imagen es demasiado grande",
            "Una imagen tiene como máximo 2 MB y 4000 píxeles por lado.",
            "Elija una más pequeña.",
        ),
        Code::JoinClosed => (
            "Nadie se une a este grupo por su cuenta",
            "Sus responsables eligen quién está en él.",
            "Pregunte a uno de sus responsables.",
        ),
        Code::NotRequestable => (
            "Esta aplicación no se puede solicitar",
            "Sus responsables eligen quién la tiene.",
            "Pregunte a uno de sus responsables.",
        ),
        Code::AlreadyHas => {
            ("Ya está hecho", "No hace falta nada más, y nada ha cambiado.", "Vuelva atrás y recargue la página.")
        }
        Code::AlreadyRequested => (
            "Ya lo ha solicitado",
            "Su solicitud espera una decisión.",
            "Mire sus solicitudes; allí puede enviar un recordatorio.",
        ),
        Code::ReasonMissing => ("Falta un motivo", "Quien lo lea querrá saber por qué.", "Escriba una frase."),
        Code::RequestDecided => (
            "Alguien se adelantó",
            "Esta solicitud ya está decidida.",
            "No queda nada por hacer; la solicitud dice quién decidió qué.",
        ),
        Code::RequestEnded => {
            ("Esta solicitud ha terminado", "Se retiró, o nadie decidió a tiempo.", "Haga otra si todavía hace falta.")
        }
        Code::OwnRequest => (
            "Es su propia solicitud",
            "Tiene que decidirla otra persona.",
            "Espere a otro aprobador o envíele un recordatorio.",
        ),
        Code::RemindTooSoon => (
            "Se envió un recordatorio hace poco",
            "Un recordatorio al día es suficiente.",
            "Inténtelo de nuevo mañana.",
        ),
        Code::RuleInvalid => {
            ("Esta regla no se puede leer", "Algo en ella no está bien.", "Mire el lugar marcado y cámbielo.")
        }
    }
}
