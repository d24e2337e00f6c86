//! The Dockerfile: what it copies is there, what it compiles in is copied, what it runs is known.

use std::{fs, path::Path, process::Command};

use super::{list_in, read, unknown_settings, unknown_words};

/// The instructions, each on one line.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').map(|(name, rest)| (name.to_owned(), rest.trim().to_owned())).unwrap())
        .collect()
}

fn of_kind(name: &str) -> Vec<String> {
    instructions().into_iter().filter(|(kind, _)| kind == name).map(|(_, rest)| rest).collect()
}

/// What is copied from the project, with the place it goes to.
fn copied() -> Vec<(String, String)> {
    let from_project = of_kind("COPY").into_iter().filter(|rest| !rest.contains("--from="));
    let pairs = from_project.flat_map(|rest| {
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let (target, sources) = words.split_last().unwrap();
        sources.iter().map(|source| (source.clone(), target.clone())).collect::<Vec<_>>()
    });
    pairs.collect()
}

#[test]
fn what_is_copied_exists_and_reaches_the_build() {
    let let_in: Vec<String> =
        read(".dockerignore").lines().filter_map(|line| line.strip_prefix('!').map(str::to_owned)).collect();
    let copied = copied();
    assert!(copied.len() > 8, "only {} copies seen", copied.len());
    for (source, _) in copied {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&source).exists(), "COPY {source}: there is no such file");
        let pattern = source.replace("stripe-sandbox", "*").replace("demo-paper", "*");
        assert!(let_in.contains(&pattern), "COPY {source}: .dockerignore keeps it out");
    }
}

#[test]
fn what_is_compiled_in_is_copied() {
    let copied = copied();
    let is_copied =
        |path: &str| copied.iter().any(|(source, _)| path == source || path.starts_with(&format!("{source}/")));
    let mut seen = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(&entry).unwrap_or_default();
            for named in included(&text) {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                let path = match named.strip_prefix("$CARGO_MANIFEST_DIR/") {
                    Some(below_root) => root.join(below_root),
                    None => entry.parent().unwrap().join(named),
                };
                let path = path.canonicalize().unwrap_or_else(|error| panic!("{}: {named}: {error}", entry.display()));
                let path = path.strip_prefix(root.canonicalize().unwrap()).unwrap().display().to_string();
                if !path.starts_with("src/") {
                    seen += 1;
                }
                assert!(is_copied(&path), "{}: the image does not have {path}", entry.display());
            }
        }
    }
    assert!(seen >= 4, "only {seen} files are taken in");
    assert!(is_copied("migrations/sqlite") && is_copied("migrations/postgres") && is_copied("askama.toml"));
}

/// The texts in `include_str!("…")`, `include_dir!("…")` and `include_bytes!("…")`.
fn included(text: &str) -> Vec<&str> {
    let parts = text.split("include_").skip(1);
    let quoted = parts.filter_map(|part| part.split_once("!(").and_then(|(_, rest)| rest.strip_prefix('"')));
    quoted.filter_map(|rest| rest.split_once('"').map(|(path, _)| path)).collect()
}

/// The step that makes an empty service and builds its dependencies, with cargo asked for the plan alone: the manifests that are
/// copied are all that it needs.
#[test]
fn the_layer_of_dependencies_can_be_planned() {
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let steps = instructions();
    let copies = steps.iter().take_while(|(kind, _)| kind != "RUN").filter(|(kind, _)| kind == "COPY");
    for (_, rest) in copies {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let (target, sources) = words.split_last().unwrap();
        for source in sources {
            let to = if *target == "./" { folder.path().join(source) } else { folder.path().join(target) };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(project.join(source), to).unwrap();
        }
    }
    let step = &steps.iter().find(|(kind, _)| kind == "RUN").unwrap().1;
    let build = "cargo build --release --locked --no-default-features --bin masthead";
    assert!(step.contains(build), "{step}");
    // The lock file holds for these manifests, every target that they name is there, and so is the feature's absence.
    // What other platforms need is not here.
    let plan = "cargo metadata --locked --offline --no-default-features --format-version 1 \
                --filter-platform \"$(rustc -vV | sed -n 's/^host: //p')\" > plan.json";
    let shell =
        Command::new("sh").args(["-ec", &step.replace(build, plan)]).current_dir(folder.path()).output().unwrap();
    assert!(shell.status.success(), "{}", String::from_utf8_lossy(&shell.stderr));
    let plan: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("plan.json")).unwrap()).unwrap();
    let packages = plan["packages"].as_array().unwrap();
    let ours = packages.iter().find(|package| package["name"] == "masthead").unwrap();
    assert!(ours["targets"].as_array().unwrap().iter().any(|target| target["kind"][0] == "bin"));
}

#[test]
fn what_it_runs_is_known() {
    let entry = list_in(&of_kind("ENTRYPOINT")[0]).unwrap();
    let copied_to: Vec<String> = of_kind("COPY").into_iter().filter(|rest| rest.contains("--from=build")).collect();
    assert!(copied_to.iter().any(|rest| rest.ends_with(&entry[0])), "{entry:?}");
    let check = list_in(&of_kind("HEALTHCHECK")[0]).unwrap();
    assert_eq!(check[0], entry[0]);
    for arguments in [list_in(&of_kind("CMD")[0]).unwrap(), check[1..].to_vec()] {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert!(unknown_words(&words).is_empty(), "{words:?}");
    }
    assert!(unknown_settings(&read("Dockerfile")).is_empty(), "{:?}", unknown_settings(&read("Dockerfile")));
}

#[test]
fn it_is_pinned_and_gives_no_privilege() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let rust = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    let bases = of_kind("FROM");
    assert!(bases[0].starts_with(&format!("rust:{rust}-")), "{bases:?}: the manifest says {rust}");
    for base in &bases {
        let image = base.split(' ').next().unwrap();
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        assert!(!tag.is_empty() && tag != "latest", "{image} is not pinned");
    }
    let user = of_kind("USER");
    // By number, so that whoever runs it can see that it is not root without asking the image.
    let id: u32 = user[0].split(':').next().unwrap().parse().unwrap();
    assert!(user.len() == 1 && id >= 1_000, "{user:?}");
    let port = &of_kind("EXPOSE")[0];
    assert!(of_kind("ENV").join(" ").contains(&format!("MASTHEAD__HTTP__LISTEN=0.0.0.0:{port}")));
    let volume = &of_kind("VOLUME")[0];
    assert!(of_kind("ENV").join(" ").contains(&format!("DATABASE_URL=sqlite:{volume}/")));
}
