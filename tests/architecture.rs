//! Holds the rooms of ARCHITECTURE.md and the habits of the code. Each rule reads the sources as they lie on the disk, says
//! file and line and what to do, and is itself tried on a small sample that breaks it.

#[path = "architecture/files.rs"]
mod files;
#[path = "architecture/habits.rs"]
mod habits;
#[path = "architecture/isolation.rs"]
mod isolation;
#[path = "architecture/rooms.rs"]
mod rooms;
#[path = "architecture/size.rs"]
mod size;
#[path = "architecture/source.rs"]
mod source;

/// One place that breaks a rule.
#[derive(Debug)]
pub struct Finding {
    file: String,
    line: usize,
    advice: String,
}

impl Finding {
    fn new(file: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, advice: advice.into() }
    }
}

/// Fails with every finding, one a line, as `file:line: advice`.
#[track_caller]
fn assert_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(|f| format!("{}:{}: {}", f.file, f.line, f.advice)).collect();
    assert!(findings.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Fails unless the findings are on exactly these lines: the proof that a rule can fail, and only where it should.
#[track_caller]
fn assert_lines(findings: &[Finding], lines: &[usize]) {
    let found: Vec<usize> = findings.iter().map(|f| f.line).collect();
    assert_eq!(found, lines, "{findings:#?}");
}
