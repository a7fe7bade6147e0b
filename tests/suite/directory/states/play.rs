//! One random sequence: what people, jobs and the clock do.

use std::collections::{BTreeSet, HashMap};

use access_panel::{
    directory::{
        Result,
        arrivals::Arrival,
        entities::users,
        guests::GuestQuery,
        invitations::{Ask, Terms},
        outbox::Leased,
        redemption::Next,
    },
    model::{
        Address, Caller, Language,
        letter::Letter,
        state::{ExternalState, GuestAction, InvitationState},
        view::PASSCODE_WAY,
    },
};
use chrono::{DateTime, Duration, Utc};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{dice::Dice, picture::Picture};
use crate::support::{World, guests::claims, said};

const MEMBERS: [&str; 7] =
    ["ada.admin", "john.doe", "omar.owner", "lena.lee", "ana.ruiz", "emma.inviter", "henrik.auditor"];
const GROUPS: [&str; 5] = ["aurora", "timber", "open-house", "board", "studio"];
const APPS: [&str; 3] = ["sketches", "budget", "design-review"];

/// How somebody signs in.
#[derive(Clone, Debug)]
enum Way {
    Mail(String),
    Account(&'static str, String),
}

/// One sequence being played.
pub struct Play<'a> {
    world: &'a World,
    dice: Dice,
    pub trace: Vec<String>,
    addresses: Vec<String>,
    /// Everything that was ever asked for: pressed again, it is asked for again.
    asks: Vec<(String, Ask)>,
    tickets: Vec<String>,
    tokens: Vec<String>,
    in_hand: Vec<Leased>,
    ways: HashMap<Uuid, Way>,
    picture: Picture,
    since: DateTime<Utc>,
    pub wrong: Option<String>,
}

impl<'a> Play<'a> {
    pub async fn new(world: &'a World, seed: u64) -> Self {
        let addresses = vec![
            format!("ann{seed}@fabrikam.example"),
            format!("bob{seed}@gmail.com"),
            format!("cat{seed}@contoso.example"),
            format!("dan{seed}@Fabrikam.example"),
        ];
        let picture = Picture::of(world).await;
        Self {
            world,
            dice: Dice(seed),
            trace: Vec::new(),
            addresses,
            asks: Vec::new(),
            tickets: Vec::new(),
            tokens: Vec::new(),
            in_hand: Vec::new(),
            ways: HashMap::new(),
            since: picture.now,
            picture,
            wrong: None,
        }
    }

    fn note(&mut self, text: String) {
        if std::env::var("ACCESS_PANEL_TEST_SEED").is_ok() {
            eprintln!("{:>3} {text}", self.trace.len());
        }
        self.trace.push(text);
    }

    fn address(&mut self) -> String {
        let at = self.dice.below(self.addresses.len());
        self.addresses[at].clone()
    }

    /// The invitations of this sequence, the oldest first.
    fn invitations(&self) -> Vec<Uuid> {
        self.picture.invitations.iter().filter(|row| row.created_at > self.since).map(|row| row.id).collect()
    }

    /// Rather one that is open.
    fn invitation(&mut self) -> Option<Uuid> {
        let mut all = self.invitations();
        let open = |id: &Uuid| {
            let row = self.picture.invitation(*id);
            row.is_some_and(|row| self.picture.state(row) == InvitationState::Pending)
        };
        if all.iter().any(open) && !self.dice.0.is_multiple_of(4) {
            all.retain(open);
        }
        self.dice.pick(&all).copied()
    }

    fn numbered(&self, invitation: Uuid) -> String {
        let number = self.invitations().iter().position(|id| *id == invitation);
        let address = self.picture.invitation(invitation).map_or("", |row| row.address.as_str());
        number.map_or_else(|| format!("invitation {invitation}"), |number| format!("invitation #{number} of {address}"))
    }

    /// The guests of this sequence, gone ones too.
    fn guest(&mut self) -> Option<users::Model> {
        let since = self.since;
        let all: Vec<_> = self.picture.guests.iter().filter(|row| row.created_at > since).cloned().collect();
        self.dice.pick(&all).cloned()
    }

    /// A guest who could be signed in.
    fn signed_in_guest(&mut self) -> Option<Caller> {
        let since = self.since;
        let here: Vec<_> = self
            .picture
            .guests
            .iter()
            .filter(|row| row.created_at > since && row.deleted_at.is_none())
            .filter(|row| row.external_state == Some(ExternalState::Accepted))
            .cloned()
            .collect();
        self.dice.pick(&here).map(caller_of)
    }

