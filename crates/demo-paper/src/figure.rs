//! Drawings that stand with stories.

/// A drawing and the words under it. Everybody may see it, whatever the story's gate.
#[derive(Debug)]
pub struct Figure {
    name: &'static str,
    /// The drawing, as inline SVG that takes its colours from the stylesheet.
    pub svg: &'static str,
    /// The words under it.
    pub caption: &'static str,
}

const FIGURES: &[Figure] = &[Figure {
    name: "depth-at-the-bar",
    svg: include_str!("../assets/figures/depth-at-the-bar.svg"),
    caption: "What is left to float on: metres of water over the harbour bar at low tide. Soundings by the pilots.",
}];

/// The drawing of that name.
pub fn find(name: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.name == name)
}
