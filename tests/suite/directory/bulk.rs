//! Inviting by file: what would happen, what does, and that nobody is invited twice however often it is interrupted.

use access_panel::{
    directory::{
        Directory,
        bulk::{Turn, UploadError},
    },
    model::{
        Caller, Code, Refusal,
        bulk::{
            BulkOptions, BulkPlan, BulkRowState, BulkState,
            view::{BulkAction, BulkFilter, BulkPage},
        },
        state::Outcome,
    },
};
use chrono::Duration;
use uuid::Uuid;

use crate::support::{Engine, World, on_both_engines, said};

/// Uploads a file in pieces, as it comes over a network.
async fn upload(world: &World, owner: &Caller, file: &str, options: &BulkOptions) -> Result<Uuid, UploadError> {
    let mut upload = world.directory.begin_upload(owner, "guests.csv").await?;
    for piece in file.as_bytes().chunks(777) {
        if let Err(error) = upload.push(piece).await {
            upload.abandon().await.expect("is abandoned");
            return Err(error);
        }
    }
    match upload.finish(options).await {
        Ok(job) => Ok(job),
        Err(error) => {
            upload.abandon().await.expect("is abandoned");
            Err(error)
        }
    }
}

/// Works until there is nothing to do at this moment.
async fn work(directory: &Directory) {
    while directory.bulk_turn(50).await.unwrap_or_else(|error| panic!("{error}")) == Turn::Worked {}
}

