//! Fault 44: whoever names what is another member's, another site's or hidden gets what they would get for something that does not
//! exist. All pairs of key and object.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use masthead::{domain::actor::Actor, flow::make_site_secret};
use reqwest::{Response, header};
use serde_json::{Value, json};

use crate::{
    expect::{good, problem},
    support::{AppOptions, Browser, Card, DatabaseKind, PAPER_URL, TestApp, TestDatabase, location, on_both_databases},
};

const VERIFIER: &str = "a-verifier-that-only-one-site-knows-0123456789";
const ISLANDS: &str = "https://islands.example/";

/// A newsroom with a second website and a campaign that is not public.
pub fn two_sites() -> AppOptions {
    let mut options = AppOptions::default();
    let second = "[[sites]]\nslug = \"islands\"\nname = \"The Islands\"\naudience = \"islands\"\n\
        origins = [\"https://islands.example\"]\nreturn_to = [\"https://islands.example/\"]\n\n[[campaigns]]";
    options.newsroom = options.newsroom.replacen("[[campaigns]]", second, 1);
    options.newsroom.push_str(
        "\n[[campaigns]]\nslug = \"hidden-plans\"\ntitle = \"Unannounced\"\npitch = \"Not yet for anybody's eyes.\"\n\
         goal_members = 7654321\nstarts_at = \"2026-09-01T00:00:00+01:00\"\ntime_zone = \"Europe/Lisbon\"\npublic = false\n",
    );
    options
}

/// What a token says.
pub fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// What makes one refusal differ from another: everything but the request's own id.
async fn told(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    (status, answer.text().await.unwrap().replace(&id, "ID"))
}

/// A member who has paid, and the address that their payment led to.
async fn payer(app: &TestApp, email: &str) -> (Browser, String) {
    let browser = app.browser();
    let page = browser.check_out(&app.price_id("supporter", "month").await, Some(email), None).await;
    let welcome = app.pay(&page, email, Card::GOOD).await;
    crate::support::until("the payment", || async {
        browser.get(&welcome).await;
        browser.me().await.filter(|me| me["entitlements"][0].is_object())
    })
    .await;
    (browser, welcome)
}

/// A code for a signed-in reader, asked for by a site.
async fn code(reader: &Browser, site: &str, return_to: &str, challenge: bool) -> String {
    let mut query = vec![("site", site), ("return_to", return_to), ("state", "s")];
    let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
    query.extend(challenge.then_some(("code_challenge", hash.as_str())));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let back = location(&reader.get(&format!("/v1/continue?{query}")).await);
    let back = url::Url::parse(&back).expect("a way back");
    back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
}

// Every route with a place for somebody's id in it has a test below; a new one has to come here.
#[test]
fn every_route_that_takes_an_id_is_known() {
    let paths = masthead::http::endpoints().into_iter().map(|endpoint| endpoint.path);
    let taking: Vec<String> = paths.filter(|path| path.contains('{')).collect();
    // Of the public campaigns alone; documents that everybody may read; the demonstration's mailbox, open to all on purpose; a
    // year of the signed-in member's own payments.
    let known = [
        "/v1/campaigns/{slug}",
        "/campaigns/{slug}",
        "/embed/{slug}",
        "/problems/",
        "/assets/",
        "/dev/mail/",
        "/docs/",
        "/account/statement/{year}",
    ];
    let new: Vec<_> = taking.iter().filter(|path| !known.iter().any(|one| path.starts_with(one))).collect();
    assert!(!taking.is_empty() && new.is_empty(), "whose are the ids in {new:?}?");
}