    async fn caller(&mut self) -> Caller {
        if self.dice.chance(12)
            && let Some(guest) = self.signed_in_guest()
        {
            return guest;
        }
        // Those who may do something more often than those who may not.
        let who = match self.dice.below(10) {
            0..5 => 0,
            5..8 => self.dice.below(3),
            _ => self.dice.below(MEMBERS.len()),
        };
        self.world.caller(MEMBERS[who]).await
    }

    pub async fn step(&mut self) {
        let before = self.picture.clone();
        let number = self.trace.len();
        let mut may_give = false;
        // What there is nothing for is no step.
        while self.trace.len() == number {
            may_give |= self.act().await;
        }
        let after = Picture::of(self.world).await;
        self.judge(&before, after, may_give).await;
        // Each step has its own moment, so that what is sorted by time is sorted the same each time.
        self.world.advance(Duration::seconds(1));
        self.picture.now = self.world.directory.now();
    }

    async fn judge(&mut self, before: &Picture, after: Picture, may_give: bool) {
        let checked = after.check().and_then(|()| after.check_after(before, may_give));
        if let Err(wrong) = checked {
            self.wrong.get_or_insert(wrong);
        }
        let expected = after.access();
        let guests = after.guests.iter().filter(|row| row.created_at >= self.since && row.deleted_at.is_none());
        for guest in guests {
            let tiles = self.world.directory.my_apps(&caller_of(guest)).await.expect("apps are read");
            let shown: BTreeSet<Uuid> = tiles.into_iter().map(|tile| tile.id).collect();
            let mut enabled = BTreeSet::new();
            for (_, app) in expected.iter().filter(|(user, _)| *user == guest.id) {
                if self
                    .world
                    .directory
                    .may_open(&caller_of(guest), *app)
                    .await
                    .map_or_else(|e| e.code().as_str() == "appOff", |_| true)
                {
                    enabled.insert(*app);
                }
            }
            let should: BTreeSet<Uuid> =
                expected.iter().filter(|(user, _)| *user == guest.id).map(|(_, app)| *app).collect();
            if enabled != should || !shown.is_subset(&should) {
                let wrong = format!("{} opens {shown:?}, should {should:?}", guest.address);
                self.wrong.get_or_insert(wrong);
            }
        }
        self.picture = after;
    }

    /// One operation by somebody. Says whether it may give access.
    async fn act(&mut self) -> bool {
        match self.dice.below(100) {
            0..22 => self.invite().await,
            22..27 => self.press_again().await,
            27..43 => self.steer().await,
            43..47 => self.steer_several().await,
            47..50 => self.withdraw().await,
            50..53 => self.remove().await,
            53..62 => self.redeem().await,
            62..65 => self.sign_in_without_the_link().await,
            65..67 => self.decline().await,
            67..70 => self.answer_mail().await,
            70..72 => self.leave().await,
            72..75 => self.reset().await,
            75..77 => self.answer_waiting().await,
            77..78 => self.ask_for_new().await,
            78..80 => self.narrow().await,
            80..87 => self.carry_mail().await,
            87..94 => self.job().await,
            _ => self.wait(),
        }
    }

    async fn invite(&mut self) -> bool {
        let caller = self.caller().await;
        let mut groups = Vec::new();
        for _ in 0..[0, 1, 1, 1, 2][self.dice.below(5)] {
            let key = if self.dice.chance(75) { GROUPS[self.dice.below(3)] } else { GROUPS[self.dice.below(5)] };
            groups.push(key);
        }
        let mut apps = Vec::new();
        if self.dice.chance(30) {
            apps.push(APPS[self.dice.below(APPS.len())]);
        }
        let address = self.address();
        let mut ask = self.world.ask_to(&groups, &apps, &address).await;
        let now = self.world.directory.now();
        let until = self.dice.chance(25).then(|| self.dice.below(40));
        let days = self.dice.chance(40).then(|| u16::try_from(1 + self.dice.below(12)).unwrap());
        ask.terms = Terms {
            message: "Come in.".to_owned(),
            without_mail: self.dice.chance(15),
            access_until: until.map(|days| now + Duration::days(1 + i64::try_from(days).unwrap())),
            valid_days: days,
            cc: if self.dice.chance(15) { vec![Address::parse("boss@fabrikam.example").unwrap()] } else { Vec::new() },
            ..Default::default()
        };
        let terms =
            format!("until {until:?}, valid {days:?}, mail {}, cc {}", !ask.terms.without_mail, ask.terms.cc.len());
        self.asks.push((caller.address.clone(), ask.clone()));
        let result = self.world.directory.invite(&caller, &ask).await;
        self.note(format!("{} invites {address} to {groups:?} {apps:?}, {terms}: {}", caller.address, said(&result)));
        self.keep_link(result.map(|invited| invited.link));
        true
    }

