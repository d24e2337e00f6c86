//! The newspaper's host as the guide sets it up: a real nginx, the paper at `/`, Masthead at `/members/`, a cache before it all.

use crate::support::{AppOptions, Nginx, TestApp, TestDatabase, free_ports};

const GUIDE: &str = include_str!("../../docs/guides/gate-at-the-proxy.md");

/// What the paper's server sends to whoever may read.
pub const WHOLE: &str = "The whole story";
/// What it sends to whoever may not.
pub const TEASER: &str = "Only the beginning";

/// Masthead behind nginx.
pub struct Behind {
    pub app: TestApp,
    /// The newspaper's host, without a slash at its end.
    pub paper: String,
    /// The same host through a cache that others' requests go through too.
    pub cached: String,
    pub port: u16,
    paper_port: u16,
    pub nginx: Nginx,
}

impl Behind {
    /// The demo newsroom, with the host registered as one of its sites.
    pub async fn start(database: TestDatabase) -> Self {
        let [port, paper_port, cache_port] = free_ports();
        let paper = format!("http://localhost:{port}");
        let options =
            AppOptions { public_url: Some(format!("{paper}/members")), ..with_site(AppOptions::default(), &paper) };
        let app = TestApp::start_with(database, options).await;
        let block = [guides(port, paper_port, app.port), newspaper(paper_port), cache(cache_port, port)].join("\n");
        let nginx = Nginx::start(&block, &[port, paper_port, cache_port]).await;
        Self { app, paper, cached: format!("http://localhost:{cache_port}"), port, paper_port, nginx }
    }

    /// Another nginx before the same servers, with one thing in the guide's configuration changed. Returns its address.
    pub async fn variant(&self, from: &str, to: &str) -> (Nginx, String) {
        let [port] = free_ports();
        let block = guides(port, self.paper_port, self.app.port);
        let (before, after) = block.split_once("location @unanswered").unwrap();
        let changed = format!("{before}location @unanswered{}", replaced(after, from, to));
        (Nginx::start(&changed, &[port]).await, format!("http://localhost:{port}"))
    }

    /// Another nginx that takes this port for Masthead's.
    pub async fn with_masthead_at(&self, masthead_port: u16) -> (Nginx, String) {
        let [port] = free_ports();
        let nginx = Nginx::start(&guides(port, self.paper_port, masthead_port), &[port]).await;
        (nginx, format!("http://localhost:{port}"))
    }
}

/// The same newsroom with one more website.
pub fn with_site(mut options: AppOptions, origin: &str) -> AppOptions {
    let site = format!(
        "[[sites]]\nslug = \"paper\"\nname = \"The Paper\"\naudience = \"paper\"\norigins = [\"{origin}\"]\n\
         return_to = [\"{origin}/\"]\n\n[[campaigns]]"
    );
    options.newsroom = options.newsroom.replacen("[[campaigns]]", &site, 1);
    options
}

/// The configuration in the guide, with these ports and without certificates.
fn guides(port: u16, paper_port: u16, masthead_port: u16) -> String {
    let (_, from) = GUIDE.split_once("<!-- tried: nginx -->\n```nginx\n").expect("the guide's configuration");
    let (block, _) = from.split_once("```").expect("its end");
    [
        ("server 127.0.0.1:8080;", format!("server 127.0.0.1:{masthead_port};")),
        ("server 127.0.0.1:3000;", format!("server 127.0.0.1:{paper_port};")),
        ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port};")),
        ("server_name paper.example;", "server_name localhost;".to_owned()),
        ("ssl_certificate /etc/ssl/paper.example.pem;", String::new()),
        ("ssl_certificate_key /etc/ssl/paper.example.key;", String::new()),
    ]
    .iter()
    .fold(block.to_owned(), |block, (from, to)| replaced(&block, from, to))
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "the guide says {from:?} otherwise now");
    text.replace(from, to)
}

/// A server that believes its proxy, and would let every cache keep everything.
fn newspaper(port: u16) -> String {
    format!(
        "server {{\n listen 127.0.0.1:{port};\n add_header Cache-Control \"public, max-age=600\";\n \
         add_header Expires \"Thu, 31 Dec 2037 23:55:55 GMT\";\n add_header X-Seen \"[$http_x_access] [$http_x_member] [$http_x_plan]\" always;\n \
         location /stories/ {{\n if ($http_x_access = whole) {{ return 200 \"{WHOLE} for $http_x_member, $http_x_plan\"; }}\n \
         return 200 \"{TEASER}. More at <$http_x_offer_url>\"; }}\n \
         location / {{ return 200 \"<title>The Paper</title><p>Open to all</p>\"; }}\n}}"
    )
}

/// A cache that keeps what its headers let it keep.
fn cache(port: u16, origin_port: u16) -> String {
    format!(
        "server {{\n listen 127.0.0.1:{port};\n location / {{\n proxy_pass http://127.0.0.1:{origin_port};\n proxy_cache cdn;\n \
         add_header X-Cache $upstream_cache_status always;\n }}\n}}"
    )
}
