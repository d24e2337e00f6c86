//! The benches: what the service costs over what cannot be left out. One run prints one table of ratios.
//!
//! `scripts/bench` builds and runs it; docs/benchmarks.md says how to read it. Times are measured here and never in tests.
//!
//! A bench whose ground gives way has nothing to say: each `expect` in these files ends the run and names what was not there.

#[path = "../../tests/support/database.rs"]
#[allow(dead_code)]
mod database;

mod bare;
mod client;
mod counter;
mod ground;
mod outage;
mod process;
mod table;
mod token;
mod webhook;

use std::path::{Path, PathBuf};

use database::{DatabaseKind, TestDatabase};
use tokio::runtime::{Builder, Runtime};

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Scale {
    /// How often each side of a comparison gets its turn.
    pub rounds: usize,
    percent: usize,
}

impl Scale {
    /// How many requests a turn has, of those that a full run would have.
    fn requests(self, full: usize) -> usize {
        (full * self.percent / 100).max(16)
    }
}

/// What the command line says: `ratios [--quick] [--binary PATH] [NAME…]`.
struct Wanted {
    scale: Scale,
    binary: PathBuf,
    names: Vec<String>,
}

fn main() {
    let wanted = read_arguments();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    // As in production every request has its span, which at this level says nothing unless something goes wrong.
    tracing_subscriber::fmt().with_env_filter("error,masthead::http=info").with_writer(std::io::stderr).init();
    println!("{}", table::head());
    let wants = |name: &str| wanted.names.is_empty() || wanted.names.iter().any(|one| one == name);
    if wants("counter") {
        counter::compare(&runtime, wanted.scale).iter().for_each(|row| println!("{row}"));
    }
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
        let named = |what: &str| wants(what) || wants(&format!("{what}-{}", name_of(kind).to_lowercase()));
        if named("token") {
            let database = fresh(&runtime, kind);
            token::compare(&runtime, wanted.scale, (name_of(kind), &database.url))
                .iter()
                .for_each(|row| println!("{row}"));
        }
        if named("webhook") {
            let (database, other) = (fresh(&runtime, kind), fresh(&runtime, kind));
            println!("{}", webhook::compare(&runtime, wanted.scale, (name_of(kind), &database.url, &other.url)));
        }
    }
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
        // It takes minutes, and only whoever asks for it waits for them.
        if wanted.names.iter().any(|name| name == "outage") {
            let (database, other) = (fresh(&runtime, kind), fresh(&runtime, kind));
            outage::measure(&runtime, wanted.scale, (name_of(kind), &database.url, &other.url))
                .iter()
                .for_each(|row| println!("{row}"));
        }
    }
    if wants("process") {
        process::measure(&wanted.binary, wanted.scale).iter().for_each(|row| println!("{row}"));
    }
}

fn fresh(runtime: &Runtime, kind: DatabaseKind) -> TestDatabase {
    let database = runtime.block_on(TestDatabase::empty(kind));
    runtime.block_on(database.store.close());
    database
}

fn name_of(kind: DatabaseKind) -> &'static str {
    match kind {
        DatabaseKind::Sqlite => "SQLite",
        DatabaseKind::Postgres => "PostgreSQL",
    }
}

fn read_arguments() -> Wanted {
    let mut wanted = Wanted {
        scale: Scale { rounds: 20, percent: 100 },
        binary: Path::new(env!("CARGO_BIN_EXE_masthead")).to_owned(),
        names: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--quick" => wanted.scale = Scale { rounds: 7, percent: 20 },
            "--binary" => wanted.binary = arguments.next().expect("--binary PATH").into(),
            name => wanted.names.push(name.to_owned()),
        }
    }
    wanted
}
