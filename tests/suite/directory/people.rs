//! Finding people: by words of their names and by address, and only those whom one may see.

use access_panel::model::{Caller, state::GuestVisibility};

use crate::support::{World, on_both_engines, said};

/// Names of whom a caller finds.
async fn finds(world: &World, caller: &Caller, search: &str) -> Vec<String> {
    let found = world.directory.find_people(caller, search).await.expect("people are read");
    found.into_iter().map(|person| person.name).collect()
}

async fn set_visibility(world: &World, visibility: GuestVisibility) {
    world.import(&format!("[guests]\nvisibility = \"{visibility}\"\n")).await;
}

const NOBODY: [&str; 0] = [];

on_both_engines! {
    async fn by_the_beginning_of_any_word_and_of_the_address(world) {
        world.import("
            [[people]]
            address = \"anne-marie.oneil@woodgrove.example\"
            name = \"Änne-Marie Ó Neil\"
        ").await;
        let lena = world.caller("lena.lee").await;
        for (search, expected) in [
            ("lena", vec!["Lena Lee"]),
            ("LEE l", vec!["Lena Lee"]),
            ("anne", vec!["Änne-Marie Ó Neil"]),
            ("marie o", vec!["Änne-Marie Ó Neil"]),
            ("Änne-Mar", vec!["Änne-Marie Ó Neil"]),
            ("anne-marie.oneil@wood", vec!["Änne-Marie Ó Neil"]),
            ("anne-marie.o", vec![]),
            ("ena", vec![]),
            ("lena nobody", vec![]),
            ("%", vec![]),
            ("_ena", vec![]),
            ("l'; DROP TABLE users; --", vec![]),
            ("\u{0}", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(finds(world, &lena, search).await, expected, "{search:?}");
        }
    }

    async fn as_somebody_changes_so_do_their_words(world) {
        let lena = world.caller("lena.lee").await;
        world.import("[[people]]\naddress = \"omar.owner@woodgrove.example\"\nname = \"Osman Keeper\"\n").await;
        assert_eq!(finds(world, &lena, "keeper").await, ["Osman Keeper"]);
        // His address begins like his old name, and his name no longer does.
        assert_eq!(finds(world, &lena, "owner").await, NOBODY);
        let sam = world.guest_in("aurora", "sam@fabrikam.example").await;
        assert_eq!(finds(world, &lena, "sam@fabrikam").await.len(), 1);
        world.directory.leave(&sam).await.expect("Sam leaves");
        assert_eq!(finds(world, &lena, "sam@fabrikam").await, NOBODY);
        world.change("UPDATE users SET enabled = $1 WHERE id = $2", [false.into(), lena.user_id.into()]).await;
        let omar = world.caller("omar.owner").await;
        assert_eq!(finds(world, &omar, "lena").await, NOBODY);
        let chosen = world.directory.person_chosen(&omar, "lena.lee@woodgrove.example").await;
        assert_eq!(said(&chosen), "unknownPerson");
    }

    /// A guest learns nothing of the directory: nobody is found, and every choice gets the same answer.
    async fn guests_find_nobody_but_people_of_groups_they_own(world) {
        let sam = world.guest_in("aurora", "sam@fabrikam.example").await;
        let lena = world.user("lena.lee").await;
        for visibility in [GuestVisibility::Limited, GuestVisibility::Restricted] {
            set_visibility(world, visibility).await;
            for search in ["lena", "sam", "l", "lena.lee@woodgrove.example"] {
                let found = finds(world, &sam, search).await;
                assert!(found.iter().all(|name| name == &sam.name), "{visibility} {search}: {found:?}");
            }
            let id = lena.id.to_string();
            for chosen in ["lena.lee@woodgrove.example", &id, "nobody@woodgrove.example", "x", ""] {
                let answer = world.directory.person_chosen(&sam, chosen).await;
                assert_eq!(said(&answer), "unknownPerson", "{visibility} {chosen}");
            }
        }
        let timber = world.group("timber").await;
        world.change(
            "INSERT INTO group_owners (group_id, user_id, granted_at) VALUES ($1, $2, $3)",
            [timber.into(), sam.user_id.into(), world.directory.now().into()],
        ).await;
        world.import("[[groups]]\nkey = \"mine\"\nname = \"Mine\"\naccepts_guests = true\nowners = [\"lena.lee@woodgrove.example\"]\nmembers = [\"lena.lee@woodgrove.example\"]\n").await;
        let mine = world.group("mine").await;
        assert_eq!(finds(world, &sam, "lena").await, NOBODY, "a group of others");
        world.change("UPDATE group_owners SET user_id = $1 WHERE group_id = $2", [sam.user_id.into(), mine.into()]).await;
        assert_eq!(finds(world, &sam, "lena").await, ["Lena Lee"], "a group of theirs");
        assert_eq!(world.directory.person_chosen(&sam, &lena.id.to_string()).await.expect("seen"), lena.id);
        set_visibility(world, GuestVisibility::SameAsMembers).await;
        assert_eq!(finds(world, &sam, "ada").await, ["Ada Admin"]);
    }

    async fn one_of_many_is_found_and_never_more_than_a_list(world) {
        let people: String = (0..60).map(|n| format!("[[people]]\naddress = \"crowd{n}@woodgrove.example\"\nname = \"Crowd Crowded Person {n}\"\n")).collect();
        world.import(&people).await;
        let lena = world.caller("lena.lee").await;
        let many = finds(world, &lena, "crowd").await;
        assert_eq!(many.len(), 20);
        let mut once = many.clone();
        once.dedup();
        assert_eq!(once, many, "nobody twice, though two words of everybody fit");
        assert_eq!(finds(world, &lena, "cro 42").await, ["Crowd Crowded Person 42"]);
    }
}