on_both_databases! {
    async fn a_checkout_is_seen_by_who_paid_alone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (ada, adas) = payer(&app, "ada@example.com").await;
        let (eve, eves) = payer(&app, "eve@example.com").await;
        let (free, stranger) = (app.browser(), app.browser());
        free.sign_in(&app, "free@example.com").await;
        let made_up = format!("{}{}", &adas[..adas.len() - 4], "0000");
        let id = |welcome: &str| welcome.split_once("checkout=").unwrap().1.to_owned();
        let me = ada.me().await.unwrap();
        let others = ["mem_", "ent_", "mbs_"].map(|prefix| adas.replace("chk_", prefix));
        let of_ada = [me["id"].as_str().unwrap(), me["entitlements"][0]["id"].as_str().unwrap()];
        let mut objects = vec![adas.clone(), eves.clone(), made_up.clone(), adas.to_uppercase().replace("HTTP", "http")];
        objects.retain(|one| one.contains("welcome"));
        objects.extend(others);
        objects.extend(of_ada.map(|other| adas.replace(&id(&adas), other)));
        objects.push(adas.replace(&id(&adas), &format!("{}%27%20OR%201=1", id(&adas))));
        for (key, own) in [(&ada, Some(&adas)), (&eve, Some(&eves)), (&free, None), (&stranger, None)] {
            let nothing = told(key.get(&made_up).await).await;
            assert_eq!(nothing.0, 404);
            for object in &objects {
                let answer = key.get(object).await;
                assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{object}");
                if own == Some(object) {
                    assert_eq!(answer.status(), 200, "{object}");
                } else {
                    assert_eq!(told(answer).await, nothing, "{object} differs from one that does not exist");
                }
            }
        }
        app.stop().await;
    }

    async fn each_session_sees_its_own_member_alone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (ada, _) = payer(&app, "ada@example.com").await;
        let (eve, _) = payer(&app, "eve@example.com").await;
        let free = app.browser();
        free.sign_in(&app, "free@example.com").await;
        let members = [(&ada, "ada@example.com"), (&eve, "eve@example.com"), (&free, "free@example.com")];
        let ids = [ada.me().await.unwrap(), eve.me().await.unwrap(), free.me().await.unwrap()];
        for (at, (key, email)) in members.iter().enumerate() {
            for (other, (_, foreign)) in members.iter().enumerate() {
                let foreign_id = ids[other]["id"].as_str().unwrap();
                // Naming somebody else in the query changes nothing.
                let asks = [format!("/v1/me?id={foreign_id}&member={foreign_id}"), format!("/account?member={foreign_id}")];
                for ask in asks {
                    let text = key.get(&ask).await.text().await.unwrap();
                    assert!(text.contains(email), "{ask}");
                    assert!(at == other || (!text.contains(foreign) && !text.contains(foreign_id)), "{ask}: {text}");
                }
                let body = json!({ "member": foreign_id });
                for path in ["/v1/billing-portal", "/v1/token"] {
                    let answer = key.post(path, &body).await;
                    assert!(!answer.status().is_success() || !answer.text().await.unwrap().contains(foreign_id), "{path}");
                }
            }
        }
        let portal = good(ada.post("/v1/billing-portal", &json!({})).await).await;
        let page = app.http.get(portal["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("ada@example.com") && !page.contains("eve@example.com"));
        assert_eq!(free.post("/v1/billing-portal", &json!({})).await.status(), 409);
        app.stop().await;
    }

    async fn a_code_is_exchanged_by_the_site_that_asked_alone(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let (ada, _) = payer(&app, "ada@example.com").await;
        let (story, islands) = (format!("{PAPER_URL}/stories/fog"), ISLANDS.to_owned());
        let sites = [("demo-paper", story.as_str()), ("islands", islands.as_str())];
        let mut secrets = Vec::new();
        for (site, _) in sites {
            secrets.push(make_site_secret::make(&app.context, site, &Actor::CommandLine).await.unwrap().secret);
        }
        for (of, (site, return_to)) in sites.iter().enumerate() {
            for challenge in [true, false] {
                for (by, (other, elsewhere)) in sites.iter().enumerate() {
                    for (secret_of, secret) in secrets.iter().enumerate() {
                        for back in [return_to, elsewhere] {
                            let code = code(&ada, site, return_to, challenge).await;
                            let mut shown = json!({ "site": other, "code": code, "return_to": back, "site_secret": secret });
                            if challenge {
                                shown["code_verifier"] = json!(VERIFIER);
                            }
                            let said = format!("{site}'s code by {other} with the secret {secret_of} for {back}, {challenge}");
                            let answer = app.http.post(app.address("/v1/continue/exchange")).json(&shown).send().await.unwrap();
                            if of == by && by == secret_of && back == return_to {
                                let issued = good(answer).await;
                                assert_eq!(claims(issued["access_token"].as_str().unwrap())["aud"], *site, "{said}");
                            } else {
                                assert_eq!(answer.status(), 400, "{said}");
                                problem(answer, 400, "continue_code_invalid").await;
                            }
                        }
                    }
                }
            }
        }
        app.stop().await;
    }

    async fn a_sites_token_is_worth_something_to_that_site_alone(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let (ada, _) = payer(&app, "ada@example.com").await;
        let mut tokens = Vec::new();
        for site in ["demo-paper", "islands"] {
            let issued = good(ada.post("/v1/token", &json!({ "site": site })).await).await;
            tokens.push((site, issued["access_token"].as_str().unwrap().to_owned()));
        }
        let articles = [format!("{PAPER_URL}/stories/fog"), format!("{ISLANDS}1"), "any-id".to_owned()];
        for (site, token) in &tokens {
            for article in &articles {
                let asked = json!({ "gate": "members", "article": article });
                let request = app.http.post(app.address("/v1/access")).bearer_auth(token).json(&asked);
                let pass = good(request.send().await.unwrap()).await["pass"].as_str().unwrap().to_owned();
                let claims = claims(&pass);
                assert_eq!((&claims["aud"], &claims["client_id"]), (&json!(site), &json!(site)), "for {article}");
                // A pass opens one article; it is no token.
                let request = app.http.post(app.address("/v1/access")).bearer_auth(&pass).json(&asked);
                problem(request.send().await.unwrap(), 401, "invalid_token").await;
            }
            // A token is read by websites: it is nobody's session.
            for (method, path) in [("GET", "/v1/me"), ("POST", "/v1/token"), ("POST", "/v1/billing-portal")] {
                let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
                let request = app.http.request(method, app.address(path)).bearer_auth(token);
                let answer = request.header(header::CONTENT_TYPE, "application/json").body("{}").send().await.unwrap();
                problem(answer, 401, "sign_in_required").await;
            }
            assert_eq!(app.http.get(app.address("/account")).bearer_auth(token).send().await.unwrap().status(), 303);
        }
        problem(ada.post("/v1/token", &json!({ "site": "nothing" })).await, 422, "invalid_input").await;
        app.stop().await;
    }

    async fn what_is_hidden_is_as_if_it_did_not_exist(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let (ada, _) = payer(&app, "ada@example.com").await;
        let price = app.price_id("patron", "month").await;
        for key in [&ada, &app.browser()] {
            for path in ["/v1/campaigns/SLUG", "/campaigns/SLUG", "/join?campaign=SLUG", "/v1/campaigns/SLUG/fragment.html"] {
                let ask = async |slug: &str| {
                    let (status, text) = told(key.get(&path.replace("SLUG", slug)).await).await;
                    (status, text.replace(slug, "SLUG"))
                };
                let hidden = ask("hidden-plans").await;
                assert!(!hidden.1.contains("Unannounced") && !hidden.1.contains("7654321"), "{path}: {}", hidden.1);
                assert_eq!(hidden, ask("nothing-here").await, "{path}");
            }
            for (field, wrong) in [("campaign", "hidden-plans"), ("campaign", "nothing-here")] {
                let mut asked = json!({ "price": price, "email": "new@example.com" });
                asked[field] = json!(wrong);
                problem(key.post("/v1/checkout", &asked).await, 422, "invalid_input").await;
            }
        }
        // Ids of another kind, or of nothing, are no price.
        let plans = good(app.http.get(app.address("/v1/plans")).send().await.unwrap()).await;
        let (plan, me) = (plans["items"][0]["id"].as_str().unwrap(), ada.me().await.unwrap());
        let last = price.replace(&price[32..], "0000");
        for wrong in [plan, me["id"].as_str().unwrap(), "prc_", &price.to_uppercase(), &price.replace("prc_", "pln_"), &last] {
            let asked = json!({ "price": wrong, "email": "new@example.com" });
            problem(app.browser().post("/v1/checkout", &asked).await, 422, "invalid_input").await;
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_checkout_made_by_one_browser_is_not_anothers_by_its_key() {
    let app = TestApp::start(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let price = app.price_id("supporter", "month").await;
    let ask = async |browser: &Browser| {
        let body = json!({ "price": price, "email": "ada@example.com" });
        let request = browser.http.post(app.address("/v1/checkout")).header("idempotency-key", "one-key-for-two");
        request.json(&body).send().await.unwrap()
    };
    let (ada, eve) = (app.browser(), app.browser());
    let first = good(ask(&ada).await).await;
    // The same key from the same address is the same request; the cookie that it comes with is not repeated.
    let again = ask(&eve).await;
    assert!(again.headers().get(header::SET_COOKIE).is_none());
    assert_eq!(good(again).await, first);
    let welcome = app.pay(first["checkout_url"].as_str().unwrap(), "ada@example.com", Card::GOOD).await;
    problem_page(eve.get(&welcome).await).await;
    assert!(eve.me().await.is_none());
    app.stop().await;
}

async fn problem_page(answer: Response) {
    assert_eq!(answer.status(), 404, "{}", answer.text().await.unwrap());
}
