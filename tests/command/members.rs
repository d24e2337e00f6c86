//! `masthead member`, `import` and `cancellations`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::newsroom::Newsroom;

#[test]
fn an_offline_member_is_added_extended_and_ended() {
    let newsroom = Newsroom::new();
    let email = ["--email", "ada@example.com"];
    let add = |until: &'static str| {
        let mut arguments = vec!["member", "add", "--plan", "supporter", "--until", until];
        arguments.extend(email);
        arguments.extend(["--amount-minor", "7000", "--currency", "EUR", "--reference", "bank 7"]);
        arguments
    };
    assert!(newsroom.refused(&add("2020-01-01")).contains("end before it begins"));
    assert!(newsroom.good(&add("2098-12-31")).contains("supporter, until the end of 2098-12-31\n"));
    assert!(newsroom.refused(&add("2098-12-31")).contains("member extend"));
    let extend = |until| [&["member", "extend", "--until", until][..], &email].concat();
    assert!(newsroom.refused(&extend("2097-12-31")).contains("it lasts until the end of 2098-12-31 already"));
    assert!(newsroom.good(&extend("2099-12-30")).contains("until the end of 2099-12-30\n"));
    let end = [&["member", "end"][..], &email].concat();
    newsroom.good(&end);
    assert!(newsroom.refused(&end).contains("has ended by then already"));
    assert!(newsroom.refused(&["member", "end", "--email", "ben@example.com"]).contains("no offline membership"));
    newsroom.good(&["recount"]);
}

#[test]
fn a_file_is_tried_then_imported_and_again_changes_nothing() {
    let newsroom = Newsroom::new();
    let rows: String =
        (0..250).map(|number| format!("reader-{number}@example.com,\"Reader, {number}\",supporter\n")).collect();
    let file = newsroom.write("members.csv", &format!("email,name,plan\n{rows}"));
    let import = ["import", &file, "--source", "external"];
    let tried = newsroom.good(&[&import[..], &["--dry-run"]].concat());
    assert!(tried.contains("Would import 250 rows: 250 added"), "{tried}");
    assert!(newsroom.good(&import).contains("250 added, 0 changed, 0 unchanged"));
    assert!(newsroom.good(&import).contains("0 added, 0 changed, 250 unchanged"));
    newsroom.good(&["recount"]);
    let one = newsroom.write("one.csv", "email,plan\nada@example.com,supporter\n");
    let tried = newsroom.good(&["import", &one, "--source", "external", "--dry-run"]);
    assert!(tried.contains("Would import 1 row: 1 added"), "{tried}");
    let wrong = newsroom.write("wrong.csv", "email,plan\nada@example.com,gold\n");
    let told = newsroom.refused(&["import", &wrong, "--source", "external"]);
    assert!(told.contains("the file has 1 fault\n"), "{told}");
    let bad = newsroom.write("bad.csv", "email\tplan\nada\tgold\n");
    let told = newsroom.refused(&["import", &bad, "--source", "offline"]);
    for line in ["line 2, email: ", "line 2, plan: ", "line 2, until: ", "nothing was imported; the file has 3 faults"]
    {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

#[test]
fn a_database_that_a_command_makes_is_its_owners_alone() {
    let database = Newsroom::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&database.database()), 0o600);
    // One that is there keeps what its owner gave it.
    fs::set_permissions(database.database(), fs::Permissions::from_mode(0o640)).unwrap();
    database.good(&["gifts", "list"]);
    assert_eq!(mode(&database.database()), 0o640);
}

#[test]
fn no_gift_waits_in_a_new_newsroom() {
    let newsroom = Newsroom::new();
    assert!(newsroom.good(&["gifts", "list"]).contains("No gift was paid"));
    let ghost = "gft_019ab0c4d5e67f8090a1b2c3d4e5f607";
    for what in ["resend", "revoke"] {
        assert!(newsroom.refused(&["gifts", what, ghost]).contains("no gift"));
        assert!(newsroom.refused(&["gifts", what, "gft_1"]).contains("gft_ and 32"));
    }
}

#[test]
fn no_declaration_waits_in_a_new_newsroom() {
    let newsroom = Newsroom::new();
    assert!(newsroom.good(&["cancellations", "list"]).contains("No declaration waits"));
    let ghost = "can_019ab0c4d5e67f8090a1b2c3d4e5f607";
    for what in ["find", "settle"] {
        for named in [ghost, "D4E5-F607", "anything"] {
            assert!(newsroom.refused(&["cancellations", what, named]).contains("no declaration"), "{what} {named}");
        }
    }
}
