//! Words for codes, in German. People are addressed by *Sie*.

use super::{Code, Said};

pub(super) const fn words(code: Code) -> Said {
    match code {
        Code::Unauthenticated => (
            "Sie sind nicht angemeldet",
            "Ihre Sitzung ist beendet, oder es gab noch keine.",
            "Melden Sie sich an und versuchen Sie es noch einmal.",
        ),
        Code::NotFound => (
            "Hier ist nichts",
            "Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt.",
            "Gehen Sie zurück zu Ihren Apps, oder fragen Sie die Person, von der Sie den Link haben.",
        ),
        Code::Forbidden => (
            "Das dürfen Sie nicht",
            "Sie können dies sehen, aber ändern dürfen es nur andere.",
            "Fragen Sie die Verantwortlichen.",
        ),
        Code::BadRequest => (
            "Das haben wir nicht verstanden",
            "Das Formular oder der Link war unvollständig.",
            "Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
        ),
        Code::TooLong => (
            "Das ist zu lang",
            "Der Text ist länger, als wir aufbewahren können.",
            "Kürzen Sie ihn und versuchen Sie es noch einmal.",
        ),
        Code::RateLimited => (
            "Das war zu oft",
            "In kurzer Zeit gab es zu viele Versuche.",
            "Warten Sie ein wenig und versuchen Sie es dann noch einmal.",
        ),
        Code::Internal => (
            "Bei uns ist etwas schiefgegangen",
            "Der Fehler ist festgehalten, und nichts wurde nur halb geändert.",
            "Versuchen Sie es in einer Minute noch einmal. Bleibt es dabei, wenden Sie sich an Ihre Administration.",
        ),
        Code::InvitesDisabled => (
            "Einladungen sind abgeschaltet",
            "Ihre Organisation lädt zurzeit keine Gäste ein.",
            "Fragen Sie Ihre Administration.",
        ),
        Code::InviterNotAllowed => (
            "Sie dürfen keine Gäste einladen",
            "In Ihrer Organisation laden andere ein.",
            "Bitten Sie die Administration oder jemanden, der Gäste einladen darf.",
        ),
        Code::GuestsNotAccepted => (
            "Hier werden keine Gäste aufgenommen",
            "Diese Gruppe oder App ist nur für Angehörige der Organisation da.",
            "Wählen Sie eine andere, oder bitten Sie die Verantwortlichen, sie für Gäste zu öffnen.",
        ),
        Code::DynamicGroup => (
            "Diese Gruppe füllt sich von selbst",
            "Ihre Mitglieder ergeben sich aus einer Regel, deshalb kann niemand eingeladen werden.",
            "Wählen Sie eine andere Gruppe.",
        ),
        Code::AddressEmpty => {
            ("Wen möchten Sie einladen?", "Die Adresse ist leer.", "Geben Sie die E-Mail-Adresse Ihres Gastes ein.")
        }
        Code::AddressInvalid => (
            "Das ist keine E-Mail-Adresse",
            "Wir konnten sie nicht als Adresse lesen.",
            "Schreiben Sie sie so: name@example.com.",
        ),
        Code::AddressTooLong => {
            ("Diese Adresse ist zu lang", "Kein Mailserver würde sie annehmen.", "Prüfen Sie sie auf Tippfehler.")
        }
        Code::DomainBlocked => (
            "Diese Domain ist gesperrt",
            "Gäste aus dieser Domain werden hier oder in der ganzen Organisation nicht aufgenommen.",
            "Nehmen Sie eine andere Adresse Ihres Gastes, oder fragen Sie Ihre Administration.",
        ),
        Code::DomainNotAllowed => (
            "Diese Domain steht nicht auf der Liste",
            "Gäste werden hier oder in der ganzen Organisation nur aus bestimmten Domains aufgenommen.",
            "Nehmen Sie eine andere Adresse Ihres Gastes, oder fragen Sie Ihre Administration.",
        ),
        Code::HomeDomain => (
            "Das ist eine Adresse Ihrer eigenen Organisation",
            "Kolleginnen und Kollegen werden nicht als Gäste eingeladen.",
            "Bitten Sie die Administration, sie hinzuzufügen.",
        ),
        Code::AlreadyMember => (
            "Diese Person gehört zu Ihrer Organisation",
            "Sie ist kein Gast und braucht keine Einladung.",
            "Fügen Sie sie der Gruppe als Mitglied hinzu.",
        ),
        Code::AlreadyInGroup => (
            "Diese Person ist schon in der Gruppe",
            "Es gibt nichts hinzuzufügen.",
            "Suchen Sie sie in der Liste der Personen.",
        ),
        Code::AccountBlocked => {
            ("Dieses Konto ist gesperrt", "Die Administration hat es gesperrt.", "Fragen Sie Ihre Administration.")
        }
        Code::MessageTooLong => (
            "Ihre Nachricht ist zu lang",
            "Sie kann bis zu 2000 Zeichen haben.",
            "Kürzen Sie sie und versuchen Sie es noch einmal.",
        ),
        Code::NothingChosen => (
            "Wozu laden Sie ein?",
            "Es ist weder eine Gruppe noch eine App ausgewählt.",
            "Wählen Sie mindestens eine Gruppe oder App.",
        ),
        Code::TooManyAddresses => (
            "Das sind zu viele Adressen",
            "Dieses Formular nimmt bis zu 100 auf einmal.",
            "Laden Sie weniger auf einmal ein, oder verwenden Sie eine Datei.",
        ),
        Code::SomeRefused => (
            "Einige dieser Adressen können nicht eingeladen werden",
            "Es wurde nichts verschickt. In der Liste steht bei jeder, was nicht stimmt.",
            "Berichtigen oder entfernen Sie diese Adressen und senden Sie dann noch einmal.",
        ),
        Code::TooManyCc => (
            "Das sind zu viele Kopien",
            "Bis zu fünf Personen können von einer Einladung erfahren.",
            "Entfernen Sie einige der Adressen.",
        ),
        Code::CcInvalid => (
            "Eine davon ist keine E-Mail-Adresse",
            "Eine Kopie kann nur an eine Adresse gehen.",
            "Schreiben Sie Adressen wie name@example.com, durch Kommas getrennt.",
        ),
        Code::RedirectNotAllowed => (
            "Dorthin können Gäste nicht geleitet werden",
            "Die Adresse gehört weder zum Panel noch zu einer App, und Ihre Administration erlaubt sie nicht.",
            "Wählen Sie die Adresse einer App, oder bitten Sie Ihre Administration, sie zu erlauben.",
        ),
        Code::SponsorUnknown => (
            "Diese verantwortliche Person kennen wir nicht",
            "Nur wer zu Ihrer Organisation gehört, kann für einen Gast einstehen.",
            "Geben Sie die E-Mail-Adresse einer Kollegin oder eines Kollegen ein.",
        ),
        Code::LanguageUnknown => (
            "Diese Sprache sprechen wir nicht",
            "In dieser Sprache gibt es keine Mails.",
            "Wählen Sie eine der Sprachen aus der Liste.",
        ),
        Code::DateInvalid => {
            ("Das ist kein Datum", "Wir konnten es nicht als Datum lesen.", "Schreiben Sie es so: 2027-03-31.")
        }
        Code::DatePast => (
            "Dieser Tag ist schon vorbei",
            "Der Zugang kann nicht in der Vergangenheit enden.",
            "Wählen Sie ein späteres Datum.",
        ),
        Code::ValidityInvalid => (
            "Mit dieser Anzahl von Tagen können wir nichts anfangen",
            "Eine Einladung kann 1 bis 365 Tage offen sein.",
            "Geben Sie eine Zahl von 1 bis 365 ein.",
        ),
        Code::InvitationEnded => (
            "Diese Einladung ist beendet",
            "Sie wurde angenommen, abgelehnt oder zurückgezogen, oder sie ist abgelaufen, vielleicht gerade eben.",
            "Laden Sie die Seite neu, um den Stand zu sehen. Sie können den Gast noch einmal einladen.",
        ),
        Code::MailBlocked => (
            "Hier sind keine Mails von Ihnen erwünscht",
            "Wem diese Adresse gehört, hat Einladungen Ihrer Organisation blockiert.",
            "Kopieren Sie den Link und übergeben Sie ihn auf anderem Weg, oder bitten Sie darum, die Blockierung aufzuheben.",
        ),
        Code::NobodyChosen => (
            "Es ist niemand ausgewählt",
            "Es gab nichts zu tun.",
            "Kreuzen Sie zuerst Personen an und wählen Sie dann, was geschehen soll.",
        ),
        Code::FileMissing => (
            "Es wurde keine Datei gewählt",
            "Das Formular kam ohne Datei.",
            "Wählen Sie eine CSV-Datei und laden Sie sie hoch.",
        ),
        Code::FileEmpty => {
            ("Diese Datei ist leer", "Es steht nichts darin.", "Füllen Sie die Vorlage aus und laden Sie sie hoch.")
        }
        Code::FileTooLarge => (
            "Diese Datei ist zu groß",
            "Eine Datei kann bis zu 32 MiB haben.",
            "Teilen Sie sie auf und laden Sie die Teile nacheinander hoch.",
        ),
        Code::FileNotText => (
            "Das ist keine CSV-Datei",
            "Es ist eine Arbeitsmappe oder etwas anderes, das kein Text ist.",
            "Wählen Sie in Ihrer Tabellenkalkulation „Speichern unter“ und dann CSV UTF-8.",
        ),
        Code::NoAddressColumn => (
            "Wir haben keine Spalte mit E-Mail-Adressen gefunden",
            "Keine Überschrift in der ersten Zeile sagt, dass ihre Spalte Adressen enthält.",
            "Nennen Sie diese Spalte email.",
        ),
        Code::NoRows => (
            "In dieser Datei steht niemand",
            "Sie hat Überschriften, aber keine Zeilen darunter.",
            "Fügen Sie für jeden Gast eine Zeile hinzu.",
        ),
        Code::TooManyRows => (
            "Diese Datei hat zu viele Zeilen",
            "Eine Datei kann bis zu 100.000 haben.",
            "Teilen Sie sie auf und laden Sie die Teile nacheinander hoch.",
        ),
        Code::RowTooLong => (
            "Eine Zeile dieser Datei ist zu lang",
            "Eine Zeile kann bis zu 64 KiB und 200 Spalten haben.",
            "Sehen Sie sich die genannte Zeile an und kürzen Sie sie.",
        ),
        Code::QuoteOpen => (
            "Ein Anführungszeichen wird nie geschlossen",
            "Ein Feld beginnt mit einem Anführungszeichen, und die Datei endet vor dem zweiten.",
            "Sehen Sie sich die genannte Zeile an und ergänzen oder löschen Sie das Zeichen.",
        ),
        Code::RowTooWide => (
            "Diese Zeile hat mehr Felder, als es Überschriften gibt",
            "Vielleicht steht in einem Text ein Komma, aber keine Anführungszeichen um ihn.",
            "Setzen Sie den Text in Anführungszeichen.",
        ),
        Code::SampleRow => (
            "Das ist die Beispielzeile",
            "Sie kam mit der Vorlage und steht für niemanden.",
            "Löschen Sie die Zeile oder lassen Sie sie stehen: Sie wird übergangen.",
        ),
        Code::DuplicateRow => (
            "Diese Adresse steht weiter oben in der Datei",
            "Nur ihre erste Zeile zählt.",
            "Schreiben Sie alles, was ein Gast bekommt, in eine Zeile.",
        ),
        Code::NotYesOrNo => ("Das ist weder ja noch nein", "Wir konnten es nicht lesen.", "Schreiben Sie yes oder no."),
        Code::TargetUnknown => (
            "Diese Gruppe oder App kennen wir nicht",
            "Es gibt keine mit diesem Namen oder dieser Kennung, die Sie sehen können.",
            "Sehen Sie auf ihrer Seite nach dem richtigen Namen.",
        ),
        Code::TargetAmbiguous => (
            "Es gibt mehrere mit diesem Namen",
            "Wir können nicht sagen, welche Gruppe oder App gemeint ist.",
            "Schreiben Sie die Kennung, die in der Adresse ihrer Seite steht.",
        ),
        Code::TooManyTargets => (
            "Das sind zu viele Gruppen oder Apps",
            "Eine Zeile kann je bis zu 20 nennen.",
            "Nennen Sie weniger, oder geben Sie eine Gruppe, die mehrere Apps gibt.",
        ),
        Code::WrongState => (
            "Das geht jetzt nicht",
            "Der Auftrag ist schon weiter, vielleicht erst seit einem Augenblick.",
            "Laden Sie die Seite neu, um zu sehen, wie weit er ist.",
        ),
        Code::TooManyJobs => (
            "Sie haben zu viele unfertige Dateien",
            "Eine Person kann bis zu 10 haben, die weder fertig noch abgebrochen sind.",
            "Beenden, stoppen oder löschen Sie zuerst eine davon.",
        ),
        Code::TicketUnknown => (
            "Diese Einladung kennen wir nicht",
            "Der Link ist unvollständig, oder er wurde ersetzt.",
            "Öffnen Sie den Link aus der neuesten Mail, oder fragen Sie die Person, die Sie eingeladen hat.",
        ),
        Code::TicketUsed => (
            "Sie haben diese Einladung schon angenommen",
            "Mehr ist nicht zu tun.",
            "Melden Sie sich an, um Ihre Apps zu sehen.",
        ),
        Code::TicketExpired => (
            "Diese Einladung ist abgelaufen",
            "Sie war nur eine begrenzte Zeit offen.",
            "Bitten Sie die Person, die Sie eingeladen hat, um eine neue.",
        ),
        Code::TicketRevoked => (
            "Diese Einladung wurde zurückgezogen",
            "Sie kann nicht mehr angenommen werden.",
            "Falls das ein Irrtum ist, fragen Sie die Person, die Sie eingeladen hat.",
        ),
        Code::TicketDeclined => (
            "Diese Einladung wurde abgelehnt",
            "Sie kann nicht mehr angenommen werden.",
            "Falls Sie es sich anders überlegt haben, fragen Sie die Person, die Sie eingeladen hat.",
        ),
        Code::WrongAccount => (
            "Das ist ein anderes Konto",
            "Die Einladung gilt für eine bestimmte Adresse, und Sie haben sich mit einer anderen angemeldet.",
            "Wechseln Sie zum richtigen Konto, oder weisen Sie die eingeladene Adresse mit einem Code nach.",
        ),
        Code::AddressUnproven => (
            "Noch ein Schritt",
            "Ihr Konto belegt nicht, dass die eingeladene Adresse Ihnen gehört.",
            "Geben Sie einen Code ein, den wir an diese Adresse schicken.",
        ),
        Code::IdentityOfMember => (
            "Dieses Konto gehört zu einem Mitglied",
            "Sie haben sich als Angehörige oder Angehöriger der Organisation angemeldet, die Einladung ist aber für einen Gast.",
            "Wechseln Sie zu dem Konto, für das die Einladung gilt.",
        ),
        Code::AttemptExpired => (
            "Das hat zu lange gedauert",
            "Eine Anmeldung muss innerhalb von 15 Minuten abgeschlossen sein.",
            "Fangen Sie noch einmal an.",
        ),
        Code::AttemptForeign => (
            "Diese Anmeldung wurde nicht hier begonnen",
            "Die Antwort kam in einem anderen Browser an als dem, der gefragt hat, oder sie kam zweimal.",
            "Fangen Sie in diesem Browser noch einmal an.",
        ),
        Code::ProviderDown => (
            "Der Anmeldedienst ist nicht erreichbar",
            "Der Dienst, der Ihr Konto kennt, antwortet nicht.",
            "Versuchen Sie es in ein paar Minuten noch einmal, oder nehmen Sie einen anderen Weg.",
        ),
        Code::ProviderRefused => (
            "Die Anmeldung wurde abgebrochen",
            "Sie oder der Anmeldedienst haben sie abgebrochen. Es wurde nichts geändert.",
            "Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
        ),
        Code::ProviderAnswer => (
            "Wir konnten der Antwort nicht trauen",
            "Der Anmeldedienst hat etwas geantwortet, das unsere Prüfungen nicht besteht.",
            "Versuchen Sie es noch einmal. Bleibt es dabei, sagen Sie der Administration, dass die Einrichtung nicht stimmt.",
        ),
        Code::ProviderUnknown => (
            "Diesen Weg zur Anmeldung gibt es nicht",
            "Er wurde entfernt, oder der Link ist alt.",
            "Nehmen Sie einen anderen Weg.",
        ),
        Code::NotAMember => (
            "Dieses Konto gehört keinem Mitglied",
            "Der Anmeldedienst kennt Sie, aber nicht als Angehörige oder Angehörigen der Organisation.",
            "Wechseln Sie zu Ihrem Arbeitskonto. Wurden Sie als Gast eingeladen, öffnen Sie den Link in Ihrer Einladung.",
        ),
        Code::NotInvited => (
            "Für Sie liegt keine Einladung vor",
            "Niemand hat dieses Konto eingeladen, oder die Einladung ist beendet.",
            "Bitten Sie die Person, mit der Sie zusammenarbeiten, um eine Einladung, oder wechseln Sie das Konto.",
        ),
        Code::OtherWay => (
            "Sie melden sich auf anderem Weg an",
            "Die Adresse gehört Ihnen, aber beigetreten sind Sie mit einem anderen Konto.",
            "Melden Sie sich so an wie beim ersten Mal.",
        ),
        Code::CodeWrong => (
            "Dieser Code stimmt nicht",
            "Er passt nicht zum neuesten Code, den wir geschickt haben.",
            "Sehen Sie in die neueste Mail und geben Sie die acht Ziffern noch einmal ein.",
        ),
        Code::CodeExpired => {
            ("Dieser Code ist zu alt", "Ein Code gilt 15 Minuten.", "Lassen Sie sich einen neuen schicken.")
        }
        Code::CodeTries => (
            "Zu viele falsche Codes",
            "Zu Ihrer Sicherheit gilt dieser Code nicht mehr.",
            "Lassen Sie sich einen neuen schicken.",
        ),
        Code::CodeTooSoon => (
            "Ein Code ist unterwegs",
            "Der letzte ging vor weniger als einer Minute ab.",
            "Sehen Sie in Ihren Posteingang und in den Spam-Ordner. In einer Minute können Sie einen weiteren bekommen.",
        ),
        Code::PasscodesOff => (
            "Codes sind abgeschaltet",
            "Diese Organisation verwendet keine Codes per E-Mail.",
            "Nehmen Sie einen anderen Weg zur Anmeldung.",
        ),
        Code::AppOff => (
            "Diese App ist abgeschaltet",
            "Wer sie betreut, hat sie vorübergehend abgeschaltet.",
            "Versuchen Sie es später, oder fragen Sie dort nach.",
        ),
        Code::LastOwner => (
            "Jede Gruppe braucht jemanden, der sie verantwortet",
            "Das ist die letzte verantwortliche Person.",
            "Fügen Sie zuerst eine weitere hinzu.",
        ),
        Code::NameEmpty => {
            ("Ein Name fehlt", "Der Name ist leer.", "Geben Sie einen Namen mit bis zu 120 Zeichen ein.")
        }
        Code::GroupCreationOff => (
            "Sie dürfen keine Gruppen anlegen",
            "In Ihrer Organisation legen nur Administratoren Gruppen an.",
            "Bitten Sie einen Administrator, die Gruppe anzulegen.",
        ),
        Code::TooManyGroups => (
            "Sie haben so viele Gruppen angelegt, wie eine Person darf",
            "Für eine Person gibt es eine Grenze.",
            "Löschen Sie eine Gruppe, die niemand braucht, oder fragen Sie einen Administrator.",
        ),
        Code::TooManyCollections => (
            "Es gibt so viele Sammlungen, wie es geben darf",
            "Eine Person kann 50 Sammlungen haben, die Organisation 200.",
            "Löschen Sie zuerst eine, die nicht mehr gebraucht wird.",
        ),
        Code::TooManyOwners => (
            "Es gibt genug Besitzer",
            "Eine Gruppe oder App hat höchstens 100 Besitzer.",
            "Entfernen Sie zuerst einen Besitzer.",
        ),
        Code::TooManyApprovers => (
            "Es gibt genug Genehmiger",
            "Eine App hat höchstens zehn Genehmiger.",
            "Entfernen Sie zuerst einen Genehmiger.",
        ),
        Code::PersonUnknown => (
            "Wir finden diese Person nicht",
            "Niemand wurde ausgewählt, oder niemand, den Sie sehen können.",
            "Suchen Sie nach Namen oder Adresse und wählen Sie jemanden aus der Liste.",
        ),
        Code::DaysInvalid => (
            "Das ist keine Anzahl von Tagen",
            "Nötig ist eine ganze Zahl von 1 bis 3650 oder nichts.",
            "Schreiben Sie eine Anzahl von Tagen, zum Beispiel 180.",
        ),
        Code::DomainInvalid => (
            "Das ist keine Domain",
            "Eine der Domains lässt sich nicht lesen.",
            "Schreiben Sie Domains wie example.com, eine je Zeile; .example.com meint auch Unterdomains.",
        ),
        Code::RedirectInvalid => (
            "Diese Adresse lässt sich nicht verwenden",
            "Apps bekommen Personen unter ganzen Adressen zurück: https ohne Fragment, http nur auf diesem Rechner, oder ein eigenes Schema mit Punkt.",
            "Schreiben Sie eine Adresse pro Zeile, genau wie die App sie sendet.",
        ),
        Code::HostInvalid => (
            "Das ist kein Host für eine App",
            "Wir brauchen Adressen wie https://wiki.example.com, ohne Pfad, und nicht die des Panels.",
            "Schreiben Sie eine pro Zeile.",
        ),
        Code::HostNotListed => (
            "Diesen Host können nur Administratoren vergeben",
            "Besitzer registrieren Hosts unterhalb der Namen, die für sie freigegeben sind; dieser liegt unter keinem davon.",
            "Bitten Sie einen Administrator, ihn zu registrieren oder freizugeben (self_service.owner_hosts).",
        ),
        Code::HostResting => (
            "Dieser Host gehörte bis vor Kurzem einer anderen App",
            "Wenn eine App einen Host abgibt, kann ihn 30 Tage lang kein Besitzer einer anderen übernehmen: Browser und Proxys kennen ihn noch als den der anderen.",
            "Warten Sie, oder bitten Sie einen Administrator, der ihn sofort übergeben kann.",
        ),
        Code::HostTaken => (
            "Diesen Host hat schon eine andere App",
            "Ein Host gehört zu einer App, gleich mit welchem Port.",
            "Nehmen Sie ihn zuerst der anderen App weg.",
        ),
        Code::ClientIdInvalid => (
            "Diese Client-ID lässt sich nicht verwenden",
            "Sie besteht aus höchstens 200 Buchstaben, Ziffern, Punkten, Unterstrichen, Bindestrichen und Doppelpunkten.",
            "Schreiben Sie eine andere, oder lassen Sie das Feld leer.",
        ),
        Code::ClientIdTaken => (
            "Diese Client-ID hat schon eine andere App",
            "Client-IDs sind einmalig.",
            "Schreiben Sie eine andere, oder lassen Sie das Feld leer.",
        ),
        Code::ClaimInvalid => (
            "Dieser Claim lässt sich nicht verwenden",
            "Wir lesen Zeilen wie department = {department} oder tenant = woodgrove; die üblichen Claims gehören uns.",
            "Ändern Sie diese Zeile.",
        ),
        Code::KeysInvalid => (
            "Wir können diese Schlüssel nicht lesen",
            "Wir brauchen ein JSON Web Key Set mit öffentlichen RSA- oder P-256-Schlüsseln.",
            "Fügen Sie ein, was die App als öffentliche Schlüssel oder JWKS angibt.",
        ),
        Code::TooManySecrets => (
            "Es gibt schon zwei Geheimnisse",
            "Zwei zugleich genügen, um vom einen zum anderen zu wechseln.",
            "Löschen Sie zuerst das, das nicht mehr gebraucht wird.",
        ),
        Code::AppUnknown => (
            "Wir kennen diese App nicht",
            "Die App, von der Sie kommen, meldet hier niemanden an.",
            "Gehen Sie zurück zur App und sagen Sie es denen, die sie betreiben.",
        ),
        Code::RedirectUnknown => (
            "Diese App verlangt etwas, das wir nicht tun",
            "Sie will Sie an eine Adresse schicken, die sie nicht angemeldet hat.",
            "Sagen Sie es denen, die die App betreiben. Folgen Sie dem Link nicht noch einmal, wenn jemand ihn Ihnen geschickt hat.",
        ),
        Code::AuthorizationEnded => (
            "Das hat zu lange gedauert",
            "Was die App verlangt hat, ist abgelaufen oder wurde schon benutzt.",
            "Gehen Sie zurück zur App und melden Sie sich neu an.",
        ),
        Code::HandshakeForeign => (
            "Diese Anmeldung kann nicht weitergehen",
            "Sie hat in einem anderen Browser begonnen oder ist zu lange her.",
            "Öffnen Sie die App noch einmal.",
        ),
        Code::UrlInvalid => (
            "Das ist keine Webadresse",
            "Sie ließ sich nicht lesen.",
            "Schreiben Sie die ganze Adresse, beginnend mit https://.",
        ),
        Code::PictureInvalid => (
            "Wir können dieses Bild nicht lesen",
            "Es ist kein Bild, das wir verstehen, oder es ist beschädigt.",
            "Wählen Sie eine Datei im Format PNG, JPEG oder WebP.",
        ),
        Code::PictureTooLarge => (
            "Dieses Bild ist zu groß",
            "Ein Bild hat höchstens 2 MB und 4000 Pixel je Seite.",
            "Wählen Sie ein kleineres.",
        ),
        Code::JoinClosed => (
            "Dieser Gruppe tritt niemand selbst bei",
            "Ihre Besitzer wählen aus, wer dazugehört.",
            "Fragen Sie einen der Besitzer.",
        ),
        Code::NotRequestable => (
            "Diese App kann man nicht beantragen",
            "Ihre Besitzer wählen aus, wer sie bekommt.",
            "Fragen Sie einen der Besitzer.",
        ),
        Code::AlreadyHas => (
            "Es ist schon da",
            "Mehr ist nicht nötig, und nichts wurde geändert.",
            "Gehen Sie zurück und laden Sie die Seite neu.",
        ),
        Code::AlreadyRequested => (
            "Sie haben das schon beantragt",
            "Ihr Antrag wartet auf eine Entscheidung.",
            "Sehen Sie bei Ihren Anträgen nach; dort können Sie erinnern.",
        ),
        Code::ReasonMissing => {
            ("Eine Begründung fehlt", "Wer das liest, möchte wissen, warum.", "Schreiben Sie einen Satz.")
        }
        Code::RequestDecided => (
            "Jemand war schneller",
            "Über diesen Antrag ist entschieden.",
            "Es bleibt nichts zu tun; der Antrag sagt, wer was entschieden hat.",
        ),
        Code::RequestEnded => (
            "Dieser Antrag ist beendet",
            "Er wurde zurückgezogen, oder niemand hat rechtzeitig entschieden.",
            "Stellen Sie ihn neu, wenn er noch gebraucht wird.",
        ),
        Code::OwnRequest => (
            "Das ist Ihr eigener Antrag",
            "Darüber muss jemand anders entscheiden.",
            "Warten Sie auf einen anderen Genehmiger, oder erinnern Sie ihn.",
        ),
        Code::RemindTooSoon => {
            ("Vor Kurzem wurde schon erinnert", "Eine Erinnerung am Tag genügt.", "Versuchen Sie es morgen wieder.")
        }
        Code::RuleInvalid => (
            "Diese Regel lässt sich nicht lesen",
            "Etwas darin ist nicht, wie es sein soll.",
            "Sehen Sie sich die markierte Stelle an und ändern Sie sie.",
        ),
    }
}
