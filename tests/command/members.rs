//! `masthead member`, `import` and `cancellations`.

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
    assert!(newsroom.good(&add("2098-12-31")).contains("supporter, until 2099-01-01T00:00:00Z"));
    assert!(newsroom.refused(&add("2098-12-31")).contains("member extend"));
    let extend = |until| [&["member", "extend", "--until", until][..], &email].concat();
    assert!(newsroom.refused(&extend("2097-12-31")).contains("until 2099-01-01"));
    assert!(newsroom.good(&extend("2099-12-30")).contains("until 2099-12-31T00:00:00Z"));
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
    let bad = newsroom.write("bad.csv", "email\tplan\nada\tgold\n");
    let told = newsroom.refused(&["import", &bad, "--source", "offline"]);
    for line in ["line 2, email: ", "line 2, plan: ", "line 2, until: ", "nothing was imported; the file has 3 faults"]
    {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
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
