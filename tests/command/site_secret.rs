//! `masthead site-secret`: made once, shown once, exchanged without a gap.

use crate::newsroom::Newsroom;

const CREATE: [&str; 4] = ["site-secret", "create", "--site", "demo-paper"];

#[test]
fn secrets_are_made_listed_and_revoked() {
    let newsroom = Newsroom::new();
    let first = newsroom.good(&CREATE);
    // Alone on one line, so that a script can keep it.
    assert!(first.trim_end().starts_with("mss_") && first.lines().count() == 1 && first.len() == 48, "{first}");
    let second = newsroom.good(&CREATE);
    assert_ne!(first, second);
    assert!(newsroom.refused_in_one_line(&CREATE).contains("two live secrets"));
    let listed = newsroom.good(&["site-secret", "list"]);
    assert_eq!(listed.matches("demo-paper  live").count(), 2, "{listed}");
    assert!(!listed.contains(first.trim()) && !listed.contains("mss_"), "{listed}");
    let id = listed.split_whitespace().next().unwrap();
    let after = newsroom.good(&["site-secret", "revoke", id]);
    assert!(after.contains(&format!("{id}  demo-paper  revoked")), "{after}");
    assert!(newsroom.refused_in_one_line(&["site-secret", "revoke", id]).contains("no such secret"));
    newsroom.good(&CREATE);
}

#[test]
fn what_cannot_be_done_is_told() {
    let newsroom = Newsroom::new();
    assert!(
        newsroom.refused_in_one_line(&["site-secret", "create", "--site", "nothing"]).contains("no site \"nothing\"")
    );
    assert!(newsroom.refused_in_one_line(&["site-secret", "revoke", "mss_x"]).contains("no such secret"));
    assert_eq!(newsroom.run(&["site-secret", "create"]).status.code(), Some(2), "which site?");
}
