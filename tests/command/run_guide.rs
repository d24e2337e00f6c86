//! docs/guides/run.md, followed word by word: from nothing to the first member, on both databases.
//!
//! What is another here: folders below a temporary one, free ports, no user of its own (`useradd` and `chown` are told and do
//! nothing, `runuser` runs what it is given), and stand-ins for Stripe and the mail server by way of the environment.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::support::{
    DatabaseKind, Production, TestDatabase, free_port,
    production::{MAIL_PASSWORD, SIGNING_SECRET, STRIPE_KEY, words},
    until,
};

const GUIDE: &str = include_str!("../../docs/guides/run.md");

/// The blocks that are tried, by name; every block of commands is one of them.
fn blocks() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in GUIDE.split("<!-- tried: ").skip(1) {
        let (name, rest) = part.split_once(" -->").expect("a name");
        let (_, rest) = rest.split_once("```").expect("a block");
        let (_, rest) = rest.split_once('\n').expect("its first line");
        let (block, _) = rest.split_once("```").expect("its end");
        found.insert(name.to_owned(), block.to_owned());
    }
    assert_eq!(GUIDE.matches("```").count(), found.len() * 2, "a block that is not tried");
    found
}

/// The machine of the guide, below a folder.
struct Machine {
    production: Production,
    root: PathBuf,
    blocks: BTreeMap<String, String>,
    /// The name that a role and a database have here.
    name: String,
}

