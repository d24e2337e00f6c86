//! Customers, products and prices.

use serde_json::json;

use crate::support::{bench, text};

#[tokio::test]
async fn metadata_is_merged_key_by_key_and_cleared_as_a_whole() {
    let bench = bench().await;
    let made = bench.made("/v1/customers", &[("metadata[a]", "1"), ("metadata[b]", "2")]).await;
    let path = format!("/v1/customers/{}", text(&made["id"]));
    let merged = bench.made(&path, &[("metadata[a]", ""), ("metadata[c]", "3")]).await;
    assert_eq!(merged["metadata"], json!({"b": "2", "c": "3"}));
    assert_eq!(bench.made(&path, &[("metadata", "")]).await["metadata"], json!({}));
}

#[tokio::test]
async fn a_deleted_customer_is_a_stub_and_its_subscriptions_end() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let path = format!("/v1/customers/{}", text(&session["customer"]));
    let (status, stub) = bench.delete(&path).await;
    assert_eq!(status, 200);
    assert_eq!(stub, bench.found(&path).await);
    assert_eq!(stub["deleted"], true);
    assert_eq!(bench.subscription(&session).await["status"], "canceled");
    assert_eq!(bench.found("/v1/customers").await["data"], json!([]));
    assert_eq!(bench.post(&path, &[("name", "x")]).await.0, 404);
}

#[tokio::test]
async fn cursors_walk_the_whole_list_once() {
    let bench = bench().await;
    for number in 0..7 {
        bench.made("/v1/products", &[("name", &format!("p{number}"))]).await;
    }
    let mut names = Vec::new();
    let mut path = "/v1/products?limit=3".to_owned();
    loop {
        let page = bench.found(&path).await;
        let data = page["data"].as_array().unwrap();
        names.extend(data.iter().map(|product| text(&product["name"])));
        if page["has_more"] == false {
            break;
        }
        path = format!("/v1/products?limit=3&starting_after={}", text(&data.last().unwrap()["id"]));
    }
    assert_eq!(names, ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]);
}

#[tokio::test]
async fn a_lookup_key_moves_when_asked() {
    let bench = bench().await;
    let product = text(&bench.made("/v1/products", &[("name", "P")]).await["id"]);
    let form = [("product", product.as_str()), ("currency", "eur"), ("unit_amount", "1"), ("lookup_key", "k")];
    let first = bench.made("/v1/prices", &form).await;
    assert_eq!(bench.post("/v1/prices", &form).await.0, 400);
    let moved = [&form[..], &[("transfer_lookup_key", "true")]].concat();
    let second = bench.made("/v1/prices", &moved).await;
    let found = bench.found("/v1/prices?lookup_keys[]=k").await;
    assert_eq!(found["data"][0]["id"], second["id"]);
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    let first = bench.found(&format!("/v1/prices/{}", text(&first["id"]))).await;
    assert!(first["lookup_key"].is_null());
}

#[tokio::test]
async fn a_page_goes_on_after_something_that_has_changed_since() {
    let bench = bench().await;
    for _ in 0..3 {
        bench.price().await;
    }
    let first = bench.found("/v1/prices?active=true&limit=2").await;
    let last = text(&first["data"][1]["id"]);
    bench.made(&format!("/v1/prices/{last}"), &[("active", "false")]).await;
    let rest = bench.found(&format!("/v1/prices?active=true&limit=2&starting_after={last}")).await;
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    let back = bench.found(&format!("/v1/prices?active=true&ending_before={last}")).await;
    assert_eq!(back["data"], json!([first["data"][0]]));
}
