//! Card testers try many cards, from one place or from many: each is stopped, and others go on paying.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    expect::problem,
    support::{AppOptions, TestApp, TestDatabase, on_both_databases},
};

/// Somebody who comes from an address of their own.
fn from(app: &TestApp, last: u8) -> reqwest::Client {
    let own = IpAddr::V4(Ipv4Addr::new(127, 0, 1, last));
    let there = SocketAddr::from(([127, 0, 0, 1], app.port));
    reqwest::Client::builder().no_proxy().local_address(own).resolve("localhost", there).build().unwrap()
}

async fn check_out(app: &TestApp, client: &reqwest::Client, email: &str) -> reqwest::Response {
    let body = json!({ "price": app.price_id("supporter", "month").await, "email": email });
    client.post(app.address("/v1/checkout")).json(&body).send().await.unwrap()
}

fn limits(client: u32, address: u32, total: u32) -> AppOptions {
    let settings = move |config: &mut masthead::config::Config| {
        config.limits.checkouts_per_client_hour = client;
        config.limits.checkouts_per_address_hour = address;
        config.limits.checkouts_total_hour = total;
    };
    AppOptions { settings: Box::new(settings), ..AppOptions::default() }
}

on_both_databases! {
    // Fault 16.
    async fn many_cards_from_one_place_leave_others_alone(db: TestDatabase) {
        let app = TestApp::start_with(db, limits(3, 100, 100)).await;
        let tester = from(&app, 1);
        for number in 0..3 {
            let answer = check_out(&app, &tester, &format!("a{number}@example.com")).await;
            assert_eq!(answer.status(), StatusCode::CREATED);
        }
        let refused = check_out(&app, &tester, "a4@example.com").await;
        assert!(refused.headers().contains_key("retry-after"));
        problem(refused, 429, "rate_limited").await;
        assert_eq!(check_out(&app, &from(&app, 2), "ada@example.com").await.status(), StatusCode::CREATED);
        app.stop().await;
    }

    // Fault 16.
    async fn many_places_for_one_address_are_one_payer(db: TestDatabase) {
        let app = TestApp::start_with(db, limits(100, 2, 100)).await;
        let _member = app.member("member@example.com").await;
        // Known or not, in whatever spelling: the answer is the same.
        for email in ["ada@example.com", "member@example.com"] {
            let mut seen = Vec::new();
            for place in 1..=4 {
                let spelling = if place % 2 == 0 { email.to_uppercase() } else { email.to_owned() };
                seen.push(check_out(&app, &from(&app, place), &spelling).await.status().as_u16());
            }
            // The member has started one before.
            let before = usize::from(email == "member@example.com");
            assert_eq!(seen.iter().filter(|status| **status == 201).count(), 2 - before, "{email}: {seen:?}");
            assert_eq!(seen.iter().filter(|status| **status == 429).count(), 2 + before, "{email}: {seen:?}");
        }
        assert_eq!(check_out(&app, &from(&app, 5), "ben@example.com").await.status(), StatusCode::CREATED);
        app.stop().await;
    }

    // Fault 16.
    async fn many_places_and_addresses_end_at_the_total(db: TestDatabase) {
        let app = TestApp::start_with(db, limits(100, 100, 5)).await;
        let mut statuses = Vec::new();
        for place in 1..=8 {
            let answer = check_out(&app, &from(&app, place), &format!("a{place}@example.com")).await;
            statuses.push(answer.status().as_u16());
        }
        assert_eq!(statuses, [201, 201, 201, 201, 201, 429, 429, 429]);
        let plans: Value = app.http.get(app.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
        assert!(plans["items"].is_array(), "reading goes on");
        app.stop().await;
    }
}
