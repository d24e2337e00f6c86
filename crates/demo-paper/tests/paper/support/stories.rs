//! The stories as the test knows them: read from the files themselves, not through the paper's code.

/// One story's file.
pub struct StoryFile {
    pub slug: String,
    /// `open`, `registered` or `members`.
    pub gate: String,
    /// Distinctive words of the first two paragraphs.
    pub teaser: Vec<String>,
    /// Distinctive words of everything after them.
    pub rest: Vec<String>,
}

/// Every story there is.
pub fn stories() -> Vec<StoryFile> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/stories");
    let files = std::fs::read_dir(folder).expect("the stories");
    let stories: Vec<StoryFile> = files.map(|file| read(&file.expect("a file").path())).collect();
    assert_eq!(stories.len(), 8, "the tests have found the stories");
    stories
}

/// One story behind that gate.
pub fn story_behind(gate: &str) -> StoryFile {
    stories().into_iter().find(|story| story.gate == gate).expect("a story behind that gate")
}

fn read(path: &std::path::Path) -> StoryFile {
    let text = std::fs::read_to_string(path).expect("a readable story");
    let (head, body) = text.split_once("\n---\n").expect("a head and a body");
    let gate = head.lines().find_map(|line| line.strip_prefix("gate: ")).expect("a gate");
    let mut marks: Vec<String> = body.split("\n\n").map(mark).collect();
    let rest = marks.split_off(2);
    assert!(rest.iter().all(|mark| !marks.contains(mark)));
    StoryFile {
        slug: path.file_stem().and_then(|stem| stem.to_str()).expect("a slug").to_owned(),
        gate: gate.to_owned(),
        teaser: marks,
        rest: rest.into_iter().filter(|mark| mark.len() > 20).collect(),
    }
}

/// The longest stretch of a paragraph that HTML, XML and JSON all leave as it is.
fn mark(paragraph: &str) -> String {
    let changes = |letter: char| "&<>'\"*\n".contains(letter);
    let paragraph = paragraph.trim_start_matches(['#', '>', ' ']);
    let longest = paragraph.trim().split(changes).max_by_key(|part| part.len()).expect("a part");
    longest.trim().to_owned()
}
