//! Writes every page in every state to `target/gallery/`, with its assets, to be looked at.

use std::fs;
use std::path::Path;

use super::{samples, states};
use crate::http::page::view::{asset, favicon_svg, theme_css};

#[test]
fn every_page_in_every_state_is_written_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    let assets = folder.join("assets");
    fs::create_dir_all(&assets).expect("the target folder can be written");
    for file in asset::all() {
        fs::write(assets.join(file.name), file.bytes).expect("the target folder can be written");
    }
    let theme = samples::theme();
    fs::write(assets.join("theme.css"), theme_css(&theme)).expect("the target folder can be written");
    fs::write(assets.join("favicon.svg"), favicon_svg(&theme)).expect("the target folder can be written");

    let pages = states::every_page();
    assert!(pages.len() > 60, "{} pages", pages.len());
    for (name, html) in &pages {
        assert!(html.ends_with("</html>"), "{name} is cut off");
        fs::write(folder.join(format!("{name}.html")), as_files(html)).expect("the target folder can be written");
    }
}

/// The page with its assets beside it instead of on a server.
fn as_files(html: &str) -> String {
    let mut html = html.to_owned();
    for file in asset::all() {
        html = html.replace(&asset::path(file.name), &format!("assets/{}", file.name));
    }
    html.replace("/members", "")
        .replace("\"/assets/", "\"assets/")
        .replace("\"assets/theme.css?v=", "\"assets/theme.css#")
}
