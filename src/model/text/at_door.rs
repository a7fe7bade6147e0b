//! Codes that say something else to somebody at the door than to somebody inside.

use super::{Code, Language, Said};

/// The words for somebody at the door; `None` where they are the same for everybody.
pub(super) const fn words(code: Code, language: Language) -> Option<Said> {
    Some(match code {
        Code::AddressEmpty => match language {
            Language::English => (
                "Your address is missing",
                "The field is empty.",
                "Enter the address that your invitation was sent to.",
            ),
            Language::German => {
                ("Ihre Adresse fehlt", "Das Feld ist leer.", "Geben Sie die Adresse ein, an die Ihre Einladung ging.")
            }
            Language::French => (
                "Votre adresse manque",
                "Le champ est vide.",
                "Saisissez l’adresse à laquelle l’invitation vous a été envoyée.",
            ),
            Language::Spanish => {
                ("Falta su dirección", "El campo está vacío.", "Escriba la dirección a la que se envió su invitación.")
            }
            Language::Japanese => (
                "メールアドレスが入力されていません",
                "入力欄が空です。",
                "招待メールが届いたアドレスを入力してください。",
            ),
        },
        Code::DomainBlocked | Code::DomainNotAllowed => match language {
            Language::English => (
                "This organization takes no guests from your domain",
                "Its rules may have changed since you were invited. Nothing was changed for you.",
                "Tell the person who invited you. They can invite another address of yours.",
            ),
            Language::German => (
                "Diese Organisation nimmt keine Gäste aus Ihrer Domain auf",
                "Die Regeln haben sich seit Ihrer Einladung vielleicht geändert. Für Sie wurde nichts verändert.",
                "Sagen Sie der Person Bescheid, die Sie eingeladen hat. Sie kann eine andere Adresse von Ihnen einladen.",
            ),
            Language::French => (
                "Cette organisation n’accepte pas d’invités de votre domaine",
                "Ses règles ont peut-être changé depuis votre invitation. Rien n’a été modifié pour vous.",
                "Prévenez la personne à l’origine de l’invitation. Elle peut inviter une autre de vos adresses.",
            ),
            Language::Spanish => (
                "Esta organización no admite invitados de su dominio",
                "Puede que sus reglas hayan cambiado desde que se le invitó. No se ha modificado nada.",
                "Avise a la persona que le invitó. Puede invitar a otra dirección suya.",
            ),
            Language::Japanese => (
                "お使いのドメインからはご参加いただけません",
                "ご招待のあとに組織の方針が変わった可能性があります。お客様の情報は何も変更されていません。",
                "招待した方にお知らせください。別のメールアドレスをあらためて招待してもらえます。",
            ),
        },
        Code::AccountBlocked => match language {
            Language::English => (
                "This account is blocked",
                "The organization has blocked it, so it cannot be used to get in.",
                "If you think that is a mistake, ask the organization. You can also use another account.",
            ),
            Language::German => (
                "Dieses Konto ist gesperrt",
                "Die Organisation hat es gesperrt. Damit ist kein Zugang möglich.",
                "Falls das ein Irrtum ist, wenden Sie sich an die Organisation. Oder verwenden Sie ein anderes Konto.",
            ),
            Language::French => (
                "Ce compte est bloqué",
                "L’organisation l’a bloqué\u{a0}: il ne permet plus d’entrer.",
                "Si vous pensez qu’il s’agit d’une erreur, adressez-vous à l’organisation. Vous pouvez aussi utiliser un autre compte.",
            ),
            Language::Spanish => (
                "Esta cuenta está bloqueada",
                "La organización la ha bloqueado y no sirve para entrar.",
                "Si cree que es un error, consulte a la organización. También puede usar otra cuenta.",
            ),
            Language::Japanese => (
                "このアカウントはブロックされています",
                "組織がこのアカウントをブロックしたため、ご利用いただけません。",
                "お心当たりがない場合は、組織にお問い合わせください。別のアカウントを使うこともできます。",
            ),
        },
        _ => return None,
    })
}
