//! `masthead recount`: proves the tally beside a running service, and repairs it when asked.

use std::process::{Command, Output};

use crate::support::{TestApp, TestDatabase, on_both_databases};

fn recount(url: &str, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.arg("recount").args(options).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0").output().unwrap()
}

/// Both outputs; nothing of the database's own chatter is in them.
fn said(output: &Output) -> String {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("WARN"), "{said}");
    said
}

on_both_databases! {
    async fn a_wrong_tally_is_told_and_repaired_when_asked(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        app.counted(24_601).await;
        let url = app.database.url.clone();
        let right = recount(&url, &[]);
        assert!(right.status.success() && said(&right).contains("25000-members: agrees"), "{}", said(&right));

        for (damage, words) in [
            ("UPDATE campaign_member SET counted = 0", "wrong members 1"),
            ("UPDATE campaign SET tally_members = tally_members + 40", "tally 24641"),
            ("DELETE FROM campaign_ledger WHERE reason = 'joined'", "ledger 24599"),
        ] {
            let mut tx = app.database.store.begin().await.unwrap();
            sqlx::query(damage).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            for _ in 0..2 {
                let wrong = recount(&url, &[]);
                assert_eq!(wrong.status.code(), Some(1), "looking repairs nothing: {}", said(&wrong));
                assert!(said(&wrong).contains("DOES NOT AGREE") && said(&wrong).contains(words), "{}", said(&wrong));
            }
            let repaired = recount(&url, &["--repair"]);
            let counted = ["Counted 0 members anew.", "Counted 1 member anew."];
            let says = counted.iter().any(|words| said(&repaired).contains(words));
            assert!(repaired.status.success() && says, "{}", said(&repaired));
            assert!(recount(&url, &[]).status.success(), "{damage}: {}", said(&recount(&url, &[])));
            app.counted(24_601).await;
        }
        app.stop().await;
    }
}
