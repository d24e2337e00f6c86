//! The stories that come with the program, newest first.

use crate::story::{Story, StoryError};

/// Slug and file of every story; the first is the lead of the front page.
const FILES: &[(&str, &str)] = &[
    ("the-dredger-that-never-came", include_str!("../stories/the-dredger-that-never-came.md")),
    ("eleven-minutes-in-the-fog", include_str!("../stories/eleven-minutes-in-the-fog.md")),
    ("who-owns-custom-house-street", include_str!("../stories/who-owns-custom-house-street.md")),
    ("thirteen-minutes-to-five", include_str!("../stories/thirteen-minutes-to-five.md")),
    ("the-price-of-a-kilo-of-mussels", include_str!("../stories/the-price-of-a-kilo-of-mussels.md")),
    ("the-last-winder-of-the-clock", include_str!("../stories/the-last-winder-of-the-clock.md")),
    ("the-pool-on-tanner-street", include_str!("../stories/the-pool-on-tanner-street.md")),
    ("beaten-by-a-canvas", include_str!("../stories/beaten-by-a-canvas.md")),
];

/// All stories.
pub struct Edition {
    stories: Vec<Story>,
}

impl Edition {
    /// Reads the embedded files.
    ///
    /// # Errors
    /// The first file that is not a story.
    pub fn read() -> Result<Self, StoryError> {
        let stories = FILES.iter().map(|(slug, file)| Story::parse(slug, file)).collect::<Result<_, _>>()?;
        Ok(Self { stories })
    }

    /// In the order of the front page.
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// The story of that slug.
    pub fn find(&self, slug: &str) -> Option<&Story> {
        self.stories.iter().find(|story| story.slug == slug)
    }

    /// The stories of a section, by the path of its page; empty when there is no such section.
    pub fn in_section(&self, path: &str) -> Vec<&Story> {
        self.stories.iter().filter(|story| story.section_path() == path).collect()
    }

    /// The names of the sections, in the order of the front page.
    pub fn sections(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for story in &self.stories {
            if !names.contains(&story.section.as_str()) {
                names.push(&story.section);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Gate;

    #[test]
    fn the_edition_has_stories_for_everybody() {
        let edition = Edition::read().expect("every embedded story is readable");
        let count = |gate: Gate| edition.stories().iter().filter(|story| story.gate == gate).count();
        assert_eq!((count(Gate::Open), count(Gate::Registered), count(Gate::Members)), (3, 2, 3));
    }

    #[test]
    fn a_teaser_is_a_small_part_of_its_story() {
        for story in Edition::read().expect("readable").stories() {
            let (teaser, whole) = (story.teaser_html().len(), story.body_html().len());
            assert!(teaser * 2 < whole, "{}: {teaser} of {whole} bytes", story.slug);
        }
    }
}