    async fn press_again(&mut self) -> bool {
        let Some((who, ask)) = self.dice.pick(&self.asks.clone()).cloned() else { return false };
        let Some(user) = self.world.find_user(&who).await else { return false };
        let caller = self.world.caller(&user.address).await;
        if caller.is_guest() && user.external_state != Some(ExternalState::Accepted) {
            return false;
        }
        let result = self.world.directory.invite(&caller, &ask).await;
        let outcome = result.as_ref().map(|invited| format!("{:?}", invited.outcome)).unwrap_or_default();
        self.note(format!("{who} presses again for {}: {} {outcome}", ask.address, said(&result)));
        self.keep_link(result.map(|invited| invited.link));
        true
    }

    fn keep_link(&mut self, link: Result<Option<String>>) {
        if let Ok(Some(link)) = link {
            self.tickets.push(World::ticket_in(&link));
        }
        // A database that fails is no refusal.
    }

    fn expect<T>(&mut self, result: &Result<T>) {
        if said(result) == "internal" {
            let error = result.as_ref().err().map(ToString::to_string);
            self.wrong.get_or_insert(format!("an operation broke: {error:?}"));
        }
    }

    async fn steer(&mut self) -> bool {
        let Some(id) = self.invitation() else { return false };
        let caller = self.caller().await;
        let d = self.world.directory.clone();
        let which = self.dice.below(6);
        let days = self.dice.chance(50).then(|| u16::try_from(1 + self.dice.below(20)).unwrap());
        let (what, result) = match which {
            0 => ("sends again", d.resend_invitation(&caller, id).await),
            1 => {
                let link = d.invitation_link(&caller, id).await;
                let done = link.as_ref().map(drop).map_err(|error| error.code().into());
                self.keep_link(link.map(Some));
                ("copies the link of", done)
            }
            2 => ("extends", d.extend_invitation(&caller, id, days).await),
            3 | 4 => ("revokes", d.revoke_invitation(&caller, id).await),
            _ => {
                let again = d.invite_again(&caller, id).await;
                let done = again.as_ref().map(drop).map_err(|error| error.code().into());
                self.keep_link(again.map(|invited| invited.link));
                ("invites again", done)
            }
        };
        self.expect(&result);
        let name = self.numbered(id);
        self.note(format!("{} {what} {name} ({days:?}): {}", caller.address, said(&result)));
        which == 5
    }

    async fn steer_several(&mut self) -> bool {
        let caller = self.caller().await;
        let mut ids = Vec::new();
        for _ in 0..=self.dice.below(3) {
            ids.extend(self.guest().map(|guest| guest.id));
        }
        let action = GuestAction::ALL[self.dice.below(GuestAction::ALL.len())];
        let result = self.world.directory.steer_guests(&caller, action, &ids).await;
        self.expect(&result);
        let what = result.as_ref().map(|steered| format!("{steered:?}")).unwrap_or_default();
        self.note(format!("{} steers {} guests: {action}: {} {what}", caller.address, ids.len(), said(&result)));
        action == GuestAction::Again
    }

    async fn withdraw(&mut self) -> bool {
        let Some(guest) = self.guest() else { return false };
        let caller = self.caller().await;
        let result = self.world.directory.withdraw_access(&caller, guest.id).await;
        self.expect(&result);
        self.note(format!("{} withdraws everything from {}: {}", caller.address, guest.address, said(&result)));
        false
    }

    async fn remove(&mut self) -> bool {
        let Some(guest) = self.guest() else { return false };
        let caller = self.caller().await;
        let key = GROUPS[self.dice.below(3)];
        let group = self.world.group(key).await;
        let result = self.world.directory.remove_member(&caller, group, guest.id).await;
        self.expect(&result);
        self.note(format!("{} removes {} from {key}: {}", caller.address, guest.address, said(&result)));
        false
    }

