//! Members whom staff enter: they count, are told of their end, and join here without moving the counter.

use masthead::{
    domain::{actor::Actor, entitlement::Source},
    flow::import_members::{self, ImportError, Imported},
    store,
};

use crate::{
    expect::CAMPAIGN,
    support::{AppOptions, TestApp, TestDatabase, on_both_databases, until},
};

const ADA: &str = "ada@example.com";
const DAY_SECONDS: i64 = 86_400;

/// A newsroom whose campaign ends long after these memberships.
async fn running(database: TestDatabase) -> TestApp {
    let demo = AppOptions::default();
    let open = |line: &str| {
        if line.starts_with("ends_at") { "ends_at = \"2099-12-31T00:00:00Z\"".into() } else { line.to_owned() }
    };
    let newsroom: Vec<String> = demo.newsroom.lines().map(open).collect();
    TestApp::start_with(database, AppOptions { newsroom: newsroom.join("\n"), ..demo }).await
}

async fn import(app: &TestApp, file: &str, source: Source) -> Result<Imported, ImportError> {
    import_members::import(&app.context, file.as_bytes(), source, false, &Actor::CommandLine).await
}

/// How many rows the campaign's ledger has.
async fn version(app: &TestApp) -> i64 {
    let mut conn = app.database.store.read().await.unwrap();
    let campaign = store::campaign::find_by_slug(&mut conn, CAMPAIGN).await.unwrap().unwrap();
    campaign.version
}

on_both_databases! {
    async fn an_external_member_who_joins_here_moves_no_counter(db: TestDatabase) {
        let app = running(db).await;
        let ends = app.clock.business().plus_seconds(10 * DAY_SECONDS).in_zone("Europe/Lisbon").date();
        let file = format!("\u{feff}Email;Plan;Until\r\n{ADA};supporter;{ends}\r\nben@example.com;supporter;\r\n");
        let done = import(&app, &file, Source::External).await.unwrap();
        assert_eq!(done, Imported { added: 2, changed: 0, unchanged: 0 });
        app.counted(24_602).await;
        let again = import(&app, &file, Source::External).await.unwrap();
        assert_eq!(again, Imported { added: 0, changed: 0, unchanged: 2 });
        let before = version(&app).await;
        let member = app.browser();
        let price = app.price_id("supporter", "month").await;
        let page = member.check_out(&price, Some(ADA), Some(CAMPAIGN)).await;
        app.pay(&page, ADA, crate::support::Card::GOOD).await;
        member.sign_in(&app, ADA).await;
        until("both rights", || async {
            let me = member.me().await?;
            (me["entitlements"].as_array()?.len() == 2).then_some(())
        })
        .await;
        let page = crate::notices::account(&member).await;
        assert!(!page.contains("Billed elsewhere") && page.contains("Next payment"), "{page}");
        let ben = app.browser();
        ben.sign_in(&app, "ben@example.com").await;
        let page = crate::notices::account(&ben).await;
        assert!(page.contains("Billed elsewhere") && page.contains("Open to you, without an end"), "{page}");
        // The external right ends, the subscription goes on.
        app.clock.advance_business_seconds(12 * DAY_SECONDS).await;
        until("the external right to have ended", || async {
            let me = member.me().await?;
            let now = app.clock.business().to_string();
            let mut ended = me["entitlements"].as_array()?.iter();
            ended.any(|right| right["source"] == "external" && right["until"].as_str() < Some(now.as_str())).then_some(())
        })
        .await;
        masthead::flow::pass_time::recount_due(&app.context).await.unwrap();
        app.counted(24_602).await;
        assert_eq!(version(&app).await, before, "neither -1 nor +1 was folded");
        app.stop().await;
    }

    async fn an_offline_member_is_reminded_once_and_told_of_the_end(db: TestDatabase) {
        let app = running(db).await;
        let ends = app.clock.business().plus_seconds(30 * DAY_SECONDS).in_zone("Europe/Lisbon").date();
        import(&app, &format!("email,plan,until\n{ADA},supporter,{ends}\n"), Source::Offline).await.unwrap();
        app.counted(24_601).await;
        masthead::flow::tell_of_end::tell(&app.context).await.unwrap();
        assert!(app.mails(ADA).await.is_empty(), "30 days ahead is too early");
        app.clock.advance_business_seconds(20 * DAY_SECONDS).await;
        assert!(app.mail(ADA, 1).await.subject.contains("ends soon"));
        app.clock.advance_business_seconds(12 * DAY_SECONDS).await;
        assert!(app.mail(ADA, 2).await.subject.contains("has ended"));
        app.counted(24_600).await;
        assert_eq!(app.mails(ADA).await.len(), 2);
        app.stop().await;
    }

    async fn a_file_with_faults_writes_nothing_and_says_where(db: TestDatabase) {
        let app = running(db).await;
        let file = "email,plan,until,reference\nben@example.com,supporter,,\n=cmd,gold,31.12.2026,\nBEN@example.com,supporter,,\n";
        let Err(ImportError::Faults(faults)) = import(&app, file, Source::External).await else { panic!("imported") };
        let told: Vec<(u64, &str)> = faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        assert_eq!(told, [(3, "email"), (3, "plan"), (3, "until"), (4, "email")]);
        assert!(faults[0].words.contains("\"'=cmd\""), "{}", faults[0].words);
        for file in ["email\na@example.com\n", "email,plan,untill\n", "email,plan,plan\n"] {
            let Err(ImportError::Faults(faults)) = import(&app, file, Source::External).await else { panic!("{file}") };
            assert_eq!((faults.len(), faults[0].line), (1, 1), "{file}");
        }
        let mut conn = app.database.store.read().await.unwrap();
        assert!(store::member::list_ids_after(&mut conn, "", 9).await.unwrap().is_empty());
        drop(conn);
        app.stop().await;
    }
}
