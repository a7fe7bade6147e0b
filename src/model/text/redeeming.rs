//! What the pages behind an invitation's link say.

use super::{
    Language,
    sentence::{Sentence, texts},
};

texts! {
    /// The title of the page behind the link.
    label title() {
        en: "Invitation",
        de: "Einladung",
        fr: "Votre invitation",
        es: "Invitación",
        ja: "ご招待",
    }
    /// Its heading.
    label heading(inviter, organization) {
        en: "{inviter} invites you to work with {organization}",
        de: "{inviter} lädt Sie zur Zusammenarbeit mit {organization} ein",
        fr: "{inviter} vous invite à travailler avec {organization}",
        es: "{inviter} le invita a trabajar con {organization}",
        ja: "{inviter} さんから {organization} へのご招待です",
    }
    /// Above the apps that open invitations give.
    label apps() {
        en: "You will be able to open",
        de: "Diese Apps können Sie dann öffnen",
        fr: "Vous pourrez ouvrir",
        es: "Podrá abrir",
        ja: "ご利用いただけるアプリ",
    }
    /// Above the groups that open invitations give.
    label groups() {
        en: "As a guest of",
        de: "Als Gast in",
        fr: "Groupes qui vous accueillent",
        es: "Grupos que le reciben",
        ja: "参加するグループ",
    }
    /// Instead of apps and groups, for an invitation to the directory alone.
    sentence directory_only(organization) {
        en: "You will be known to {organization} as a guest. Apps can follow later.",
        de: "{organization} führt Sie dann als Gast. Apps können später hinzukommen.",
        fr: "{organization} vous connaîtra comme partenaire externe. Des applications pourront suivre.",
        es: "{organization} le registrará como persona invitada. Más adelante pueden añadirse aplicaciones.",
        ja: "{organization} のゲストとして登録されます。アプリは後から追加されることがあります。",
    }
    /// What *Get started* leads to, where that is a code.
    sentence next_code(address) {
        en: "Next, a code by e-mail shows that you are {address}.",
        de: "Als Nächstes weisen Sie mit einem Code per E-Mail nach, dass {address} Ihre Adresse ist.",
        fr: "Ensuite, un code envoyé par e-mail confirmera que {address} est bien votre adresse.",
        es: "A continuación, un código enviado por correo confirmará que {address} es su dirección.",
        ja: "次に、メールでお送りするコードで、{address} がご本人のアドレスであることを確認します。",
    }
    /// What *Get started* leads to, where that is a provider.
    sentence next_provider(provider, address) {
        en: "Next, you show with {provider} that you are {address}.",
        de: "Als Nächstes weisen Sie mit {provider} nach, dass {address} Ihre Adresse ist.",
        fr: "Ensuite, vous confirmerez avec {provider} que {address} est bien votre adresse.",
        es: "A continuación, confirmará con {provider} que {address} es su dirección.",
        ja: "次に、{provider} で、{address} がご本人のアドレスであることを確認します。",
    }
    /// Where no way to sign in is left.
    sentence no_way(address) {
        en: "At the moment there is no way to prove that you are {address}. Please write to the person who invites you.",
        de: "Zurzeit gibt es keinen Weg nachzuweisen, dass {address} Ihre Adresse ist. Bitte schreiben Sie der Person, die Sie einlädt.",
        fr: "Pour l’instant, aucun moyen ne permet de confirmer que {address} est votre adresse. Veuillez écrire à la personne qui vous invite.",
        es: "Por el momento no hay forma de confirmar que {address} es su dirección. Escriba a la persona que le invita.",
        ja: "現在、{address} がご本人のアドレスであることを確認する方法がありません。招待した方にご連絡ください。",
    }
    /// Which data will be shared.
    sentence consent(organization) {
        en: "By going on you agree that {organization} sees your name and e-mail address, and how you sign in.",
        de: "Wenn Sie fortfahren, stimmen Sie zu, dass {organization} Ihren Namen, Ihre E-Mail-Adresse und die Art Ihrer Anmeldung sieht.",
        fr: "En continuant, vous acceptez que {organization} voie votre nom, votre adresse e-mail et votre moyen de connexion.",
        es: "Al continuar, acepta que {organization} vea su nombre, su dirección de correo y su forma de acceso.",
        ja: "続けると、お名前、メールアドレス、サインイン方法が {organization} に共有されることに同意したことになります。",
    }
    /// The link to what the organization does with them.
    label privacy(organization) {
        en: "Privacy statement of {organization}",
        de: "Datenschutzerklärung von {organization}",
        fr: "Politique de confidentialité de {organization}",
        es: "Declaración de privacidad de {organization}",
        ja: "{organization} のプライバシーポリシー",
    }
    /// Where there is none.
    sentence no_privacy(organization) {
        en: "{organization} has not published a privacy statement here.",
        de: "{organization} hat hier keine Datenschutzerklärung veröffentlicht.",
        fr: "{organization} n’a pas publié ici de politique de confidentialité.",
        es: "{organization} no ha publicado aquí ninguna declaración de privacidad.",
        ja: "{organization} のプライバシーポリシーはここに掲載されていません。",
    }
    /// Until when the invitation can be accepted.
    sentence open_until(day) {
        en: "The invitation is open until {day}.",
        de: "Die Einladung gilt bis zum {day}.",
        fr: "L’invitation est valable jusqu’au {day}.",
        es: "La invitación es válida hasta el {day}.",
        ja: "ご招待の有効期限は {day} です。",
    }
    /// Until when access lasts.
    sentence access_until(day) {
        en: "Your access lasts until {day}.",
        de: "Ihr Zugang besteht bis zum {day}.",
        fr: "Votre accès dure jusqu’au {day}.",
        es: "Su acceso dura hasta el {day}.",
        ja: "アクセスできるのは {day} までです。",
    }
    /// Accepts.
    label get_started() {
        en: "Get started",
        de: "Loslegen",
        fr: "Commencer",
        es: "Empezar",
        ja: "はじめる",
    }
    /// The way by code, where it is not the first.
    label code_instead() {
        en: "Use a code sent by e-mail instead",
        de: "Stattdessen einen Code per E-Mail verwenden",
        fr: "Utiliser plutôt un code envoyé par e-mail",
        es: "Usar en su lugar un código enviado por correo",
        ja: "メールで届くコードを使う",
    }
    /// The way by a provider, where it is not the first.
    label provider_instead(provider) {
        en: "Use {provider} instead",
        de: "Stattdessen {provider} verwenden",
        fr: "Utiliser plutôt {provider}",
        es: "Usar en su lugar {provider}",
        ja: "代わりに {provider} を使う",
    }
    /// Says no; on the page, and on the one that asks.
    label decline() {
        en: "Decline",
        de: "Ablehnen",
        fr: "Refuser",
        es: "Rechazar",
        ja: "辞退する",
    }
    /// The page that asks.
    label decline_heading() {
        en: "Decline this invitation?",
        de: "Diese Einladung ablehnen?",
        fr: "Refuser cette invitation\u{a0}?",
        es: "¿Rechazar esta invitación?",
        ja: "このご招待を辞退しますか？",
    }
    /// What declining does.
    sentence decline_means(inviter) {
        en: "{inviter} will be told, and the links in your mails will stop working. You can be invited again.",
        de: "{inviter} erfährt davon, und die Links in Ihren Mails gelten nicht mehr. Sie können wieder eingeladen werden.",
        fr: "Nous préviendrons {inviter}, et les liens de vos e-mails ne fonctionneront plus. Une nouvelle invitation reste possible.",
        es: "Se informará a {inviter} y los enlaces de sus correos dejarán de funcionar. Se le puede volver a invitar.",
        ja: "{inviter} さんにお知らせし、メールのリンクは使えなくなります。あらためて招待を受けることはできます。",
    }
    /// Above what ends.
    label declined_grants() {
        en: "What you decline",
        de: "Das lehnen Sie ab",
        fr: "Ce que vous refusez",
        es: "Lo que rechaza",
        ja: "辞退する内容",
    }
    /// What ends, where there is neither an app nor a group.
    label declined_place(organization) {
        en: "Being a guest of {organization}",
        de: "Gast bei {organization} zu sein",
        fr: "Votre place de partenaire externe chez {organization}",
        es: "Su lugar como persona invitada en {organization}",
        ja: "{organization} のゲストとしての登録",
    }
    /// Leads back to the invitation.
    label back() {
        en: "Back to your invitation",
        de: "Zurück zu Ihrer Einladung",
        fr: "Revenir à votre invitation",
        es: "Volver a su invitación",
        ja: "ご招待に戻る",
    }
    /// It is declined.
    label declined() {
        en: "You have declined",
        de: "Sie haben abgelehnt",
        fr: "Vous avez refusé",
        es: "Ha rechazado la invitación",
        ja: "ご招待を辞退しました",
    }
    /// What happens now.
    sentence declined_means() {
        en: "The person who invited you will be told. Nothing more is needed.",
        de: "Die Person, die Sie eingeladen hat, erfährt davon. Mehr ist nicht zu tun.",
        fr: "La personne à l’origine de l’invitation en sera informée. Il n’y a plus rien à faire.",
        es: "Se informará a la persona que le invitó. No hace falta nada más.",
        ja: "招待した方にお知らせします。これ以上の操作は必要ありません。",
    }
    /// And if one would rather not have.
    sentence changed_mind() {
        en: "If you change your mind, you can ask for a new invitation, now or later by the link in your mail.",
        de: "Falls Sie es sich anders überlegen, können Sie um eine neue Einladung bitten, jetzt oder später über den Link in Ihrer Mail.",
        fr: "Si vous changez d’avis, vous pouvez demander une nouvelle invitation, maintenant ou plus tard par le lien de votre e-mail.",
        es: "Si cambia de opinión, puede pedir una nueva invitación, ahora o más tarde con el enlace de su correo.",
        ja: "お気持ちが変わったときは、ここから、または後ほどメールのリンクから、新しい招待を依頼できます。",
    }
    /// Asks the inviter for a new invitation.
    label ask() {
        en: "Ask for a new invitation",
        de: "Um eine neue Einladung bitten",
        fr: "Demander une nouvelle invitation",
        es: "Pedir una nueva invitación",
        ja: "新しい招待を依頼する",
    }
    /// The inviter was asked.
    label asked() {
        en: "Your request is on its way",
        de: "Ihre Bitte ist unterwegs",
        fr: "Votre demande est partie",
        es: "Su solicitud está en camino",
        ja: "依頼をお送りしました",
    }
    /// What happens now.
    sentence asked_means() {
        en: "The person who invited you gets a mail that says that you would like a new invitation.",
        de: "Die Person, die Sie eingeladen hat, erhält eine Mail mit Ihrer Bitte um eine neue Einladung.",
        fr: "La personne à l’origine de l’invitation reçoit un e-mail indiquant que vous en souhaitez une nouvelle.",
        es: "La persona que le invitó recibirá un correo con su petición de una nueva invitación.",
        ja: "招待した方に、新しい招待をご希望であることをメールでお伝えします。",
    }
    /// What to do now.
    sentence asked_next() {
        en: "A new invitation comes by e-mail. You can close this page.",
        de: "Eine neue Einladung kommt per E-Mail. Sie können diese Seite schließen.",
        fr: "La nouvelle invitation arrivera par e-mail. Vous pouvez fermer cette page.",
        es: "La nueva invitación llegará por correo. Puede cerrar esta página.",
        ja: "新しい招待はメールで届きます。このページは閉じてかまいません。",
    }
    /// The address that was invited, beside another one.
    label invited() {
        en: "Invited",
        de: "Eingeladen",
        fr: "Adresse invitée",
        es: "Dirección invitada",
        ja: "招待されたアドレス",
    }
    /// The account that was chosen, beside the invited address.
    label chosen() {
        en: "You chose",
        de: "Von Ihnen gewählt",
        fr: "Compte choisi",
        es: "Cuenta elegida",
        ja: "選んだアカウント",
    }
    /// The account that was chosen, where it named no address.
    label no_address() {
        en: "An account without an address",
        de: "Ein Konto ohne Adresse",
        fr: "Un compte sans adresse",
        es: "Una cuenta sin dirección",
        ja: "アドレスのないアカウント",
    }
}