    /// Carries codes and notes what else leaves; invitations may leave, fail, or stay in hand.
    async fn carry(&mut self) -> Vec<Leased> {
        let leased = self.world.directory.lease_outbox(200).await.expect("the outbox is leased");
        self.picture = Picture::of(self.world).await;
        let mut codes = Vec::new();
        for mail in leased {
            match &mail.post.letter {
                Letter::Invitation { ticket: Some(ticket), .. } | Letter::Reminder { ticket: Some(ticket), .. } => {
                    self.tickets.push(ticket.clone());
                }
                _ => {}
            }
            self.tokens.extend(mail.post.unsubscribe.clone());
            self.judge_leaving(&mail, "leased");
            if mail.post.letter.kind() == "passcode" {
                self.world.directory.outbox_sent(mail.id).await.expect("sent");
                codes.push(mail);
            } else {
                self.in_hand.push(mail);
            }
        }
        let mut kept = Vec::new();
        for mail in std::mem::take(&mut self.in_hand) {
            // A worker asks once more before it sends.
            if !self.world.directory.outbox_still_wanted(mail.id).await.expect("asked") {
                continue;
            }
            self.judge_leaving(&mail, "about to leave");
            match self.dice.below(10) {
                0..6 => self.world.directory.outbox_sent(mail.id).await.expect("sent"),
                6 => self.world.directory.outbox_failed(mail.id, mail.tries, "451 later", false).await.expect("noted"),
                7 => self.world.directory.outbox_failed(mail.id, mail.tries, "550 no", true).await.expect("noted"),
                _ => kept.push(mail),
            }
        }
        self.in_hand = kept;
        codes
    }

    /// Whether a mail may be on its way at this moment.
    fn judge_leaving(&mut self, mail: &Leased, how: &str) {
        let kind = mail.post.letter.kind();
        let row = self.picture.outbox.iter().find(|row| row.id == mail.id);
        let invitation = row.and_then(|row| row.invitation_id).and_then(|id| self.picture.invitation(id));
        if let Some(invitation) = invitation
            && self.picture.state(invitation) != InvitationState::Pending
        {
            let state = self.picture.state(invitation);
            self.wrong.get_or_insert(format!("a mail ({kind}) of a {state} invitation was {how}"));
        }
        let to = Address::parse(&mail.to).unwrap();
        let unasked = !["passcode", "digest", "asked"].contains(&kind);
        if unasked && self.picture.blocks.iter().any(|block| block == to.normalized()) {
            self.wrong.get_or_insert(format!("a mail ({kind}) was {how} to {}, who blocks them", mail.to));
        }
    }

    async fn carry_mail(&mut self) -> bool {
        self.carry().await;
        self.note("mail is carried".to_owned());
        false
    }

    /// Enters the code that is sent to an attempt's address.
    async fn prove(&mut self, browser: &str, attempt: Uuid) -> Result<Option<Arrival>> {
        let d = self.world.directory.clone();
        d.send_passcode(Some(browser), attempt, "198.51.100.7", true, Language::English).await?;
        let codes = self.carry().await;
        let Some(Letter::Passcode { code, .. }) = codes.last().map(|mail| mail.post.letter.clone()) else {
            return Ok(None);
        };
        if self.dice.chance(5) {
            return d.enter_passcode(Some(browser), attempt, "00000000").await.map(Some);
        }
        d.enter_passcode(Some(browser), attempt, &code).await.map(Some)
    }

    /// Rather one that is good.
    async fn ticket(&mut self) -> Option<String> {
        let mut ticket = None;
        for _ in 0..4 {
            ticket = self.dice.pick(&self.tickets).cloned();
            if let Some(ticket) = &ticket
                && self.world.directory.redeem_page(ticket).await.is_ok()
            {
                break;
            }
        }
        ticket
    }

    async fn redeem(&mut self) -> bool {
        self.carry().await;
        let Some(ticket) = self.ticket().await else { return false };
        let browser = format!("browser {}", self.trace.len());
        let account = self.dice.chance(50).then(|| self.address());
        let mut how = match &account {
            Some(account) => format!("a ticket by the account of {account}"),
            None => "a ticket by a code".to_owned(),
        };
        let result = self.redeem_by(&browser, &ticket, account.as_deref(), &mut how).await;
        self.expect(&result);
        self.note(format!("{how}: {}", said(&result)));
        true
    }

