//! Sources: read from the disk, parsed once, flattened into tokens that know their lines.

use std::{fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A file of Rust, or a sample of one.
pub struct Source {
    /// Relative to the repository, with slashes.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
    /// Every word and sign in order, groups opened, comments and documentation left out.
    pub tokens: Vec<Token>,
    /// First and last line of everything under `#[cfg(test)]` or `#[test]`.
    tests: Vec<(usize, usize)>,
}

/// A word or a sign.
#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Source {
    /// Parses a text as if it lay at `path`.
    pub fn parse(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
        let stream: TokenStream = text.parse().expect("what parses as a file has tokens");
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let mut finder = Tests(Vec::new());
        finder.visit_file(&syntax);
        Self { path: path.to_owned(), text: text.to_owned(), syntax, tokens, tests: finder.0 }
    }

    /// Whether this line belongs to tests.
    pub fn is_test(&self, line: usize) -> bool {
        let of_tests = self.path.starts_with("tests/") || self.path.contains("/tests/");
        of_tests || self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// The text of a line, counted from 1.
    pub fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.wrapping_sub(1)).unwrap_or_default()
    }

    /// Position and line of each run of tokens that reads like `pattern`.
    pub fn find(&self, pattern: &[&str]) -> Vec<(usize, usize)> {
        let starts = self.tokens.windows(pattern.len()).enumerate();
        let matching = starts.filter(|(_, run)| run.iter().zip(pattern).all(|(token, text)| token.text == *text));
        matching.map(|(at, run)| (at, run[0].line)).collect()
    }
}

/// Every Rust file under these folders and files of the repository.
pub fn rust(roots: &[&str]) -> Vec<Source> {
    let sources: Vec<Source> = paths(roots, &["rs"]).iter().map(|path| Source::parse(path, &read(path))).collect();
    assert!(!sources.is_empty(), "no Rust under {roots:?}: this rule would hold by seeing nothing");
    sources
}

/// The text of a file of the repository.
pub fn read(path: &str) -> String {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(whole).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// Files with these endings under these roots (folders or files), in order, without what is built or installed.
pub fn paths(roots: &[&str], endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for root in roots {
        collect(root, &mut found);
    }
    found.retain(|path| endings.iter().any(|ending| path.ends_with(&format!(".{ending}"))));
    found.sort();
    found
}

fn collect(path: &str, found: &mut Vec<String>) {
    const BUILT: [&str; 5] = ["node_modules", "target", "__pycache__", ".venv", ".cache"];
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if whole.is_file() {
        found.push(path.to_owned());
        return;
    }
    let Ok(entries) = fs::read_dir(whole) else { return };
    for entry in entries {
        let name = entry.expect("a folder that can be listed").file_name().to_string_lossy().into_owned();
        if !BUILT.contains(&name.as_str()) {
            collect(&format!("{path}/{name}"), found);
        }
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                tokens.push(Token { text: open.to_owned(), line });
                flatten(group.stream(), tokens);
                tokens.push(Token { text: close.to_owned(), line: group.span_close().start().line });
            }
            // A literal's text is nobody's name.
            TokenTree::Literal(_) => tokens.push(Token { text: "\"\"".to_owned(), line }),
            other => tokens.push(Token { text: other.to_string(), line }),
        }
    }
}

struct Tests(Vec<(usize, usize)>);

impl Tests {
    fn add(&mut self, attributes: &[syn::Attribute], spanned: &impl syn::spanned::Spanned) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().segments.last().is_some_and(|last| last.ident == "test")
                || matches!(&attribute.meta, syn::Meta::List(list)
                    if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
        };
        if attributes.iter().any(is_test) {
            let span = spanned.span();
            self.0.push((span.start().line, span.end().line));
        }
    }
}

impl<'a> Visit<'a> for Tests {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.add(&item.attrs, item);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.add(&item.attrs, item);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.add(&item.attrs, item);
        visit::visit_item_impl(self, item);
    }
}
