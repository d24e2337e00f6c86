//! Small habits: proofs beside `unwrap`, nothing half done, names that say something.

use super::{Finding, assert_lines, assert_none, source, source::Source};

/// Words that name nothing.
const EMPTY_WORDS: [&str; 11] =
    ["manager", "managers", "helper", "helpers", "util", "utils", "utility", "data", "info", "process", "misc"];

/// `unwrap()` and `expect(…)` outside tests need a comment on their line or the line above that proves them.
fn unproven_unwraps(files: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let calls = ["unwrap", "expect"].iter().flat_map(|name| file.find(&[".", name, "("]));
        for (at, _) in calls {
            let line = file.tokens[at + 1].line;
            let proven = [line, line - 1].iter().any(|line| file.line(*line).contains("// "));
            if !proven && !file.is_test(line) {
                let advice = "say in a comment on the line above why this cannot fail, or return the error";
                findings.push(Finding::new(&file.path, line, advice));
            }
        }
    }
    findings
}

/// `todo!`, `unimplemented!` and `dbg!` stay on nobody's branch.
fn unfinished(files: &[Source]) -> Vec<Finding> {
    let found = |file: &Source| {
        let calls = ["todo", "unimplemented", "dbg"].iter().flat_map(|name| file.find(&[name, "!"]));
        calls.map(|(_, line)| Finding::new(&file.path, line, "finish it or take it out")).collect::<Vec<_>>()
    };
    files.iter().flat_map(found).collect()
}

/// Which methods payers may use is the Stripe account's choice: no request of ours lists them.
fn listed_payment_methods(path: &str, text: &str) -> Vec<Finding> {
    let is_list = |line: &str| ["payment_method_types", "PaymentMethodTypes"].iter().any(|name| line.contains(name));
    let lines = text.lines().enumerate().filter(|(_, line)| is_list(line));
    lines.map(|(at, _)| Finding::new(path, at + 1, "leave the methods to the account's own settings")).collect()
}

/// A note of something to do names its owner, as `TODO(owner)`, and the roadmap knows that owner.
fn unowned_notes(path: &str, text: &str, roadmap: &str) -> Vec<Finding> {
    let marks = ["TODO", "FIXME", "HACK"];
    let owner = |line: &str| Some(line.split_once("TODO(")?.1.split_once(')')?.0.to_owned());
    let is_mark = |word: &str| marks.contains(&word);
    let marked = |line: &str| line.split(|c: char| !c.is_alphanumeric()).any(is_mark);
    let known = |name: &String| roadmap.contains(&format!("({name})"));
    let lines =
        text.lines().enumerate().filter(|(_, line)| marked(line) && !owner(line).is_some_and(|name| known(&name)));
    let advice = "write `TODO(owner)` with an owner in docs/ROADMAP.md, or do it";
    lines.map(|(at, _)| Finding::new(path, at + 1, advice)).collect()
}

/// A file or folder whose name says nothing about what is in it.
fn empty_name(path: &str) -> Option<Finding> {
    let words = |part: &str| part.split(['_', '-', '.']).any(|word| EMPTY_WORDS.contains(&word));
    path.split('/').any(words).then(|| Finding::new(path, 1, "name what it holds: such a name gathers everything"))
}

/// The same for modules that lie inside a file.
fn empty_modules(files: &[Source]) -> Vec<Finding> {
    let found = |file: &Source| {
        let modules = file.tokens.windows(2).filter(|pair| pair[0].text == "mod");
        let empty = modules.filter(|pair| pair[1].text.split('_').any(|word| EMPTY_WORDS.contains(&word)));
        empty.map(|pair| Finding::new(&file.path, pair[1].line, "name what it holds")).collect::<Vec<_>>()
    };
    files.iter().flat_map(found).collect()
}

#[test]
fn unwraps_are_proven() {
    assert_none(&unproven_unwraps(&source::rust(&["src", "crates"])));
}

#[test]
fn nothing_is_left_unfinished() {
    assert_none(&unfinished(&source::rust(&["src", "crates"])));
}

#[test]
fn payment_methods_are_the_accounts_choice() {
    let files = source::rust(&["src"]);
    assert!(files.iter().any(|file| file.path.ends_with("gateway/payment/checkout.rs")));
    assert_none(&files.iter().flat_map(|file| listed_payment_methods(&file.path, &file.text)).collect::<Vec<_>>());
}