    async fn redeem_by(&mut self, browser: &str, ticket: &str, account: Option<&str>, how: &mut String) -> Result<()> {
        let d = self.world.directory.clone();
        let page = d.redeem_page(ticket).await?;
        how.push_str(&format!(" for {}", page.address));
        let Next::Passcode { attempt } = d.start_redemption(browser, Some(ticket), Some(PASSCODE_WAY)).await? else {
            return Ok(());
        };
        let Some(account) = account else {
            let arrival = self.prove(browser, attempt).await?;
            self.arrived(arrival, Way::Mail(page.address), how);
            return Ok(());
        };
        let key = if account.contains("gmail") {
            "gmail"
        } else if account.contains("contoso") {
            "contoso"
        } else {
            "octo"
        };
        let said = self.world.claims(key, account).await;
        let arrival = self.world.answer(browser, attempt, key, &said).await?;
        let arrival = match arrival {
            Arrival::ProveAddress { attempt, .. } if self.dice.chance(70) => {
                how.push_str(" and a code");
                self.prove(browser, attempt).await?
            }
            arrival => Some(arrival),
        };
        self.arrived(arrival, Way::Account(key, account.to_owned()), how);
        Ok(())
    }

    fn arrived(&mut self, arrival: Option<Arrival>, way: Way, how: &mut String) {
        if let Some(Arrival::SignedIn { user_id, .. }) = arrival {
            how.push_str(" arrives");
            self.ways.insert(user_id, way);
        }
    }

    async fn sign_in_without_the_link(&mut self) -> bool {
        let address = self.address();
        let browser = format!("browser {}", self.trace.len());
        let attempt = self.world.attempt_for(&browser, &address).await;
        let proven = self.prove(&browser, attempt).await;
        let mut how = format!("{address} signs in without a link");
        self.expect(&proven);
        let result = match proven {
            Ok(Some(Arrival::Review)) => {
                self.world.directory.start_redemption(&browser, None, None).await.map(|next| match next {
                    Next::Done(arrival) => self.arrived(Some(arrival), Way::Mail(address), &mut how),
                    _ => how.push_str(", and has to prove more"),
                })
            }
            other => other.map(drop),
        };
        self.expect(&result);
        self.note(format!("{how}: {}", said(&result)));
        true
    }

    async fn decline(&mut self) -> bool {
        let Some(ticket) = self.ticket().await else { return false };
        let result = self.world.directory.decline(&ticket).await;
        self.expect(&result);
        self.note(format!("a ticket is declined: {}", said(&result)));
        false
    }

    async fn answer_mail(&mut self) -> bool {
        let Some(token) = self.dice.pick(&self.tokens).cloned() else { return false };
        let d = &self.world.directory;
        let address = d.unsubscribe_page(&token).await.expect("our own token").address;
        let (what, result) = match self.dice.below(4) {
            0 => ("declined", d.decline_by_mail(&token).await),
            1 | 2 => ("blocked", d.block_mail(&token).await),
            _ => ("unblocked", d.unblock_mail(&token).await),
        };
        self.expect(&result);
        self.note(format!("a mail to {address} is {what}: {}", said(&result)));
        false
    }

    async fn leave(&mut self) -> bool {
        let Some(guest) = self.signed_in_guest() else { return false };
        let result = self.world.directory.leave(&guest).await;
        self.expect(&result);
        self.note(format!("{} leaves: {}", guest.address, said(&result)));
        false
    }

    async fn reset(&mut self) -> bool {
        // Rather somebody who is there.
        let guest = if self.dice.chance(70) { self.signed_in_guest() } else { None };
        let address = guest.map_or_else(|| self.address(), |guest| guest.address);
        let new = self.dice.chance(30).then(|| self.address());
        let parse = |text: &String| Address::parse(text).unwrap();
        let user = self.world.find_user(&address).await;
        let result = self.world.directory.reset_redemption(&parse(&address), new.as_ref().map(parse).as_ref()).await;
        self.expect(&result);
        if let (Ok(()), Some(user)) = (&result, user) {
            self.ways.remove(&user.id);
        }
        self.note(format!("{address} is reset, new address {new:?}: {}", said(&result)));
        false
    }

