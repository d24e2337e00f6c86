//! The newsroom's colours as a stylesheet, and its icon.

use crate::text::{Colour, Theme};

/// The stylesheet that sets the newsroom's colours over those of `tokens.css`, for light and dark. Every ink in it can be
/// read on its ground, whatever accent is set.
pub fn theme_css(theme: &Theme) -> String {
    let light = colours(theme.accent, theme.on_accent(), theme.accent_ink());
    let night = theme.accent_night();
    let dark = colours(night, night.ink_on(), theme.accent_chalk());
    format!(":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

/// The stylesheet of counter and gate on other websites: the newsroom's colours, then what `widgets.css` makes of them.
pub fn widget_css(theme: &Theme) -> String {
    let night = theme.accent_night();
    format!(
        ".masthead-counter,.masthead-gate{{--mh-day:{};--mh-on-day:{};--mh-night:{night};--mh-on-night:{}}}\n{}",
        theme.accent,
        theme.on_accent(),
        night.ink_on(),
        include_str!("../assets/widgets.css"),
    )
}

/// The newsroom's icon: its initial on its colour.
pub fn favicon_svg(theme: &Theme) -> String {
    let name = theme.newsroom.strip_prefix("The ").unwrap_or(&theme.newsroom);
    let initial = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('M');
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"4\" fill=\"{}\"/>\
         <text x=\"16\" y=\"23.5\" text-anchor=\"middle\" font-family=\"Georgia,serif\" font-weight=\"700\" font-size=\"22\" \
         fill=\"{}\">{initial}</text></svg>",
        theme.accent,
        theme.on_accent(),
    )
}

fn colours(surface: Colour, on_surface: Colour, ink: Colour) -> String {
    format!("--accent:{surface};--on-accent:{on_surface};--accent-ink:{ink}")
}