impl Machine {
    async fn new(kind: DatabaseKind) -> Self {
        let mut production = Production::bare(TestDatabase::empty(kind).await).await;
        let root = production.folder.path().join("root");
        fs::create_dir_all(root.join("bin")).unwrap();
        let as_ourselves = "[ \"$1 $2 $3\" = \"-u masthead --\" ] && shift 3 && exec \"$@\"";
        for (name, does) in [("useradd", "exit 0"), ("chown", "exit 0"), ("runuser", as_ourselves)] {
            let file = root.join("bin").join(name);
            fs::write(&file, format!("#!/bin/sh\n{does}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // What the guide's files say is what counts; the rest of the environment only leads to the stand-ins.
        for name in
            ["SECRETS__MASTER", "PAYMENTS__SECRET_KEY", "PAYMENTS__WEBHOOK_SECRETS", "PAYMENTS__LIVE", "HTTP__LISTEN"]
        {
            production.unset(&format!("MASTHEAD__{name}"));
        }
        for name in ["MAIL__FROM_ADDRESS", "MAIL__USERNAME", "MAIL__PASSWORD", "LOG__FORMAT"] {
            production.unset(&format!("MASTHEAD__{name}"));
        }
        production.unset("DATABASE_URL");
        let name = format!("masthead_{}", free_port());
        Self { production, root, blocks: blocks(), name }
    }

    fn here(&self, text: &str) -> String {
        let root = self.root.display();
        text.replace("/etc/masthead", &format!("{root}/etc/masthead"))
            .replace("/var/lib/masthead", &format!("{root}/var/lib/masthead"))
            .replace("sk_test_your-key", STRIPE_KEY)
            .replace("the-mail-password", MAIL_PASSWORD)
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{}", self.production.port))
            .replace("ROLE masthead", &format!("ROLE {}", self.name))
            .replace("createdb --owner masthead masthead", &format!("createdb --owner {0} {0}", self.name))
    }

    fn shell(&self, name: &str) -> Command {
        let script = format!("set -eu\n{}", self.here(&self.blocks[name]));
        let mut shell = self.production.command(&[]);
        let own = Path::new(env!("CARGO_BIN_EXE_masthead")).parent().unwrap();
        let path = format!("{}:{}:{}", self.root.join("bin").display(), own.display(), std::env::var("PATH").unwrap());
        let environment: Vec<_> =
            shell.get_envs().map(|(key, value)| (key.to_owned(), value.map(ToOwned::to_owned))).collect();
        shell = Command::new("bash");
        shell.arg("-c").arg(script).current_dir(&self.root).stdin(Stdio::null());
        for (key, value) in environment {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        shell.env("PATH", path);
        shell
    }

    #[track_caller]
    fn run(&self, name: &str) -> Output {
        let output = self.shell(name).output().unwrap();
        assert!(output.status.success(), "{name}: {}", words(&output));
        output
    }

    fn put(&self, path: &str, text: &str) {
        fs::write(self.here(path), text).unwrap();
    }
}

/// A command of the guide that goes on, ended with its children when dropped.
struct GoesOn(Child);

impl GoesOn {
    fn start(machine: &Machine, name: &str) -> Self {
        use std::os::unix::process::CommandExt as _;
        let log = fs::File::create(machine.root.join(format!("{name}.log"))).unwrap();
        let mut shell = machine.shell(name);
        Self(shell.process_group(0).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
    }

    /// Fails with what it said when it has ended by itself.
    fn goes_on(&self, machine: &Machine, name: &str) {
        let log = fs::read_to_string(machine.root.join(format!("{name}.log"))).unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap_or_default();
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        assert!(state.is_some_and(|state| state != 'Z'), "{name} has ended: {log}");
    }

    fn stop(&mut self) -> Option<i32> {
        if let Some(status) = self.0.try_wait().unwrap() {
            return status.code();
        }
        let group = format!("-{}", self.0.id());
        assert!(Command::new("kill").args(["-TERM", "--", &group]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for GoesOn {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The way up to settings that are complete, and the newsroom.
fn set_up(machine: &Machine) {
    machine.run("folders");
    machine.run("secrets");
    let mut settings = machine.here(&machine.blocks["settings"]);
    if machine.production.database.kind == DatabaseKind::Postgres {
        let admin = url::Url::parse(&machine.production.database.url).unwrap();
        let port = admin.port().unwrap();
        let mut shell = machine.shell("postgres");
        shell
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port.to_string())
            .env("PGUSER", "postgres")
            .env("PGDATABASE", "postgres");
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
        let url = "postgres://masthead:choose-another@127.0.0.1/masthead";
        assert!(GUIDE.contains(url));
        let sqlite = settings.lines().find(|line| line.starts_with("url = ")).unwrap().to_owned();
        let here = url.replace("127.0.0.1/masthead", &format!("127.0.0.1:{port}/{}", machine.name));
        let here = here.replace("//masthead:", &format!("//{}:", machine.name));
        settings = settings.replace(&sqlite, &format!("url = \"{here}\""));
    }
    machine.put("/etc/masthead/masthead.toml", &settings);
    machine.put("/etc/masthead/stripe-webhook-secrets", SIGNING_SECRET);
    // The group is the folder's: what is readable for it is readable for the service, and nobody else reads it.
    let mode = |path: &str| fs::metadata(machine.here(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode("/etc/masthead"), 0o2750);
    for secret in ["master", "stripe-key", "mail-password"] {
        assert_eq!(mode(&format!("/etc/masthead/{secret}")), 0o640, "{secret}");
    }
    let newsroom = include_str!("../../config/demo.toml").replace("{paper_url}", "http://127.0.0.1:9");
    machine.put("/etc/masthead/newsroom.toml", &newsroom);
    let said = words(&machine.run("newsroom"));
    assert!(said.contains("The Harbour Ledger") && !said.contains("FAULT"), "{said}");
}

async fn follow(kind: DatabaseKind) {
    let machine = Machine::new(kind).await;
    set_up(&machine);
    let production = &machine.production;
    let mut serving = GoesOn::start(&machine, "serve");
    until("the service to be ready", || async {
        let answer = production.client().get(production.address("/readyz")).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await;
    machine.run("health");
    let before = production.count().await.unwrap();
    production.pay("ada@example.com").await;
    until("the first member", || async { (production.count().await? == before + 1).then_some(()) }).await;
    until("a mail to the first member", || async { production.post_office.mails("ada@example.com").pop() }).await;
    behind_nginx(&machine).await;
    let mut working = GoesOn::start(&machine, "worker");
    until("a second worker", || async {
        let log = fs::read_to_string(machine.root.join("worker.log")).ok()?;
        log.contains("\"message\":\"working\"").then_some(())
    })
    .await;
    assert_eq!(working.stop(), Some(0));
    let listed = words(&machine.run("keys"));
    assert!(listed.contains("signs") && listed.contains("next"), "{listed}");
    let keys = key_ids(&machine).await;
    assert_eq!(serving.stop(), Some(0), "{}", fs::read_to_string(machine.root.join("serve.log")).unwrap());

    // Another master secret: another key set, and the same members.
    machine.run("master");
    let mut serving = GoesOn::start(&machine, "serve");
    let after = until("the service to be back", || async {
        serving.goes_on(&machine, "serve");
        let answer = production.client().get(production.address("/readyz")).send().await.ok()?;
        if answer.status().is_success() { Some(key_ids(&machine).await) } else { None }
    })
    .await;
    assert!(keys.iter().all(|key| !after.contains(key)), "{keys:?} {after:?}");
    assert_eq!(production.count().await, Some(before + 1));
    assert_eq!(serving.stop(), Some(0));
}

async fn key_ids(machine: &Machine) -> Vec<String> {
    let path = machine.production.address("/.well-known/jwks.json");
    let keys: Value = machine.production.client().get(path).send().await.unwrap().json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The guide's nginx, with a certificate made here, on a free port: the newsroom's front page comes through it.
async fn behind_nginx(machine: &Machine) {
    let (folder, port) = (machine.root.join("nginx"), free_port());
    fs::create_dir_all(&folder).unwrap();
    let make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=members.your-paper.org \
                -keyout /etc/masthead/tls.key -out /etc/masthead/tls.crt";
    let made = Command::new("bash").arg("-c").arg(machine.here(make)).output().unwrap();
    assert!(made.status.success(), "{}", words(&made));
    let server =
        machine.here(&machine.blocks["nginx"]).replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"));
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {}/{name};\n", folder.display()))
        .concat();
    let whole = format!(
        "daemon off;\npid {0}/pid;\nerror_log {0}/error.log;\nuser root;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{server}}}\n",
        folder.display()
    );
    // `user` is only for root, and only warns for others.
    let file = folder.join("nginx.conf");
    fs::write(&file, whole).unwrap();
    let mut nginx = Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(&folder).spawn().expect("nginx is there");
    let place = format!("members.your-paper.org:{port}:127.0.0.1");
    let page = until("the front page through nginx", || {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--noproxy", "*", "--max-time", "10", "--resolve", &place, "--cacert"]);
        curl.arg(machine.here("/etc/masthead/tls.crt")).arg(format!("https://members.your-paper.org:{port}/"));
        let output = curl.output().unwrap();
        async move { output.status.success().then(|| words(&output)) }
    })
    .await;
    let stopped = Command::new("kill").arg(nginx.id().to_string()).status().unwrap();
    assert!(stopped.success());
    nginx.wait().unwrap();
    assert!(page.contains("The Harbour Ledger"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_guide_leads_to_the_first_member_on_sqlite() {
    follow(DatabaseKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_guide_leads_to_the_first_member_on_postgres() {
    follow(DatabaseKind::Postgres).await;
}
