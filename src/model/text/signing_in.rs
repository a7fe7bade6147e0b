//! What the pages of a sign-in say: the front door, and the code by e-mail.

use super::{
    Language,
    sentence::{Sentence, texts},
};

texts! {
    /// The title of the front door.
    label title() {
        en: "Welcome",
        de: "Willkommen",
        fr: "Bienvenue",
        es: "Bienvenida",
        ja: "ようこそ",
    }
    /// Its heading.
    label heading(organization) {
        en: "Welcome to {organization}",
        de: "Willkommen bei {organization}",
        fr: "Bienvenue chez {organization}",
        es: "Le damos la bienvenida a {organization}",
        ja: "{organization} へようこそ",
    }
    /// Below the heading.
    sentence lead() {
        en: "Your apps and groups, in one place.",
        de: "Ihre Apps und Gruppen an einem Ort.",
        fr: "Vos applications et vos groupes, au même endroit.",
        es: "Sus aplicaciones y grupos, en un solo lugar.",
        ja: "アプリとグループを 1 か所でご利用いただけます。",
    }
    /// Between the button for members and the form for guests.
    label or_guest() {
        en: "or, as a guest",
        de: "oder als Gast",
        fr: "ou, sur invitation",
        es: "o con una invitación",
        ja: "ゲストの方はこちら",
    }
    /// The field for an address.
    label address() {
        en: "Email address",
        de: "E-Mail-Adresse",
        fr: "Adresse e-mail",
        es: "Dirección de correo",
        ja: "メールアドレス",
    }
    /// Its hint.
    sentence address_hint() {
        en: "The one your invitation was sent to.",
        de: "Die Adresse, an die Ihre Einladung ging.",
        fr: "Celle à laquelle l’invitation vous a été envoyée.",
        es: "La dirección a la que se envió su invitación.",
        ja: "招待メールが届いたアドレスです。",
    }
    /// Signs in by a code, not by the provider of the address's domain.
    label code_instead() {
        en: "Use a code instead",
        de: "Stattdessen einen Code verwenden",
        fr: "Utiliser plutôt un code",
        es: "Usar un código en su lugar",
        ja: "コードを使う",
    }
    /// The heading where somebody who is signed in has to prove who they are again.
    label again() {
        en: "Sign in again",
        de: "Erneut anmelden",
        fr: "Se reconnecter",
        es: "Volver a iniciar sesión",
        ja: "もう一度サインイン",
    }
    /// Why somebody sees the front door who came from an app.
    sentence to_go_on(app) {
        en: "Sign in to go on to {app}.",
        de: "Melden Sie sich an, um zu {app} zu gelangen.",
        fr: "Connectez-vous pour accéder à {app}.",
        es: "Inicie sesión para continuar en {app}.",
        ja: "{app} に進むには、サインインしてください。",
    }
    /// The same for somebody who is signed in already.
    sentence again_to_go_on(app) {
        en: "{app} asks you to sign in once more, or with another account, before you go on.",
        de: "{app} bittet Sie, sich vor dem Fortfahren noch einmal oder mit einem anderen Konto anzumelden.",
        fr: "{app} vous demande de vous reconnecter, ou d’utiliser un autre compte, avant de continuer.",
        es: "{app} le pide que vuelva a iniciar sesión, o que use otra cuenta, antes de continuar.",
        ja: "続行する前に、もう一度サインインするか、別のアカウントでサインインするよう {app} が求めています。",
    }
    /// Leads back to the app that somebody came from, without signing in.
    label back_to(app) {
        en: "Back to {app}",
        de: "Zurück zu {app}",
        fr: "Retour à {app}",
        es: "Volver a {app}",
        ja: "{app} に戻る",
    }
    /// The heading of the short page between the panel and a program on the person's own machine.
    label going_on_to(app) {
        en: "Going on to {app}",
        de: "Weiter zu {app}",
        fr: "Ouverture de {app}",
        es: "Abriendo {app}",
        ja: "{app} に移動します",
    }
    /// The heading of the page that asks before signing out.
    label sign_out_heading(organization) {
        en: "Sign out of {organization}?",
        de: "Von {organization} abmelden?",
        fr: "Se déconnecter de {organization}\u{a0}?",
        es: "¿Cerrar la sesión de {organization}?",
        ja: "{organization} からサインアウトしますか？",
    }
    /// What that does.
    sentence sign_out_does() {
        en: "It ends your session in this browser, and with it the apps that you opened from here.",
        de: "Das beendet Ihre Sitzung in diesem Browser und damit auch die Apps, die Sie von hier geöffnet haben.",
        fr: "Cela met fin à votre session dans ce navigateur et aux applications que vous avez ouvertes d’ici.",
        es: "Se cerrará su sesión en este navegador y, con ella, las aplicaciones que abrió desde aquí.",
        ja: "このブラウザーのセッションと、ここから開いたアプリの利用が終了します。",
    }
    /// The button that does it.
    label sign_out() {
        en: "Sign out",
        de: "Abmelden",
        fr: "Se déconnecter",
        es: "Cerrar sesión",
        ja: "サインアウト",
    }
    /// The way back to the apps.
    label stay() {
        en: "Stay signed in",
        de: "Angemeldet bleiben",
        fr: "Rester connecté",
        es: "Mantener la sesión",
        ja: "サインインしたままにする",
    }
    /// After signing out.
    sentence signed_out() {
        en: "You are signed out.",
        de: "Sie sind abgemeldet.",
        fr: "Votre session est fermée.",
        es: "Ha cerrado la sesión.",
        ja: "サインアウトしました。",
    }
    /// After leaving the organization.
    sentence left() {
        en: "You have left. Your access has ended.",
        de: "Sie sind ausgetreten. Ihr Zugang ist beendet.",
        fr: "Vous avez quitté l’organisation. Votre accès est terminé.",
        es: "Ha dejado la organización. Su acceso ha terminado.",
        ja: "組織から退出しました。アクセスは終了しています。",
    }

    /// The title of the page for a code.
    label code_title() {
        en: "Code by e-mail",
        de: "Code per E-Mail",
        fr: "Code par e-mail",
        es: "Código por correo",
        ja: "メールによるコード",
    }
    /// Its heading before a code was sent.
    label get_code() {
        en: "Get a code by e-mail",
        de: "Code per E-Mail erhalten",
        fr: "Recevoir un code par e-mail",
        es: "Recibir un código por correo",
        ja: "コードをメールで受け取る",
    }
    /// What will be sent.
    sentence code_will_go(address) {
        en: "We send eight digits to {address}. They are good for 15 minutes.",
        de: "Wir schicken acht Ziffern an {address}. Sie gelten 15 Minuten.",
        fr: "Nous envoyons huit chiffres à {address}. Ils sont valables 15 minutes.",
        es: "Enviamos ocho cifras a {address}. Valen durante 15 minutos.",
        ja: "{address} に 8 桁の数字をお送りします。有効期間は 15 分です。",
    }
    /// The same in short, where the page explains more above.
    sentence code_goes_to(address) {
        en: "The code goes to {address}.",
        de: "Der Code geht an {address}.",
        fr: "Le code est envoyé à {address}.",
        es: "El código se envía a {address}.",
        ja: "コードは {address} に届きます。",
    }
    /// Sends it.
    label send_code() {
        en: "Send code",
        de: "Code senden",
        fr: "Envoyer le code",
        es: "Enviar código",
        ja: "コードを送信",
    }
    /// The heading after a code was sent.
    label enter_code() {
        en: "Enter your code",
        de: "Code eingeben",
        fr: "Saisissez votre code",
        es: "Escriba su código",
        ja: "コードを入力してください",
    }
    /// What was sent, and where to look. Does not tell whether the address is known.
    sentence code_sent(address) {
        en: "If {address} is known here, a mail with eight digits has just left. Nothing there? Look into the spam folder.",
        de: "Falls {address} hier bekannt ist, ist gerade eine Mail mit acht Ziffern abgegangen. Nichts angekommen? Sehen Sie in den Spam-Ordner.",
        fr: "Si {address} est connue ici, un e-mail de huit chiffres vient de partir. Rien reçu\u{a0}? Regardez parmi les indésirables.",
        es: "Si conocemos {address}, acaba de salir un correo con ocho cifras. ¿No ha llegado nada? Mire en la carpeta de correo no deseado.",
        ja: "{address} が登録されていれば、8 桁の数字を記載したメールをお送りしました。届かない場合は、迷惑メールフォルダーをご確認ください。",
    }
    /// The field for the code.
    label code() {
        en: "Code",
        de: "Code",
        fr: "Code",
        es: "Código",
        ja: "コード",
    }
    /// Its hint.
    sentence code_hint() {
        en: "Eight digits. Use the newest mail.",
        de: "Acht Ziffern. Es gilt die neueste Mail.",
        fr: "Huit chiffres. Utilisez le dernier e-mail reçu.",
        es: "Ocho cifras. Use el correo más reciente.",
        ja: "8 桁の数字です。最新のメールのコードをお使いください。",
    }
    /// Sends another one.
    label send_another() {
        en: "Send another",
        de: "Neuen Code senden",
        fr: "En envoyer un autre",
        es: "Enviar otro",
        ja: "もう一度送信",
    }
    /// What a code does for an account that does not prove the address by itself.
    sentence then_bound() {
        en: "Then the account you chose is bound to the invitation.",
        de: "Dann wird das von Ihnen gewählte Konto mit der Einladung verbunden.",
        fr: "Le compte choisi sera alors lié à l’invitation.",
        es: "Entonces la cuenta elegida quedará vinculada a la invitación.",
        ja: "その後、選んだアカウントが招待に結び付けられます。",
    }
}
