//! The outbox towards a mail server that is slow, away, or will not take a mail. Time passes by the clock that the service
//! is given.

use std::time::{Duration, Instant};

use masthead::{
    domain::id::OutboxId,
    flow::{Phase, Stop, deliver_outbox, metrics, read_counter::Counters},
    gateway::mail::{SmtpMailer, SmtpSettings},
    store::{
        self,
        outbox::{Draft, Lane, Message},
    },
};
use serde_json::json;

use crate::{
    office::{CODE_SECONDS, Office},
    server::{MailServer, email, mail, settings},
    support::{TestDatabase, free_port, on_both_databases, until},
};

async fn message_ids(server: &MailServer) -> Vec<String> {
    server.taken().await.iter().flat_map(|mail| mail.header("message-id")).collect()
}

/// What Prometheus would read.
async fn counted(office: &Office, outcome: &str) -> bool {
    let text = metrics::render(&office.context, &Counters::default()).await.unwrap();
    text.contains(&format!("masthead_mails_total{{outcome=\"{outcome}\"}} 1\n"))
}

on_both_databases! {
    async fn what_is_refused_for_good_is_given_up_at_once_and_told(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let id = office.post_news("ada@example.com").await;
        server.tell(&json!({ "at": "rcpt", "do": "reply", "reply": "550 5.1.1 <ada@example.com> is unknown" })).await;
        assert!(office.deliver(&server.mailer()).await);
        let standing = office.standing(&id).await;
        assert!(standing.given_up && !standing.sent && !standing.leased, "{standing:?}");
        assert_eq!(standing.last_error, "refused: naming the recipient: 550 5.1.1");
        let audited = office.audited(&id).await;
        let detail = json!({ "kind": "mail", "mail": "address_changed", "outcome": "refused",
            "why": "naming the recipient: 550 5.1.1", "attempts": 0 });
        assert_eq!(audited, [("outbox.given_up".to_owned(), detail)]);
        assert!(counted(&office, "refused").await);
        office.pass(86_400);
        assert!(!office.deliver(&server.mailer()).await, "it is tried again");
    }

    async fn what_is_refused_for_now_goes_out_later(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let mailer = server.mailer();
        let id = office.post_news("ada@example.com").await;
        server.tell(&json!({ "at": "rcpt", "do": "reply", "reply": "450 4.2.0 Greylisted", "times": 3 })).await;
        for attempts in 1..=3 {
            assert!(office.deliver(&mailer).await);
            let standing = office.standing(&id).await;
            assert_eq!((standing.attempts, standing.sent, standing.given_up, standing.leased), (attempts, false, false, false));
            assert!(standing.last_error.contains("450 4.2.0"), "{standing:?}");
            let longest = 1_000 << (attempts - 1);
            assert!((longest / 2..=longest).contains(&standing.due_in_millis), "{standing:?}");
            assert!(!office.deliver(&mailer).await, "it does not wait");
            office.pass(8);
        }
        assert!(office.deliver(&mailer).await);
        let standing = office.standing(&id).await;
        assert!(standing.sent && standing.last_error.is_empty(), "{standing:?}");
        assert_eq!(message_ids(&server).await, [format!("<{id}@ledger.test>")]);
        assert!(counted(&office, "sent").await && office.audited(&id).await.is_empty());
    }

    async fn everything_that_is_still_of_use_goes_out_once_the_server_is_back(db: TestDatabase) {
        let office = Office::open(db).await;
        let port = free_port();
        let mailer = SmtpMailer::new(&settings(port)).unwrap();
        let old_code = office.post_code("ada@example.com").await;
        let mut news = Vec::new();
        for number in 0..10 {
            news.push(office.post_news(&format!("reader{number}@example.com")).await);
        }
        // Away for as long as a code holds.
        for _ in 0..CODE_SECONDS / 30 {
            while office.deliver(&mailer).await {}
            office.pass(30);
        }
        let new_code = office.post_code("ada@example.com").await;
        while office.deliver(&mailer).await {}
        let standing = office.standing(&old_code).await;
        assert!(standing.given_up && standing.last_error.starts_with("expired: "), "{standing:?}");
        assert!((25..60).contains(&standing.attempts), "{standing:?}");
        assert_eq!(office.audited(&old_code).await[0].1["outcome"], "expired");
        for id in &news {
            let standing = office.standing(id).await;
            assert!(!standing.sent && !standing.given_up && (5..25).contains(&standing.attempts), "{standing:?}");
        }
        let server = MailServer::start(json!({ "port": port })).await;
        office.pass(900);
        // The code of the meantime has expired with that; another one is asked for.
        let newest_code = office.post_code("ada@example.com").await;
        while office.deliver(&mailer).await {}
        assert!(office.standing(&new_code).await.given_up);
        let mut wanted: Vec<String> = news.iter().chain([&newest_code]).map(|id| format!("<{id}@ledger.test>")).collect();
        let mut sent = message_ids(&server).await;
        assert_eq!(sent.len(), 11);
        assert!(sent[..4].contains(&wanted[10]), "the code waited behind the news: {sent:?}");
        wanted.sort();
        sent.sort();
        assert_eq!(sent, wanted);
    }

    async fn what_was_taken_in_silence_comes_again_under_the_same_name(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let mailer = server.mailer();
        let id = office.post_news("ada@example.com").await;
        server.tell(&json!({ "at": "content", "do": "close" })).await;
        assert!(office.deliver(&mailer).await);
        assert!(!office.standing(&id).await.sent);
        office.pass(2);
        assert!(office.deliver(&mailer).await);
        assert!(office.standing(&id).await.sent);
        let name = format!("<{id}@ledger.test>");
        assert_eq!(message_ids(&server).await, [name.clone(), name]);
    }

    // The process dies after the server's yes and before the commit: at least once, and it can be told.
    async fn what_a_dead_worker_had_sent_comes_again_under_the_same_name_once_its_lease_ran_out(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let mailer = server.mailer();
        let id = office.post_news("ada@example.com").await;
        let mut tx = office.context.store.begin().await.unwrap();
        let until = office.now().plus_seconds(60);
        let claimed = store::outbox::claim(&mut tx, Lane::Mail, office.now(), until, 10).await.unwrap();
        tx.commit().await.unwrap();
        mailer.send(claimed[0].id.as_str(), &email("ada@example.com"), &mail(), office.now()).await.unwrap();
        assert!(!office.deliver(&mailer).await, "the lease holds");
        office.pass(60);
        assert!(office.deliver(&mailer).await);
        let name = format!("<{id}@ledger.test>");
        assert_eq!(message_ids(&server).await, [name.clone(), name]);
        office.pass(86_400);
        assert!(!office.deliver(&mailer).await, "once it is known to be sent, it is");
    }

    async fn several_workers_send_each_mail_once(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let mailer = server.mailer();
        let mut wanted = Vec::new();
        for number in 0..40 {
            wanted.push(format!("<{}@ledger.test>", office.post_news(&format!("reader{number}@example.com")).await));
        }
        let worker = async || while office.deliver(&mailer).await {};
        futures_util::future::join4(worker(), worker(), worker(), worker()).await;
        // Workers that looked at the same rows may have gone away with nothing.
        worker().await;
        let mut sent = message_ids(&server).await;
        sent.sort();
        wanted.sort();
        assert_eq!(sent, wanted);
        let mut connections: Vec<u64> = server.taken().await.iter().map(|mail| mail.connection).collect();
        connections.sort_unstable();
        connections.dedup();
        assert!(connections.len() <= 4, "{} connections for {} allowed", connections.len(), mailer.connections_max());
    }

    async fn a_late_mail_says_for_how_long_its_code_still_works(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let (_, attempt_id) = office.post_paid("ada@example.com").await;
        office.post_code("olena@example.com").await;
        office.pass(CODE_SECONDS - 61);
        while office.deliver(&server.mailer()).await {}
        for mail in server.taken().await {
            assert!(mail.text().contains("work for 2 minutes"), "{}", mail.text());
        }
        assert!(server.taken().await.iter().any(|mail| mail.text().contains(&office.context.secret.link_token(&attempt_id))));
    }

    // Whoever paid is told, even if the mail server was away for longer than a code works.
    async fn a_payer_is_told_without_a_code_once_it_has_run_out(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let (id, attempt_id) = office.post_paid("ada@example.com").await;
        office.pass(CODE_SECONDS);
        while office.deliver(&server.mailer()).await {}
        assert!(office.standing(&id).await.sent);
        let text = server.taken().await[0].text();
        assert!(text.contains("your payment for “Supporter” (€7 a month) has arrived"), "{text}");
        assert!(text.contains("http://localhost:8080/sign-in\r\n"), "{text}");
        assert!(!text.contains(&office.context.secret.link_token(&attempt_id)), "{text}");
        assert!(!text.contains("code"), "{text}");
    }

    async fn one_recipient_who_keeps_the_server_busy_holds_up_nobody(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        let timeout = Duration::from_secs(1);
        let mailer = SmtpMailer::new(&SmtpSettings { timeout, connections_max: 2, ..server.settings() }).unwrap();
        let slow = office.post_code("slow@example.com").await;
        let mut others = Vec::new();
        for number in 0..6 {
            others.push(office.post_news(&format!("reader{number}@example.com")).await);
        }
        server.tell(&json!({ "at": "rcpt", "do": "hang", "to": "slow@example.com", "times": 100 })).await;
        while office.deliver(&mailer).await {}
        for id in &others {
            assert!(office.standing(id).await.sent);
        }
        let standing = office.standing(&slow).await;
        assert!(!standing.sent && standing.last_error.contains("no answer within 1 s"), "{standing:?}");
    }

    async fn a_mail_server_that_says_nothing_holds_up_no_call_to_the_gateway(db: TestDatabase) {
        let office = Office::open(db).await;
        let server = MailServer::plain().await;
        server.tell(&json!({ "at": "greeting", "do": "hang", "times": 100 })).await;
        let mail = office.post_code("ada@example.com").await;
        let call = OutboxId::mint(office.now(), office.context.entropy.as_ref());
        let message = Message::ExpireCheckout { gateway_session_id: "cs_1".to_owned() };
        let (now, expires_at) = (office.now(), office.now().plus_seconds(900));
        let draft = Draft { id: call.clone(), person_id: None, message, now, expires_at };
        let mut tx = office.context.store.begin().await.unwrap();
        store::outbox::post(&mut tx, &draft).await.unwrap();
        tx.commit().await.unwrap();
        let mailer = server.mailer();
        let calling = async {
            until("a silent greeting", || async { (!server.misbehaved().await.is_empty()).then_some(()) }).await;
            deliver_outbox::deliver_calls(&office.context).await.unwrap();
            // No gateway is there: it was tried, while the mail still waits for a greeting.
            assert_eq!(office.standing(&call).await.attempts, 1);
            assert!(office.standing(&mail).await.leased);
            office.context.stop.advance(Phase::Cut);
        };
        futures_util::future::join(office.deliver(&mailer), calling).await;
    }

    async fn a_stop_lets_go_of_what_is_under_way(db: TestDatabase) {
        let stop = Stop::default();
        let office = Office::open_with(db, |context| context.stop = stop.clone()).await;
        let server = MailServer::plain().await;
        server.tell(&json!({ "at": "content", "do": "hang" })).await;
        let id = office.post_news("ada@example.com").await;
        let began = Instant::now();
        let mailer = SmtpMailer::new(&SmtpSettings { timeout: Duration::from_secs(60), ..server.settings() }).unwrap();
        let stopping = async {
            until("a mail under way", || async { (!server.taken().await.is_empty()).then_some(()) }).await;
            stop.advance(Phase::Cut);
        };
        futures_util::future::join(office.deliver(&mailer), stopping).await;
        assert!(began.elapsed() < Duration::from_secs(30), "it waited for the server");
        let standing = office.standing(&id).await;
        assert!(!standing.leased && !standing.sent && !standing.given_up, "{standing:?}");
    }
}