    async fn answer_waiting(&mut self) -> bool {
        let (Some(guest), Some(id)) = (self.signed_in_guest(), self.invitation()) else { return false };
        let accepts = self.dice.chance(50);
        let d = &self.world.directory;
        let result = if accepts { d.accept_waiting(&guest, id).await } else { d.decline_waiting(&guest, id).await };
        self.expect(&result);
        let name = self.numbered(id);
        self.note(format!("{} answers {name} from inside ({accepts}): {}", guest.address, said(&result)));
        accepts
    }

    async fn ask_for_new(&mut self) -> bool {
        let Some(ticket) = self.dice.pick(&self.tickets).cloned() else { return false };
        let result = self.world.directory.ask_for_new(&ticket).await;
        self.expect(&result);
        self.note(format!("a new invitation is asked for: {}", said(&result)));
        false
    }

    /// An owner's rule for domains comes, or goes.
    async fn narrow(&mut self) -> bool {
        let group = GROUPS[self.dice.below(3)];
        let rules = ["{}", r#"{"deny": ["fabrikam.example"]}"#, r#"{"allow": ["gmail.com"]}"#][self.dice.below(3)];
        self.world.narrow_group(group, serde_json::from_str(rules).unwrap()).await;
        self.note(format!("{group} has the rules {rules}"));
        false
    }

    async fn job(&mut self) -> bool {
        let d = &self.world.directory;
        let (what, result) = match self.dice.below(4) {
            0 => ("expire", d.expire_invitations(100).await),
            1 => ("remind", d.remind_guests(100).await),
            2 => ("tell", d.tell_inviters(100).await),
            _ => ("end grants", d.end_grants(100).await),
        };
        self.expect(&result);
        self.note(format!("job {what}: {result:?}"));
        false
    }

    fn wait(&mut self) -> bool {
        let hours = [1, 12, 26, 49, 100, 300][self.dice.below(6)];
        self.world.advance(Duration::hours(hours));
        self.note(format!("{hours} hours go by"));
        false
    }

    /// Whoever has accepted is found: by administrators, by whoever answers for them, and by their own sign-in.
    pub async fn end(&mut self) -> Result<(), String> {
        let d = &self.world.directory;
        let ada = self.world.caller("ada.admin").await;
        for guest in self.picture.guests.iter().filter(|row| row.created_at > self.since && row.deleted_at.is_none()) {
            let query = GuestQuery { everyone: true, search: guest.address.clone(), ..Default::default() };
            let found = d.guests(&ada, &query).await.expect("a list").rows;
            if found.iter().filter(|row| row.user_id == guest.id).count() != 1 {
                return Err(format!("{} is not found by an administrator", guest.address));
            }
            let page = d.guest_page(&ada, guest.id).await.expect("a page");
            let accepted = guest.external_state == Some(ExternalState::Accepted);
            if accepted != (page.state == InvitationState::Accepted) || !page.live {
                return Err(format!("{}'s page says {}, they {accepted}", guest.address, page.state));
            }
            if let Some(sponsor) = guest.sponsor_id
                && let Some(sponsor) = users::Entity::find_by_id(sponsor).one(&self.world.db).await.unwrap()
                && sponsor.deleted_at.is_none()
            {
                let query = GuestQuery { search: guest.address.clone(), ..Default::default() };
                let found = d.guests(&caller_of(&sponsor), &query).await.expect("a list").rows;
                if found.iter().filter(|row| row.user_id == guest.id).count() != 1 {
                    return Err(format!("{} is not found by their sponsor", guest.address));
                }
            }
            if !accepted {
                continue;
            }
            let Some(way) = self.ways.get(&guest.id).cloned() else {
                return Err(format!("{} has accepted by nothing", guest.address));
            };
            self.world.advance(Duration::hours(1));
            let arrival = match &way {
                Way::Mail(address) => self.world.sign_in_by_code("at the end", address).await,
                Way::Account(key, email) => {
                    let provider = self.world.provider(key).await;
                    let said = claims(&provider, &format!("subject-of-{email}"), email);
                    self.world.sign_in_by("at the end", key, &said).await
                }
            };
            match arrival {
                Ok(Arrival::SignedIn { user_id, .. }) if user_id == guest.id => {}
                other => return Err(format!("{} comes back by {way:?}: {other:?}", guest.address)),
            }
        }
        Ok(())
    }
}

fn caller_of(user: &users::Model) -> Caller {
    Caller {
        user_id: user.id,
        user_type: user.user_type,
        name: user.display_name.clone(),
        address: user.address.clone(),
        roles: Vec::new(),
        request_id: None,
    }
}
