//! What every door says: its frame, and the ways on that several of them offer.

use super::{
    Language,
    sentence::{Sentence, texts},
};

/// Two texts that are whole by themselves, one after the other.
pub fn after_another(language: Language, first: &str, second: &str) -> String {
    // Japanese puts nothing between sentences.
    let between = if language == Language::Japanese { "" } else { " " };
    format!("{first}{between}{second}")
}

texts! {
    /// The link that jumps over the top of a page.
    label skip() {
        en: "Skip to content",
        de: "Zum Inhalt springen",
        fr: "Aller au contenu",
        es: "Ir al contenido",
        ja: "本文へ移動",
    }
    /// The link to the organization's privacy statement.
    label privacy_statement() {
        en: "Privacy statement",
        de: "Datenschutzerklärung",
        fr: "Politique de confidentialité",
        es: "Declaración de privacidad",
        ja: "プライバシーポリシー",
    }
    /// The link that writes to the organization's contact.
    label help() {
        en: "Help",
        de: "Hilfe",
        fr: "Aide",
        es: "Ayuda",
        ja: "お問い合わせ",
    }
    /// What a screen reader calls the list of languages.
    label languages() {
        en: "Language",
        de: "Sprache",
        fr: "Langue",
        es: "Idioma",
        ja: "言語",
    }
    /// What a screen reader calls the note of the demo.
    label demo() {
        en: "Demo",
        de: "Demo",
        fr: "Démo",
        es: "Demostración",
        ja: "デモ",
    }
    /// Above every page of the demo.
    sentence demo_note() {
        en: "This is a demo: its people are made up, and no mail leaves this machine.",
        de: "Das ist eine Demo: Die Personen sind erfunden, und keine Mail verlässt diesen Rechner.",
        fr: "Ceci est une démo\u{a0}: les personnes sont fictives et aucun e-mail ne quitte cette machine.",
        es: "Esto es una demostración: las personas son ficticias y ningún correo sale de este equipo.",
        ja: "これはデモです。登場する人物は架空のもので、メールがこのコンピューターの外に出ることはありません。",
    }
    /// The link beside it.
    label demo_mailbox() {
        en: "Open the mailbox",
        de: "Postfach öffnen",
        fr: "Ouvrir la boîte aux lettres",
        es: "Abrir el buzón",
        ja: "メールボックスを開く",
    }
    /// Signs in.
    label sign_in() {
        en: "Sign in",
        de: "Anmelden",
        fr: "Se connecter",
        es: "Iniciar sesión",
        ja: "サインイン",
    }
    /// Goes on from a form.
    label go_on() {
        en: "Continue",
        de: "Weiter",
        fr: "Continuer",
        es: "Continuar",
        ja: "続ける",
    }
    /// Begins a sign-in anew.
    label start_again() {
        en: "Start again",
        de: "Noch einmal anfangen",
        fr: "Recommencer",
        es: "Empezar de nuevo",
        ja: "はじめからやり直す",
    }
    /// Leads to the page for signing in.
    label start_page() {
        en: "Go to the start page",
        de: "Zur Startseite",
        fr: "Aller à la page d’accueil",
        es: "Ir a la página de inicio",
        ja: "スタートページへ",
    }
    /// Leads to the apps of somebody who is signed in.
    label apps() {
        en: "Go to your apps",
        de: "Zu Ihren Apps",
        fr: "Aller à vos applications",
        es: "Ir a sus aplicaciones",
        ja: "アプリの一覧へ",
    }
    /// Writes to the organization's contact.
    label ask_for_help() {
        en: "Ask for help",
        de: "Um Hilfe bitten",
        fr: "Demander de l’aide",
        es: "Pedir ayuda",
        ja: "問い合わせる",
    }
    /// Lets the person choose another account at the provider.
    label other_account() {
        en: "Use another account",
        de: "Anderes Konto verwenden",
        fr: "Utiliser un autre compte",
        es: "Usar otra cuenta",
        ja: "別のアカウントを使う",
    }
    /// Leads back to the choice of ways.
    label other_way() {
        en: "Use another way",
        de: "Anderen Weg nehmen",
        fr: "Choisir un autre moyen",
        es: "Usar otra forma",
        ja: "別の方法を使う",
    }
    /// Signs in by a provider.
    label by_provider(provider) {
        en: "Use {provider}",
        de: "{provider} verwenden",
        fr: "Utiliser {provider}",
        es: "Usar {provider}",
        ja: "{provider} を使う",
    }
}