async fn page(world: &World, caller: &Caller, job: Uuid) -> BulkPage {
    world.directory.bulk_page(caller, job, BulkFilter::All, 0).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn steer(world: &World, caller: &Caller, job: Uuid, action: BulkAction) -> Option<Uuid> {
    let done = world.directory.steer_bulk(caller, job, action).await;
    done.unwrap_or_else(|error| panic!("{action}: {error}"))
}

/// Options that give a group.
async fn to(world: &World, group: &str) -> BulkOptions {
    BulkOptions { groups: vec![world.group(group).await], ..Default::default() }
}

/// A job whose rows were checked.
async fn checked(world: &World, owner: &Caller, file: &str, options: &BulkOptions) -> Uuid {
    let job = upload(world, owner, file, options).await.unwrap_or_else(|error| panic!("{error}"));
    work(&world.directory).await;
    assert_eq!(page(world, owner, job).await.progress.state, BulkState::Ready);
    job
}

/// A file of that many people.
fn many(rows: usize) -> String {
    let rows: String = (0..rows).map(|at| format!("person{at}@partner{}.example,Person {at}\r\n", at % 7)).collect();
    format!("email,name\r\n{rows}")
}

/// The whole result file.
async fn results(world: &World, caller: &Caller, job: Uuid) -> String {
    let (mut text, mut after) = (String::new(), None);
    loop {
        let piece = world.directory.bulk_results(caller, job, after, 3).await.expect("results are read");
        text += &piece.text;
        after = piece.next;
        if after.is_none() {
            return text;
        }
    }
}

const MIXED: &str = "Email;Name;Groups;Access until;Note
new@fabrikam.example;Nora New;;;first
known@fabrikam.example;;;;
here@fabrikam.example;;;;
invited@fabrikam.example;;;;
nobody;;;;
NEW@Fabrikam.example;;;;again
ada.admin@woodgrove.example;;;;
x@blocked.example;;;;
secret@fabrikam.example;;Timber suppliers;;
closed@fabrikam.example;;board;;
late@fabrikam.example;;;2020-01-01;
both@fabrikam.example;;Aurora partners|aurora;31.3.2027;
";

on_both_engines! {
    async fn what_would_happen_and_what_does(world) {
        let john = world.caller("john.doe").await;
        world.import("[domains]\ndeny = [\"blocked.example\"]\n").await;
        world.guest_in("timber", "known@fabrikam.example").await;
        world.guest_in("aurora", "here@fabrikam.example").await;
        world.invite("john.doe", "aurora", "invited@fabrikam.example").await;
        let before = (world.count("invitations").await, world.count("outbox").await, world.count("users").await);

        let job = checked(world, &john, MIXED, &to(world, "aurora").await).await;
        let after = (world.count("invitations").await, world.count("outbox").await, world.count("users").await);
        assert_eq!(after, before, "looking changes nothing");
        let shown = page(world, &john, job).await;
        assert_eq!((shown.unused.as_slice(), shown.progress.total, shown.progress.checked), (["Note".to_owned()].as_slice(), 12, 12));
        let plans: Vec<_> = shown.rows.iter().map(|row| (row.number, row.plan.unwrap(), row.code)).collect();
        let refused = |number, code| (number, BulkPlan::Refused, Some(code));
        let expected = [
            (2, BulkPlan::New, None),
            (3, BulkPlan::Known, None),
            (4, BulkPlan::HasAll, None),
            (5, BulkPlan::Invited, None),
            refused(6, Code::AddressInvalid),
            refused(7, Code::DuplicateRow),
            refused(8, Code::HomeDomain),
            refused(9, Code::DomainBlocked),
            refused(10, Code::TargetUnknown),
            refused(11, Code::GuestsNotAccepted),
            refused(12, Code::DatePast),
            (13, BulkPlan::New, None),
        ];
        assert_eq!(plans, expected);
        let counts = shown.plans;
        assert_eq!((counts.new, counts.known, counts.invited, counts.has_all, counts.refused), (2, 1, 1, 1, 7));
        let filter = BulkFilter::Plan(BulkPlan::Known);
        let only = world.directory.bulk_page(&john, job, filter, 0).await.expect("is read");
        assert_eq!(only.rows.iter().map(|row| row.address.as_str()).collect::<Vec<_>>(), ["known@fabrikam.example"]);

        steer(world, &john, job, BulkAction::Start).await;
        work(&world.directory).await;
        let shown = page(world, &john, job).await;
        let progress = &shown.progress;
        assert_eq!((progress.state, progress.done), (BulkState::Done, 12));
        assert_eq!((progress.invited, progress.added, progress.unchanged, progress.failed), (2, 1, 2, 7));
        assert_eq!(shown.redoable, 7);
        assert!(shown.ended_at.is_some());
        let states: Vec<_> = shown.rows.iter().map(|row| (row.state, row.code)).collect();
        use BulkRowState::{Added, Failed, Invited, Unchanged};
        assert_eq!(states[..5], [(Invited, None), (Added, None), (Unchanged, Some(Code::AlreadyInGroup)), (Unchanged, None), (Failed, Some(Code::AddressInvalid))]);
        assert_eq!(states[5], (Failed, Some(Code::DuplicateRow)));
        assert_eq!(world.user("new@fabrikam.example").await.display_name, "Nora New");
        assert_eq!(world.mails_to("new@fabrikam.example", "queued").await, 1);
        let until = world.texts("SELECT CAST(access_until AS text) FROM invitations WHERE address_norm = 'both@fabrikam.example'", []).await;
        assert!(until[0].starts_with("2027-03-31"), "{until:?}");

        let file = results(world, &john, job).await;
        let lines: Vec<&str> = file.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[0], "\u{feff}Email;Name;Groups;Access until;Note;status;code;detail");
        assert_eq!(lines[1], "new@fabrikam.example;Nora New;;;first;invited;;");
        assert_eq!(lines[6], "NEW@Fabrikam.example;;;;again;failed;duplicateRow;This address stands further up in the file: 2");
        assert_eq!(lines[9], "secret@fabrikam.example;;Timber suppliers;;;failed;unknownTarget;We do not know this group or app: Timber suppliers");

        // Refusals by a rule are in the audit log, like those of single invitations.
        assert!(world.refusal_is_logged("invitation.create", Some(john.user_id), "domainBlocked").await);
        for action in ["bulk.create", "bulk.start", "bulk.finish"] {
            assert_eq!(world.events(action, Outcome::Success).await, 1, "{action}");
        }
    }

    /// What was refused can be tried again, and only that.
    async fn only_the_failures_again(world) {
        let john = world.caller("john.doe").await;
        world.import("[domains]\ndeny = [\"blocked.example\"]\n").await;
        let job = checked(world, &john, "email\nExample: a@b.example\na@blocked.example\nb@fabrikam.example\nnobody\n", &to(world, "aurora").await).await;
        steer(world, &john, job, BulkAction::Start).await;
        work(&world.directory).await;
        let first = page(world, &john, job).await;
        assert_eq!((first.progress.invited, first.progress.failed, first.redoable), (1, 3, 2), "the example row stands for nobody");
        world.import("[domains]\ndeny = []\n").await;
        let again = steer(world, &john, job, BulkAction::Redo).await.expect("a new job");
        work(&world.directory).await;
        let shown = page(world, &john, again).await;
        assert_eq!((shown.redo_of, shown.progress.total, shown.plans.new, shown.plans.refused), (Some(job), 2, 1, 1));
        steer(world, &john, again, BulkAction::Start).await;
        work(&world.directory).await;
        let shown = page(world, &john, again).await;
        assert_eq!((shown.progress.invited, shown.progress.failed), (1, 1));
        assert_eq!(world.count("invitations").await, 2);
    }

    async fn each_state_allows_what_it_should(world) {
        let john = world.caller("john.doe").await;
        use BulkAction::{Cancel, Delete, Pause, Redo, Resume, Start};
        let options = to(world, "aurora").await;
        let refused = async |job: Uuid, actions: &[BulkAction]| {
            for action in actions {
                let answer = world.directory.steer_bulk(&john, job, *action).await;
                assert_eq!(said(&answer), "wrongState", "{action}");
            }
        };
        let job = upload(world, &john, &many(60), &options).await.expect("is taken");
        refused(job, &[Start, Pause, Resume, Delete, Redo]).await;
        work(&world.directory).await;
        refused(job, &[Pause, Resume, Redo]).await;
        steer(world, &john, job, Start).await;
        refused(job, &[Start, Resume, Delete, Redo]).await;
        world.directory.run_bulk(job, 5).await.expect("some rows");
        steer(world, &john, job, Pause).await;
        work(&world.directory).await;
        assert!((1..=5).contains(&world.count("invitations").await), "a paused job stands still");
        refused(job, &[Start, Pause, Redo]).await;
        steer(world, &john, job, Resume).await;
        world.directory.run_bulk(job, 5).await.expect("some rows");
        steer(world, &john, job, Cancel).await;
        work(&world.directory).await;
        let invited = world.count("invitations").await;
        assert!((2..=10).contains(&invited), "{invited}");
        refused(job, &[Start, Pause, Resume, Cancel]).await;
        assert!(results(world, &john, job).await.contains(",not done,,"));
        // What was never handled can be taken up.
        let again = steer(world, &john, job, Redo).await.expect("a new job");
        work(&world.directory).await;
        steer(world, &john, again, Start).await;
        work(&world.directory).await;
        assert_eq!(world.count("invitations").await, 60);
        assert_eq!(steer(world, &john, job, Delete).await, None);
        assert_eq!(said(&world.directory.bulk_progress(&john, job).await), "notFound");
        while world.directory.tidy_bulk(7).await.expect("tidies") > 0 {}
        assert_eq!(world.count("bulk_rows").await, i64::from(page(world, &john, again).await.progress.total));
        assert_eq!(world.count("bulk_jobs").await, 1);
    }

    async fn caller_by_caller(world) {
        let options = BulkOptions::default();
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        let john = world.caller("john.doe").await;
        let job = checked(world, &john, "email,groups\nx@fabrikam.example,aurora\n", &options).await;
        for (who, creates, sees, cancels) in [
            ("john.doe", "ok", "ok", "ok"),
            ("ada.admin", "ok", "ok", "ok"),
            ("lena.lee", "ok", "notFound", "notFound"),
            ("emma.inviter", "ok", "notFound", "notFound"),
            ("henrik.auditor", "ok", "notFound", "notFound"),
            ("sam@fabrikam.example", "forbidden", "notFound", "notFound"),
        ] {
            let caller = world.caller(who).await;
            let begun = world.directory.begin_upload(&caller, "x.csv").await;
            assert_eq!(said(&begun), creates, "{who} uploads");
            if let Ok(upload) = begun {
                upload.abandon().await.expect("is abandoned");
            }
            assert_eq!(said(&world.directory.bulk_page(&caller, job, BulkFilter::All, 0).await), sees, "{who} looks");
            assert_eq!(said(&world.directory.bulk_progress(&caller, job).await), sees, "{who} follows");
            assert_eq!(said(&world.directory.bulk_results(&caller, job, None, 10).await), sees, "{who} reads results");
            let list = world.directory.bulk_jobs(&caller).await.expect("is read");
            assert_eq!(list.iter().any(|row| row.id == job), sees == "ok", "{who} lists");
            // Only the owner invites in their own name; administrators can stop it.
            let starts = if sees == "ok" && who != "john.doe" { "forbidden" } else { sees };
            if who != "john.doe" {
                assert_eq!(said(&world.directory.steer_bulk(&caller, job, BulkAction::Start).await), starts, "{who} starts");
            }
            let fresh = checked(world, &john, "email,groups\ny@fabrikam.example,aurora\n", &options).await;
            assert_eq!(said(&world.directory.steer_bulk(&caller, fresh, BulkAction::Cancel).await), cancels, "{who} cancels");
            if cancels != "ok" {
                steer(world, &john, fresh, BulkAction::Cancel).await;
            }
        }
        // Groups that the owner may not see, or not invite to.
        for (who, group, code) in [
            ("lena.lee", "aurora", "notFound"),
            ("john.doe", "board", "guestsNotAccepted"),
            ("ada.admin", "board", "ok"),
            ("ana.ruiz", "aurora", "forbidden"),
        ] {
            let caller = world.caller(who).await;
            let begun = upload(world, &caller, "email\nz@fabrikam.example\n", &to(world, group).await).await;
            let said = begun.map_or_else(|error| Refusal::from(error).code.as_str(), |_| "ok");
            assert_eq!(said, code, "{who} to {group}");
        }
        world.set_policy("none").await;
        assert_eq!(said(&world.directory.begin_upload(&world.caller("ada.admin").await, "x.csv").await), "invitesDisabled");
        assert_eq!(said(&world.directory.steer_bulk(&john, job, BulkAction::Start).await), "invitesDisabled");
        assert_eq!(world.live_users("x@fabrikam.example").await, 0);
        drop(guest);
    }

    /// A file that cannot be read leaves nothing behind, and nobody has too many.
    async fn uploads_that_are_refused(world) {
        let john = world.caller("john.doe").await;
        let options = BulkOptions::default();
        let wide = format!("email,name\n{}\"never closed\n\n", "a@fabrikam.example,x\n".repeat(1200));
        for (file, code) in [("", Code::FileEmpty), ("Vorname\nSam\n", Code::NoAddressColumn), (&*wide, Code::QuoteOpen)] {
            let refusal = Refusal::from(upload(world, &john, file, &options).await.expect_err("is refused"));
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some("file")));
        }
        assert!(world.directory.bulk_jobs(&john).await.expect("is read").is_empty());
        while world.directory.tidy_bulk(500).await.expect("tidies") > 0 {}
        assert_eq!((world.count("bulk_rows").await, world.count("bulk_jobs").await), (0, 0));
        for _ in 0..10 {
            upload(world, &john, "email\na@fabrikam.example\n", &options).await.expect("is taken");
        }
        let refusal = upload(world, &john, "email\na@fabrikam.example\n", &options).await.expect_err("is refused");
        assert_eq!(Refusal::from(refusal).code, Code::TooManyJobs);
        // What stopped arriving is cleared away.
        drop(world.directory.begin_upload(&world.caller("ada.admin").await, "x.csv").await.expect("begins"));
        world.advance(Duration::hours(2));
        while world.directory.tidy_bulk(500).await.expect("tidies") > 0 {}
        assert_eq!(world.count("bulk_jobs").await, 10);
    }

    /// Beyond a limit a job waits; nobody fails for it.
    async fn a_job_waits_for_its_limits(world) {
        let john = world.caller("john.doe").await;
        world.import("[invitations]\ninviter_per_hour = 20\ninviter_per_day = 30\n").await;
        let job = checked(world, &john, &many(45), &to(world, "aurora").await).await;
        assert_eq!(page(world, &john, job).await.left, Some(20));
        steer(world, &john, job, BulkAction::Start).await;
        let mut done = Vec::new();
        for _ in 0..30 {
            work(&world.directory).await;
            let shown = page(world, &john, job).await.progress;
            done.push(shown.done);
            if shown.state == BulkState::Done {
                break;
            }
            assert_eq!(shown.failed, 0);
            assert!(shown.waits_until.is_some(), "{shown:?}");
            let Turn::Idle(Some(next)) = world.directory.bulk_turn(50).await.expect("is asked") else {
                panic!("it says until when it waits")
            };
            world.advance(next - world.directory.now());
        }
        done.dedup();
        assert_eq!(done, [20, 30, 45]);
        assert_eq!(world.count("invitations").await, 45);
    }

    /// Roles and ties are looked at anew for each chunk.
    async fn the_owner_is_looked_at_again(world) {
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        let job = checked(world, &john, &many(20), &to(world, "aurora").await).await;
        steer(world, &john, job, BulkAction::Start).await;
        world.directory.run_bulk(job, 1).await.expect("one row");
        world.change("DELETE FROM group_owners WHERE user_id = $1", [john.user_id.into()]).await;
        world.directory.run_bulk(job, 1).await.expect("one row");
        let shown = page(world, &ada, job).await;
        assert_eq!((shown.progress.invited, shown.progress.failed), (1, 1));
        assert_eq!(shown.rows[1].code, Some(Code::Forbidden));
        world.change("UPDATE users SET enabled = FALSE WHERE id = $1", [john.user_id.into()]).await;
        work(&world.directory).await;
        let shown = page(world, &ada, job).await;
        assert_eq!((shown.progress.state, shown.error, shown.progress.done), (BulkState::Failed, Some(Code::AccountBlocked), 2));
        assert_eq!(world.count("invitations").await, 1);
    }

    /// A row at which something of ours breaks does not stop the others.
    async fn a_row_that_breaks_us_is_given_up(world) {
        let john = world.caller("john.doe").await;
        let job = checked(world, &john, &many(6), &to(world, "aurora").await).await;
        world.change("UPDATE bulk_rows SET input = 'broken' WHERE number = 4", []).await;
        steer(world, &john, job, BulkAction::Start).await;
        for _ in 0..40 {
            while let Ok(Turn::Worked) = world.directory.bulk_turn(50).await {}
            world.advance(Duration::minutes(1));
        }
        let progress = world.directory.bulk_progress(&john, job).await.expect("is read");
        assert_eq!((progress.state, progress.invited, progress.failed), (BulkState::Done, 5, 1));
    }

    async fn files_are_erased_after_a_month(world) {
        let john = world.caller("john.doe").await;
        let options = to(world, "aurora").await;
        let job = checked(world, &john, &many(3), &options).await;
        steer(world, &john, job, BulkAction::Start).await;
        work(&world.directory).await;
        let forgotten = checked(world, &john, &many(3), &options).await;
        world.advance(Duration::days(29));
        world.directory.tidy_bulk(100).await.expect("tidies");
        assert_eq!(world.count("bulk_rows").await, 6);
        world.advance(Duration::days(2));
        world.directory.tidy_bulk(100).await.expect("tidies");
        assert_eq!(world.count("bulk_rows").await, 3);
        let shown = page(world, &john, job).await;
        assert_eq!((shown.erased, shown.progress.invited, shown.rows.len(), shown.redoable), (true, 3, 0, 0));
        assert_eq!(said(&world.directory.bulk_results(&john, job, None, 10).await), "wrongState");
        assert_eq!(page(world, &john, forgotten).await.progress.state, BulkState::Cancelled);
    }

    async fn killed_and_taken_up_again(world) {
        killed(world, 1_500, 6).await;
    }

    /// Several at work on the same jobs at once.
    async fn several_workers(world) {
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        let options = to(world, "aurora").await;
        world.import("[invitations]\ninviter_per_hour = 0\ninviter_per_day = 0\n").await;
        // The same people twice, in opposite orders.
        let mut backwards: Vec<String> = many(300).lines().map(str::to_owned).collect();
        backwards[1..].reverse();
        let jobs = [
            checked(world, &john, &many(300), &options).await,
            checked(world, &ada, &(backwards.join("\n") + "\n"), &options).await,
        ];
        steer(world, &john, jobs[0], BulkAction::Start).await;
        steer(world, &ada, jobs[1], BulkAction::Start).await;
        let workers = [world.once_more().await, world.once_more().await, world.once_more().await];
        let at_work = workers.iter().cloned().map(|worker| {
            tokio::spawn(async move {
                loop {
                    match worker.bulk_turn(20).await {
                        Ok(Turn::Worked) => {}
                        Ok(Turn::Idle(None)) => return,
                        // In other hands.
                        Ok(Turn::Idle(Some(_))) => tokio::task::yield_now().await,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        });
        for worker in at_work.collect::<Vec<_>>() {
            worker.await.expect("works");
        }
        assert_eq!((world.count("invitations").await, world.count("outbox").await), (300, 300));
        let (first, second) = (page(world, &john, jobs[0]).await.progress, page(world, &ada, jobs[1]).await.progress);
        assert_eq!((first.done, second.done), (300, 300));
        assert_eq!((first.invited + second.invited, first.unchanged + second.unchanged), (300, 300));
        for worker in workers {
            worker.close().await;
        }
    }
}

/// So many people; those who do the work die at random moments, and others take over until all is done.
async fn killed(world: &World, rows: usize, most_deaths: i32) {
    let john = world.caller("ada.admin").await;
    let job = upload(world, &john, &many(rows), &to(world, "aurora").await).await.expect("is taken");
    let mut chance = 20_261_121_u64;
    let mut deaths = 0;
    let mut started = false;
    loop {
        let progress = world.directory.bulk_progress(&john, job).await.expect("is read");
        match progress.state {
            BulkState::Done => break,
            BulkState::Ready if !started => {
                steer(world, &john, job, BulkAction::Start).await;
                started = true;
            }
            _ => {}
        }
        let worker = world.once_more().await;
        // One process owns a SQLite file; on PostgreSQL the leases of the dead run out.
        worker.take_over().await.expect("takes over");
        if world.engine() == Engine::Postgres {
            world.advance(Duration::seconds(61));
        }
        let others = worker.clone();
        let at_work = tokio::spawn(async move { while let Ok(Turn::Worked) = others.bulk_turn(50).await {} });
        // After so many deaths the last one may live.
        if deaths < most_deaths {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let life = std::time::Duration::from_micros(3_000 + (chance >> 33) % 400_000);
            tokio::time::sleep(life).await;
            deaths += i32::from(!at_work.is_finished());
            at_work.abort();
        }
        at_work.await.ok();
        worker.close().await;
    }
    assert_eq!(deaths, most_deaths, "it was over too soon: this proves little");
    let rows = i64::try_from(rows).expect("fits");
    let all = "address_norm LIKE 'person%@partner%.example'";
    for (what, sql) in [
        ("users", format!("SELECT COUNT(*) FROM users WHERE deleted_at IS NULL AND {all}")),
        ("addresses", format!("SELECT COUNT(DISTINCT address_norm) FROM users WHERE {all}")),
        ("invitations", format!("SELECT COUNT(*) FROM invitations WHERE {all}")),
        ("invited addresses", format!("SELECT COUNT(DISTINCT address_norm) FROM invitations WHERE {all}")),
        ("mails", "SELECT COUNT(*) FROM outbox WHERE kind = 'invitation'".to_owned()),
        ("recipients", "SELECT COUNT(DISTINCT recipient) FROM outbox WHERE kind = 'invitation'".to_owned()),
        ("rows", "SELECT COUNT(*) FROM bulk_rows WHERE state = 'invited' AND invitation_id IS NOT NULL".to_owned()),
        ("events", "SELECT COUNT(*) FROM audit_events WHERE action = 'invitation.create'".to_owned()),
    ] {
        assert_eq!(world.number(&sql, []).await, rows, "{what}, after {deaths} deaths");
    }
    let shown = page(world, &john, job).await.progress;
    assert_eq!((i64::from(shown.invited), i64::from(shown.done), shown.failed), (rows, rows, 0));
}

async fn killed_on(engine: Engine) {
    let Some(world) = World::on(engine).await else { return };
    killed(&world, 10_000, 25).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "drill: ten thousand rows and 25 deaths"]
async fn drill_killed_on_sqlite() {
    killed_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "drill: ten thousand rows and 25 deaths"]
async fn drill_killed_on_postgres() {
    killed_on(Engine::Postgres).await;
}
