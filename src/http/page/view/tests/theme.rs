//! The newsroom's colours: readable whatever is set.

use proptest::prelude::*;

use super::samples::theme;
use crate::http::page::view::{asset, favicon_svg, theme_css};
use crate::text::{Colour, Theme};

proptest! {
    #[test]
    fn any_accent_can_be_read(red: u8, green: u8, blue: u8) {
        let theme = Theme { accent: Colour::new(red, green, blue), ..theme() };
        prop_assert!(theme.accent.contrast(theme.on_accent()) >= 4.5);
        prop_assert!(theme.accent_ink().contrast(Colour::PAPER) >= 7.0);
        prop_assert!(theme.accent_chalk().contrast(Colour::NIGHT) >= 7.0);
        prop_assert!(theme.accent_night().contrast(Colour::NIGHT) >= 3.0);
        prop_assert!(theme.accent_night().contrast(theme.accent_night().ink_on()) >= 4.5);
    }
}

#[test]
fn the_stylesheet_holds_colours_and_nothing_else() {
    let css = theme_css(&theme());
    assert!(css.starts_with(":root{--accent:#0b5c6b;--on-accent:#ffffff;--accent-ink:#"), "{css}");
    assert!(css.contains("prefers-color-scheme:dark"));
}

#[test]
fn the_defaults_are_the_grounds_that_contrast_is_reckoned_on() {
    let (tokens, _) = asset::find("tokens.css").expect("an asset");
    let css = String::from_utf8_lossy(tokens.bytes);
    for (name, colour) in
        [("paper", Colour::PAPER), ("ink", Colour::INK), ("paper", Colour::NIGHT), ("ink", Colour::CHALK)]
    {
        assert!(css.contains(&format!("--{name}: {colour};")), "{name} {colour}");
    }
}

#[test]
fn the_icon_is_the_initial_and_never_markup() {
    let hostile = Theme { newsroom: "<script>".to_owned(), ..theme() };
    assert!(favicon_svg(&hostile).contains(">s</text>"));
    assert!(favicon_svg(&theme()).contains(">H</text>"));
}

#[test]
fn an_asset_is_found_by_both_names_and_cached_by_one() {
    let path = asset::path("masthead.css");
    let name = path.strip_prefix("/assets/").expect("below assets");
    let (file, for_ever) = asset::find(name).expect("the hashed name");
    assert!(for_ever && file.name == "masthead.css" && name != "masthead.css");
    assert!(asset::find("masthead.css").is_some_and(|(_, for_ever)| !for_ever));
    assert!(asset::find("../tokens.css").is_none());
}
