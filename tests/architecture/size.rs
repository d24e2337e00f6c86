//! How long files and functions may be.

use syn::{
    spanned::Spanned,
    visit::{self, Visit},
};

use super::{Finding, assert_lines, assert_none, source, source::Source};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

fn long_file(path: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    let advice = format!("{lines} lines, {FILE_LINES} are the most: part it by noun or verb");
    (lines > FILE_LINES).then(|| Finding::new(path, FILE_LINES + 1, advice))
}

struct Functions<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.span().end().line - first + 1;
        if lines > FUNCTION_LINES {
            let advice = format!("`{}` has {lines} lines, {FUNCTION_LINES} are the most: part it", signature.ident);
            self.findings.push(Finding::new(self.path, first, advice));
        }
    }
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.measure(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn long_functions(files: &[Source]) -> Vec<Finding> {
    let one = |file: &Source| {
        let mut functions = Functions { path: &file.path, findings: Vec::new() };
        functions.visit_file(&file.syntax);
        functions.findings
    };
    files.iter().flat_map(one).collect()
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let endings = ["rs", "js", "mjs", "py", "sh", "html", "css", "sql"];
    let paths = source::paths(&["src", "crates", "tests", "scripts", "migrations"], &endings);
    assert!(paths.len() > 100, "only {} files seen", paths.len());
    let findings: Vec<_> = paths.iter().filter_map(|path| long_file(path, &source::read(path))).collect();
    assert_none(&findings);
}

#[test]
fn no_function_is_longer_than_60_lines() {
    assert_none(&long_functions(&source::rust(&["src", "crates", "tests"])));
}

#[test]
fn what_is_too_long_is_seen() {
    assert!(long_file("a.rs", &"\n".repeat(FILE_LINES)).is_none());
    assert!(long_file("a.rs", &"\n".repeat(FILE_LINES + 1)).is_some());
    let function = |lines: usize| format!("\nfn f() {{{}}}\n", "\n".repeat(lines - 1));
    assert_lines(&long_functions(&[Source::parse("src/a.rs", &function(FUNCTION_LINES))]), &[]);
    assert_lines(&long_functions(&[Source::parse("src/a.rs", &function(FUNCTION_LINES + 1))]), &[2]);
    let method = format!("impl X {{\n fn f() {{{}}}\n}}", "\n".repeat(FUNCTION_LINES));
    assert_lines(&long_functions(&[Source::parse("src/a.rs", &method)]), &[2]);
}
