//! Words for codes, in French. People are addressed by *vous*; no-break spaces stand before double signs.

use super::{Code, Said};

pub(super) const fn words(code: Code) -> Said {
    match code {
        Code::Unauthenticated => (
            "Aucune session n’est ouverte",
            "Votre session est terminée, ou n’a jamais été ouverte.",
            "Connectez-vous, puis réessayez.",
        ),
        Code::NotFound => (
            "Il n’y a rien ici",
            "Cette page n’existe pas, ou ne vous est pas destinée.",
            "Revenez à vos applications, ou demandez à la personne qui vous a donné le lien.",
        ),
        Code::Forbidden => (
            "Vous ne pouvez pas faire cela",
            "Vous pouvez voir ceci, mais pas le modifier.",
            "Adressez-vous à l’un des responsables.",
        ),
        Code::BadRequest => (
            "Nous n’avons pas compris",
            "Le formulaire ou le lien était incomplet.",
            "Revenez en arrière, rechargez la page, puis réessayez.",
        ),
        Code::TooLong => {
            ("C’est trop long", "Le texte dépasse ce que nous pouvons conserver.", "Raccourcissez-le, puis réessayez.")
        }
        Code::RateLimited => {
            ("Trop de tentatives", "Il y a eu trop de tentatives en peu de temps.", "Patientez un peu, puis réessayez.")
        }
        Code::Internal => (
            "Un problème est survenu de notre côté",
            "Il a été consigné, et rien n’a été modifié à moitié.",
            "Réessayez dans une minute. Si cela persiste, prévenez votre administrateur.",
        ),
        Code::InvitesDisabled => (
            "Les invitations sont désactivées",
            "Votre organisation n’invite personne en ce moment.",
            "Adressez-vous à votre administrateur.",
        ),
        Code::InviterNotAllowed => (
            "Vous ne pouvez pas inviter",
            "Dans votre organisation, d’autres personnes s’en chargent.",
            "Demandez à un administrateur ou à une personne autorisée à inviter de le faire pour vous.",
        ),
        Code::GuestsNotAccepted => (
            "Aucun invité n’est accepté ici",
            "Ce groupe ou cette application est réservé aux membres de l’organisation.",
            "Faites un autre choix, ou demandez aux responsables de l’ouvrir aux invités.",
        ),
        Code::DynamicGroup => (
            "Ce groupe se remplit tout seul",
            "Ses membres découlent d’une règle\u{a0}: on ne peut y inviter personne.",
            "Choisissez un autre groupe.",
        ),
        Code::AddressEmpty => (
            "Qui souhaitez-vous inviter\u{a0}?",
            "L’adresse est vide.",
            "Saisissez l’adresse e-mail de votre partenaire.",
        ),
        Code::AddressInvalid => (
            "Ce n’est pas une adresse e-mail",
            "Nous n’avons pas pu la lire comme une adresse.",
            "Écrivez-la comme nom@example.com.",
        ),
        Code::AddressTooLong => (
            "Cette adresse est trop longue",
            "Aucun serveur de messagerie ne l’accepterait.",
            "Vérifiez qu’elle ne contient pas de faute de frappe.",
        ),
        Code::DomainBlocked => (
            "Ce domaine est bloqué",
            "Ce domaine n’est pas accepté, ici ou dans toute l’organisation.",
            "Utilisez une autre adresse de votre partenaire, ou adressez-vous à votre administrateur.",
        ),
        Code::DomainNotAllowed => (
            "Ce domaine n’est pas sur la liste",
            "Seuls les domaines d’une liste sont acceptés, ici ou dans toute l’organisation.",
            "Utilisez une autre adresse de votre partenaire, ou adressez-vous à votre administrateur.",
        ),
        Code::HomeDomain => (
            "C’est une adresse de votre organisation",
            "Les collègues ne s’invitent pas.",
            "Demandez plutôt à un administrateur de les ajouter.",
        ),
        Code::AlreadyMember => (
            "Cette personne fait partie de votre organisation",
            "Elle n’a pas besoin d’invitation.",
            "Ajoutez-la plutôt au groupe comme membre.",
        ),
        Code::AlreadyInGroup => (
            "Cette personne est déjà dans le groupe",
            "Il n’y a rien à ajouter.",
            "Cherchez-la dans la liste des personnes.",
        ),
        Code::AccountBlocked => {
            ("Ce compte est bloqué", "Un administrateur l’a bloqué.", "Adressez-vous à votre administrateur.")
        }
        Code::MessageTooLong => (
            "Votre message est trop long",
            "Il peut compter 2\u{a0}000 caractères au plus.",
            "Raccourcissez-le, puis réessayez.",
        ),
        Code::NothingChosen => (
            "À quoi l’invitation donne-t-elle accès\u{a0}?",
            "Aucun groupe ni aucune application n’est choisi.",
            "Choisissez au moins un groupe ou une application.",
        ),
        Code::TooManyAddresses => (
            "Il y a trop d’adresses",
            "Ce formulaire en accepte 100 à la fois.",
            "Invitez moins de personnes à la fois, ou passez par un fichier.",
        ),
        Code::SomeRefused => (
            "Certaines de ces adresses ne peuvent pas être invitées",
            "Rien n’a été envoyé. La liste indique ce qui ne va pas pour chacune.",
            "Corrigez-les ou retirez-les, puis renvoyez.",
        ),
        Code::TooManyCc => (
            "Il y a trop de copies",
            "Cinq personnes au plus peuvent être informées d’une invitation.",
            "Retirez quelques adresses.",
        ),
        Code::CcInvalid => (
            "L’une d’elles n’est pas une adresse e-mail",
            "Une copie ne peut aller qu’à une adresse.",
            "Écrivez les adresses comme nom@example.com, séparées par des virgules.",
        ),
        Code::RedirectNotAllowed => (
            "Les invités ne peuvent pas arriver là",
            "Cette adresse n’est ni celle du panneau, ni celle d’une application, ni une adresse autorisée.",
            "Choisissez l’adresse d’une application, ou demandez à votre administrateur de l’autoriser.",
        ),
        Code::SponsorUnknown => (
            "Nous ne connaissons pas ce répondant",
            "Seule une personne de votre organisation peut répondre d’un invité.",
            "Saisissez l’adresse e-mail d’un collègue.",
        ),
        Code::LanguageUnknown => (
            "Nous ne parlons pas cette langue",
            "Aucun e-mail n’existe dans cette langue.",
            "Choisissez l’une des langues de la liste.",
        ),
        Code::DateInvalid => {
            ("Ce n’est pas une date", "Nous n’avons pas pu la lire comme une date.", "Écrivez-la comme 2027-03-31.")
        }
        Code::DatePast => (
            "Cette date est passée",
            "L’accès ne peut pas se terminer dans le passé.",
            "Choisissez une date ultérieure.",
        ),
        Code::ValidityInvalid => (
            "Ce nombre de jours ne convient pas",
            "Une invitation peut rester ouverte de 1 à 365 jours.",
            "Saisissez un nombre de 1 à 365.",
        ),
        Code::InvitationEnded => (
            "Cette invitation est terminée",
            "Elle a été acceptée, refusée ou retirée, ou elle a expiré, peut-être à l’instant.",
            "Rechargez la page pour voir où elle en est. Vous pouvez inviter cette personne à nouveau.",
        ),
        Code::MailBlocked => (
            "Cette adresse ne souhaite pas d’e-mails de votre part",
            "La personne à qui elle appartient a bloqué les invitations de votre organisation.",
            "Copiez le lien et transmettez-le autrement, ou demandez-lui de lever le blocage.",
        ),
        Code::NobodyChosen => (
            "Personne n’est choisi",
            "Il n’y avait rien à faire.",
            "Cochez d’abord les personnes, puis choisissez l’action.",
        ),
        Code::FileMissing => (
            "Aucun fichier n’a été choisi",
            "Le formulaire est arrivé sans fichier.",
            "Choisissez un fichier CSV, puis envoyez-le.",
        ),
        Code::FileEmpty => ("Ce fichier est vide", "Il ne contient rien.", "Remplissez le modèle et envoyez-le."),
        Code::FileTooLarge => (
            "Ce fichier est trop grand",
            "Un fichier peut avoir jusqu’à 32 Mio.",
            "Partagez-le en plusieurs fichiers et envoyez-les l’un après l’autre.",
        ),
        Code::FileNotText => (
            "Ce n’est pas un fichier CSV",
            "C’est un classeur, ou autre chose qui n’est pas du texte.",
            "Dans votre tableur, choisissez « Enregistrer sous », puis CSV UTF-8.",
        ),
        Code::NoAddressColumn => (
            "Nous n’avons trouvé aucune colonne d’adresses e-mail",
            "Aucun en-tête de la première ligne ne dit que sa colonne contient des adresses.",
            "Appelez cette colonne email.",
        ),
        Code::NoRows => (
            "Il n’y a personne dans ce fichier",
            "Il a des en-têtes, mais aucune ligne en dessous.",
            "Ajoutez une ligne pour chaque invité.",
        ),
        Code::TooManyRows => (
            "Ce fichier a trop de lignes",
            "Un fichier peut en avoir jusqu’à 100 000.",
            "Partagez-le en plusieurs fichiers et envoyez-les l’un après l’autre.",
        ),
        Code::RowTooLong => (
            "Une ligne de ce fichier est trop longue",
            "Une ligne peut avoir jusqu’à 64 Kio et 200 colonnes.",
            "Regardez la ligne indiquée et raccourcissez-la.",
        ),
        Code::QuoteOpen => (
            "Un guillemet n’est jamais fermé",
            "Un champ commence par un guillemet, et le fichier finit avant le second.",
            "Regardez la ligne indiquée, puis fermez le guillemet ou supprimez-le.",
        ),
        Code::RowTooWide => (
            "Cette ligne a plus de champs qu’il n’y a d’en-têtes",
            "Peut-être un texte contient-il une virgule sans guillemets autour.",
            "Mettez le texte entre guillemets.",
        ),
        Code::SampleRow => (
            "C’est la ligne d’exemple",
            "Elle vient du modèle et ne représente personne.",
            "Supprimez la ligne ou laissez-la\u{a0}: elle est ignorée.",
        ),
        Code::DuplicateRow => (
            "Cette adresse se trouve plus haut dans le fichier",
            "Seule sa première ligne compte.",
            "Écrivez dans une seule ligne tout ce que reçoit un invité.",
        ),
        Code::NotYesOrNo => ("Ce n’est ni oui ni non", "Nous n’avons pas pu le lire.", "Écrivez yes ou no."),
        Code::TargetUnknown => (
            "Nous ne connaissons pas ce groupe ou cette application",
            "Il n’y en a aucun de ce nom ou de cet identifiant que vous puissiez voir.",
            "Cherchez le nom exact sur sa page.",
        ),
        Code::TargetAmbiguous => (
            "Il y en a plusieurs de ce nom",
            "Nous ne pouvons pas dire quel groupe ou quelle application est en question.",
            "Écrivez son identifiant, qui se trouve dans l’adresse de sa page.",
        ),
        Code::TooManyTargets => (
            "C’est trop de groupes ou d’applications",
            "Une ligne peut en nommer jusqu’à 20 de chaque sorte.",
            "Nommez-en moins, ou donnez un groupe qui donne plusieurs applications.",
        ),
        Code::WrongState => (
            "Ce n’est pas possible maintenant",
            "La tâche a avancé, peut-être à l’instant.",
            "Rechargez la page pour voir où elle en est.",
        ),
        Code::TooManyJobs => (
            "Vous avez trop de fichiers en cours",
            "Une personne peut en avoir jusqu’à 10 qui ne sont ni terminés ni annulés.",
            "Terminez, annulez ou supprimez d’abord l’un d’eux.",
        ),
        Code::TicketUnknown => (
            "Nous ne connaissons pas cette invitation",
            "Le lien est incomplet, ou il a été remplacé.",
            "Ouvrez le lien du dernier e-mail, ou adressez-vous à la personne à l’origine de l’invitation.",
        ),
        Code::TicketUsed => (
            "Vous avez déjà accepté cette invitation",
            "Il n’y a plus rien à faire.",
            "Connectez-vous pour voir vos applications.",
        ),
        Code::TicketExpired => (
            "Cette invitation a expiré",
            "Elle n’était ouverte que pour un temps limité.",
            "Demandez-en une nouvelle à la personne à l’origine de l’invitation.",
        ),
        Code::TicketRevoked => (
            "Cette invitation a été retirée",
            "Elle ne peut plus être acceptée.",
            "Si vous pensez qu’il s’agit d’une erreur, adressez-vous à la personne à l’origine de l’invitation.",
        ),
        Code::TicketDeclined => (
            "Cette invitation a été refusée",
            "Elle ne peut plus être acceptée.",
            "Si vous avez changé d’avis, adressez-vous à la personne à l’origine de l’invitation.",
        ),
        Code::WrongAccount => (
            "C’est un autre compte",
            "L’invitation est destinée à une adresse, et la connexion s’est faite avec une autre.",
            "Passez au bon compte, ou confirmez l’adresse invitée à l’aide d’un code.",
        ),
        Code::AddressUnproven => (
            "Encore une étape",
            "Le compte choisi ne prouve pas que l’adresse invitée est la vôtre.",
            "Saisissez un code que nous envoyons à cette adresse.",
        ),
        Code::IdentityOfMember => (
            "Ce compte appartient à un membre",
            "La connexion s’est faite au nom d’un membre de l’organisation, or l’invitation s’adresse à une personne extérieure.",
            "Passez au compte auquel l’invitation est destinée.",
        ),
        Code::AttemptExpired => {
            ("Cela a pris trop de temps", "Une connexion doit être terminée en 15 minutes.", "Recommencez.")
        }
        Code::AttemptForeign => (
            "Cette connexion n’a pas commencé ici",
            "La réponse est arrivée dans un autre navigateur, ou elle est arrivée deux fois.",
            "Recommencez dans ce navigateur.",
        ),
        Code::ProviderDown => (
            "Le service de connexion est injoignable",
            "Le service qui connaît votre compte ne répond pas.",
            "Réessayez dans quelques minutes, ou choisissez un autre moyen.",
        ),
        Code::ProviderRefused => (
            "La connexion a été annulée",
            "Vous ou le service de connexion l’avez interrompue. Rien n’a été modifié.",
            "Réessayez, ou choisissez un autre moyen.",
        ),
        Code::ProviderAnswer => (
            "Nous n’avons pas pu nous fier à la réponse",
            "La réponse du service de connexion n’a pas passé nos contrôles.",
            "Réessayez. Si cela persiste, signalez à l’administrateur que la configuration est incorrecte.",
        ),
        Code::ProviderUnknown => (
            "Ce moyen de connexion n’existe pas",
            "Il a été retiré, ou le lien est ancien.",
            "Choisissez un autre moyen.",
        ),
        Code::NotAMember => (
            "Ce compte n’est pas celui d’un membre",
            "Le service de connexion vous connaît, mais pas comme membre de l’organisation.",
            "Passez à votre compte professionnel. Si vous avez reçu une invitation, ouvrez le lien qu’elle contient.",
        ),
        Code::NotInvited => (
            "Nous n’avons pas d’invitation pour vous",
            "Personne n’a invité ce compte, ou l’invitation est terminée.",
            "Demandez une invitation à la personne avec qui vous travaillez, ou changez de compte.",
        ),
        Code::OtherWay => (
            "Vous vous connectez autrement",
            "L’adresse est bien la vôtre, mais vous avez rejoint l’organisation avec un autre compte.",
            "Connectez-vous comme la première fois.",
        ),
        Code::CodeWrong => (
            "Ce code n’est pas le bon",
            "Il ne correspond pas au dernier code que nous avons envoyé.",
            "Regardez le dernier e-mail et saisissez à nouveau les huit chiffres.",
        ),
        Code::CodeExpired => ("Ce code est trop ancien", "Un code est valable 15 minutes.", "Demandez-en un nouveau."),
        Code::CodeTries => {
            ("Trop de codes erronés", "Par sécurité, ce code ne fonctionne plus.", "Demandez-en un nouveau.")
        }
        Code::CodeTooSoon => (
            "Un code est en route",
            "Nous en avons envoyé un il y a moins d’une minute.",
            "Regardez dans votre boîte de réception et parmi les indésirables. Vous pourrez en demander un autre dans une minute.",
        ),
        Code::PasscodesOff => (
            "Les codes sont désactivés",
            "Cette organisation n’utilise pas de codes par e-mail.",
            "Choisissez un autre moyen de connexion.",
        ),
        Code::AppOff => (
            "Cette application est désactivée",
            "Une personne qui la gère l’a désactivée pour le moment.",
            "Réessayez plus tard, ou adressez-vous à ses responsables.",
        ),
        Code::LastOwner => {
            ("Chaque groupe a besoin d’un responsable", "C’est le dernier.", "Ajoutez d’abord un autre responsable.")
        }
        Code::NameEmpty => ("Il faut un nom", "Le nom est vide.", "Saisissez un nom de 120 caractères au plus."),
        Code::GroupCreationOff => (
            "Vous ne pouvez pas créer de groupe",
            "Votre organisation réserve la création de groupes aux administrateurs.",
            "Demandez à un administrateur de le créer pour vous.",
        ),
        Code::TooManyGroups => (
            "Vous avez créé autant de groupes que permis",
            "Il y a une limite par personne.",
            "Supprimez un groupe inutile ou adressez-vous à un administrateur.",
        ),
        Code::TooManyCollections => (
            "Le nombre maximal de collections est atteint",
            "Une personne peut avoir 50 collections, l’organisation 200.",
            "Supprimez d’abord une collection devenue inutile.",
        ),
        Code::TooManyOwners => (
            "Il y a assez de propriétaires",
            "Un groupe ou une application a au plus 100 propriétaires.",
            "Retirez d’abord un propriétaire.",
        ),
        Code::TooManyApprovers => (
            "Il y a assez d’approbateurs",
            "Une application a au plus dix approbateurs.",
            "Retirez d’abord un approbateur.",
        ),
        Code::PersonUnknown => (
            "Nous ne trouvons pas cette personne",
            "Personne n’a été choisi, ou personne que vous puissiez voir.",
            "Cherchez par nom ou adresse, puis choisissez quelqu’un dans la liste.",
        ),
        Code::DaysInvalid => (
            "Ce n’est pas un nombre de jours",
            "Il faut un nombre entier de 1 à 3650, ou rien.",
            "Écrivez un nombre de jours, par exemple 180.",
        ),
        Code::DomainInvalid => (
            "Ce n’est pas un domaine",
            "L’un des domaines est illisible.",
            "Écrivez des domaines comme example.com, un par ligne ; .example.com comprend aussi les sous-domaines.",
        ),
        Code::RedirectInvalid => (
            "Cette adresse ne peut pas servir",
            "Une app récupère les personnes à des adresses entières, en https et sans fragment ; en http sur cette machine seulement ; ou avec son propre schéma contenant un point.",
            "Écrivez une adresse par ligne, exactement comme l’app l’envoie.",
        ),
        Code::HostInvalid => (
            "Ce n’est pas un hôte pour une app",
            "Il faut des adresses comme https://wiki.example.com, sans chemin, et différentes de celle du panneau.",
            "Écrivez-en une par ligne.",
        ),
        Code::HostNotListed => (
            "Seul un administrateur peut attribuer cet hôte",
            "Les propriétaires enregistrent des hôtes sous les noms prévus pour eux ; celui-ci n’est sous aucun d’eux.",
            "Demandez à un administrateur de l’enregistrer ou de l’autoriser (self_service.owner_hosts).",
        ),
        Code::HostResting => (
            "Cet hôte était encore récemment celui d’une autre app",
            "Pendant 30 jours après qu’une app a cédé un hôte, le propriétaire d’une autre app ne peut pas le prendre : navigateurs et proxys le connaissent encore comme celui de l’autre.",
            "Patientez, ou demandez à un administrateur, qui peut le transférer aussitôt.",
        ),
        Code::HostTaken => (
            "Une autre app a cet hôte",
            "Un hôte appartient à une seule app, quel que soit le port.",
            "Retirez-le d’abord à l’autre app.",
        ),
        Code::ClientIdInvalid => (
            "Cet identifiant client ne peut pas servir",
            "Il comporte au plus 200 lettres, chiffres, points, tirets, traits de soulignement et deux-points.",
            "Écrivez-en un autre, ou laissez le champ vide.",
        ),
        Code::ClientIdTaken => (
            "Une autre app a cet identifiant client",
            "Un identifiant client est unique.",
            "Écrivez-en un autre, ou laissez le champ vide.",
        ),
        Code::ClaimInvalid => (
            "Cette revendication ne peut pas servir",
            "Nous lisons des lignes comme department = {department} ou tenant = woodgrove ; les revendications standard nous appartiennent.",
            "Corrigez cette ligne.",
        ),
        Code::KeysInvalid => (
            "Nous ne pouvons pas lire ces clés",
            "Il faut un JSON Web Key Set avec des clés publiques RSA ou P-256.",
            "Collez ce que l’app donne comme clés publiques ou JWKS.",
        ),
        Code::TooManySecrets => (
            "Il y a déjà deux secrets",
            "Deux à la fois suffisent pour passer de l’un à l’autre.",
            "Supprimez d’abord celui qui ne sert plus.",
        ),
        Code::AppUnknown => (
            "Nous ne connaissons pas cette app",
            "L’app qui vous envoie ici n’y connecte personne.",
            "Revenez à l’app et prévenez ceux qui la gèrent.",
        ),
        Code::RedirectUnknown => (
            "Cette app demande quelque chose que nous ne faisons pas",
            "Elle veut vous envoyer à une adresse qu’elle n’a pas déclarée.",
            "Prévenez ceux qui gèrent l’app. Ne suivez plus ce lien si quelqu’un vous l’a envoyé.",
        ),
        Code::AuthorizationEnded => (
            "Cela a pris trop de temps",
            "Ce que l’app demandait a expiré, ou a déjà servi.",
            "Revenez à l’app et connectez-vous de nouveau.",
        ),
        Code::HandshakeForeign => (
            "Cette connexion ne peut pas continuer",
            "Elle a commencé dans un autre navigateur, ou il y a trop longtemps.",
            "Ouvrez de nouveau l’app.",
        ),
        Code::UrlInvalid => (
            "Ce n’est pas une adresse web",
            "Elle est illisible.",
            "Écrivez l’adresse entière, en commençant par https://.",
        ),
        Code::PictureInvalid => (
            "Nous ne pouvons pas lire cette image",
            "Ce n’est pas une image que nous comprenons, ou elle est endommagée.",
            "Choisissez un fichier PNG, JPEG ou WebP.",
        ),
        Code::PictureTooLarge => (
            "Cette image est trop grande",
            "Une image a au plus 2 Mo et 4000 pixels de côté.",
            "Choisissez-en une plus petite.",
        ),
        Code::JoinClosed => (
            "Personne ne rejoint ce groupe de soi-même",
            "Ses propriétaires choisissent qui en fait partie.",
            "Adressez-vous à l’un de ses propriétaires.",
        ),
        Code::NotRequestable => (
            "Cette application ne se demande pas",
            "Ses propriétaires choisissent qui en dispose.",
            "Adressez-vous à l’un de ses propriétaires.",
        ),
        Code::AlreadyHas => (
            "C’est déjà fait",
            "Rien d’autre n’est nécessaire, et rien n’a été modifié.",
            "Revenez en arrière et rechargez la page.",
        ),
        Code::AlreadyRequested => (
            "Vous l’avez déjà demandé",
            "Votre demande attend une décision.",
            "Consultez vos demandes ; vous pouvez y faire un rappel.",
        ),
        Code::ReasonMissing => ("Il faut un motif", "La personne qui lit veut savoir pourquoi.", "Écrivez une phrase."),
        Code::RequestDecided => (
            "Quelqu’un a été plus rapide",
            "Cette demande a reçu une décision.",
            "Il ne reste rien à faire ; la demande dit qui a décidé quoi.",
        ),
        Code::RequestEnded => (
            "Cette demande est close",
            "Elle a été retirée, ou personne n’a décidé à temps.",
            "Refaites-la si elle est encore utile.",
        ),
        Code::OwnRequest => (
            "C’est votre propre demande",
            "Quelqu’un d’autre doit en décider.",
            "Attendez un autre approbateur, ou faites un rappel.",
        ),
        Code::RemindTooSoon => ("Un rappel a été envoyé récemment", "Un rappel par jour suffit.", "Réessayez demain."),
        Code::RuleInvalid => (
            "Cette règle est illisible",
            "Quelque chose n’y est pas correct.",
            "Regardez l’endroit marqué et modifiez-le.",
        ),
    }
}