#[test]
fn every_note_has_an_owner() {
    let roadmap = source::read("docs/ROADMAP.md");
    let paths = source::paths(
        &["src", "crates", "migrations", "config", "scripts"],
        &["rs", "js", "py", "sql", "html", "toml"],
    );
    let findings: Vec<_> = paths.iter().flat_map(|path| unowned_notes(path, &source::read(path), &roadmap)).collect();
    assert_none(&findings);
}

/// The tests that a table names and nobody has written: each with its row.
fn missing_tests(table: &str, sources: &str) -> Vec<String> {
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let named = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let is_written = |name: &str| sources.contains(&format!("fn {name}("));
    named.filter(|name| !is_written(name)).map(str::to_owned).collect()
}

#[test]
fn every_fault_of_payments_is_held_by_a_test() {
    let table = source::read("docs/faults.md");
    for row in (1..=16).map(|number| number.to_string()).chain(["10a".to_owned()]) {
        let line = table.lines().find(|line| line.starts_with(&format!("| {row} |")));
        assert!(line.is_some_and(|line| line.contains('`')), "docs/faults.md: row {row} names no test");
    }
    let sources: String = source::paths(&["tests"], &["rs"]).iter().map(|path| source::read(path)).collect();
    assert_eq!(missing_tests(&table, &sources), Vec::<String>::new(), "named in docs/faults.md and not written");
    assert_eq!(missing_tests("| 1 | x | y | `nobody_wrote_this` |", &sources), ["nobody_wrote_this"]);
}

#[test]
fn names_say_something() {
    let paths =
        source::paths(&["src", "crates", "tests", "scripts", "migrations"], &["rs", "js", "py", "sh", "sql", "html"]);
    let mut findings: Vec<_> = paths.iter().filter_map(|path| empty_name(path)).collect();
    findings.extend(empty_modules(&source::rust(&["src", "crates"])));
    assert_none(&findings);
}

#[test]
fn an_unproven_unwrap_is_seen() {
    let sample = "fn f() {\n    a().unwrap();\n    // Ten is a number.\n    b().expect(\"x\");\n    c().unwrap(); // Proven.\n\
        \n    d()\n        .expect(\"y\");\n    e.unwrap_or(1);\n    // A comment.\n}\n#[cfg(test)]\nmod tests {\n    fn g() { a().unwrap(); }\n}\n";
    let mut findings = unproven_unwraps(&[Source::parse("src/a.rs", sample)]);
    findings.sort_by_key(|finding| finding.line);
    assert_lines(&findings, &[2, 8]);
    assert_lines(&unproven_unwraps(&[Source::parse("crates/x/tests/it.rs", "fn f() { a().unwrap(); }")]), &[]);
}

#[test]
fn what_is_unfinished_is_seen() {
    assert_lines(
        &unfinished(&[Source::parse("src/a.rs", "fn f() {\n    todo!()\n}\nfn todo() { \"todo!\"; }\n")]),
        &[2],
    );
}

#[test]
fn listed_payment_methods_are_seen() {
    let text = "fn f() {\n    a.payment_method_types(b)\n}\ntype A = CreateCheckoutSessionPaymentMethodTypes;\n";
    assert_lines(&listed_payment_methods("src/a.rs", text), &[2, 4]);
    assert_lines(&listed_payment_methods("src/a.rs", "fn payment_methods() {}\n"), &[]);
}

#[test]
fn an_unowned_note_is_seen() {
    let text = "// TODO\n// TODO(olena) soon\n// TODO(maria) later\n// todos are fine, and TODOS\n// FIXME\n";
    assert_lines(&unowned_notes("src/a.rs", text, "- Something. (olena)\n"), &[1, 3, 5]);
}

#[test]
fn an_empty_name_is_seen() {
    for path in ["src/flow/utils.rs", "src/helpers/a.rs", "tests/member_data.rs"] {
        assert!(empty_name(path).is_some(), "{path}");
    }
    assert!(empty_name("src/store/database_processes.rs").is_none());
    assert_lines(&empty_modules(&[Source::parse("src/a.rs", "mod a {}\nmod row_util {}\n")]), &[2]);
}
