//! What the page behind the link in a mail's footer says.

use super::{
    Language,
    sentence::{Sentence, texts},
};

texts! {
    /// The page's title.
    label title() {
        en: "Invitation mails",
        de: "Einladungsmails",
        fr: "E-mails d’invitation",
        es: "Correos de invitación",
        ja: "招待メールの設定",
    }
    /// Its heading.
    label heading(organization) {
        en: "Mails from {organization}",
        de: "Mails von {organization}",
        fr: "E-mails de {organization}",
        es: "Correos de {organization}",
        ja: "{organization} からのメール",
    }
    /// Whom it is about.
    sentence lead(address) {
        en: "You came here from a mail to {address}.",
        de: "Sie kommen aus einer Mail an {address}.",
        fr: "Vous venez d’un e-mail adressé à {address}.",
        es: "Viene de un correo enviado a {address}.",
        ja: "{address} 宛てのメールからお越しいただきました。",
    }
    /// Declines the invitation that the mail was about.
    label not_for_me() {
        en: "This was not for me",
        de: "Das war nicht für mich",
        fr: "Ce n’était pas pour moi",
        es: "Esto no era para mí",
        ja: "自分宛てではありません",
    }
    /// What that does.
    sentence not_for_me_means(inviter) {
        en: "Declines the invitation from {inviter}, who will be told.",
        de: "Lehnt die Einladung von {inviter} ab. Die einladende Person erfährt davon.",
        fr: "Refuse l’invitation de {inviter}. Nous préviendrons cette personne.",
        es: "Rechaza la invitación de {inviter}, a quien se informará.",
        ja: "{inviter} さんからの招待を辞退し、その旨をお知らせします。",
    }
    /// Stops further mails.
    label block(organization) {
        en: "Block invitations from {organization}",
        de: "Einladungen von {organization} blockieren",
        fr: "Bloquer les invitations de {organization}",
        es: "Bloquear las invitaciones de {organization}",
        ja: "{organization} からの招待をブロックする",
    }
    /// What that does.
    sentence block_means() {
        en: "No further invitations or notices come to this address. Codes that you ask for still come.",
        de: "An diese Adresse kommen keine Einladungen und Hinweise mehr. Codes, die Sie anfordern, kommen weiterhin.",
        fr: "Cette adresse ne recevra plus ni invitations ni avis. Les codes que vous demandez arriveront toujours.",
        es: "A esta dirección no llegarán más invitaciones ni avisos. Los códigos que pida seguirán llegando.",
        ja: "今後、このアドレスに招待やお知らせは届きません。ご自身で依頼したコードは、これまでどおり届きます。",
    }
    /// The heading while mails are blocked.
    label blocked() {
        en: "Invitations are blocked",
        de: "Einladungen sind blockiert",
        fr: "Les invitations sont bloquées",
        es: "Las invitaciones están bloqueadas",
        ja: "招待はブロックされています",
    }
    /// What that means.
    sentence blocked_means(organization, address) {
        en: "{organization} sends no invitations to {address}. Codes that you ask for still come.",
        de: "{organization} schickt keine Einladungen an {address}. Codes, die Sie anfordern, kommen weiterhin.",
        fr: "{organization} n’envoie plus d’invitations à {address}. Les codes que vous demandez arriveront toujours.",
        es: "{organization} no envía invitaciones a {address}. Los códigos que pida seguirán llegando.",
        ja: "{organization} から {address} に招待は届きません。ご自身で依頼したコードは届きます。",
    }
    /// Takes the block back.
    label undo() {
        en: "Undo",
        de: "Rückgängig machen",
        fr: "Annuler le blocage",
        es: "Deshacer",
        ja: "元に戻す",
    }
    /// After that.
    sentence unblocked(organization) {
        en: "{organization} may send you invitations again.",
        de: "{organization} darf Ihnen wieder Einladungen schicken.",
        fr: "{organization} peut de nouveau vous envoyer des invitations.",
        es: "{organization} puede volver a enviarle invitaciones.",
        ja: "{organization} からの招待が再び届くようになりました。",
    }
    /// After *This was not for me*.
    sentence declined() {
        en: "The invitation is declined. The person who sent it will be told.",
        de: "Die Einladung ist abgelehnt. Die einladende Person erfährt davon.",
        fr: "L’invitation est refusée. La personne qui l’a envoyée en sera informée.",
        es: "La invitación queda rechazada. Se informará a la persona que la envió.",
        ja: "招待を辞退しました。招待した方にお知らせします。",
    }
    /// What a mail provider's machine is answered that pressed *unsubscribe* for somebody.
    sentence one_click(organization) {
        en: "{organization} sends no more invitations to this address.",
        de: "{organization} schickt keine Einladungen mehr an diese Adresse.",
        fr: "{organization} n’enverra plus d’invitations à cette adresse.",
        es: "{organization} no enviará más invitaciones a esta dirección.",
        ja: "今後、{organization} からこのアドレスに招待をお送りすることはありません。",
    }
}
