//! The commands in the guides, taken from the guides themselves: what is written is what is tried.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The block of shell in a guide below the mark `<!-- tried: NAME -->`.
pub fn recipe(guide: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides").join(guide);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mark = format!("<!-- tried: {name} -->\n```sh\n");
    let (_, rest) = text.split_once(&mark).unwrap_or_else(|| panic!("{guide} has no block {name:?}"));
    let (block, _) = rest.split_once("\n```").expect("the block ends");
    block.to_owned()
}

/// A shell in which the guides' commands can be run: `masthead` is the one under test, `systemctl` and `chown` do nothing,
/// `runuser` runs what it is given.
pub struct Shell {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Shell {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shell = Self { folder, environment: Vec::new() };
        shell.program("systemctl", "#!/bin/sh\nexit 0\n");
        shell.program("chown", "#!/bin/sh\n[ \"$1\" = masthead: ] && [ -e \"$2\" ]\n");
        shell.program("runuser", "#!/bin/sh\n[ \"$1 $2 $3\" = \"-u masthead --\" ] && shift 3 && exec \"$@\"\n");
        shell.program("masthead", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_masthead")));
        shell
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    /// Sets a variable for what follows.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// A folder of this shell, empty at first.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).expect("a folder");
        path
    }

    /// Runs a block.
    pub fn run(&self, block: &str) -> Output {
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.args(["-c", block]).current_dir(self.folder.path()).env("PATH", path).env("RUST_BACKTRACE", "0");
        command.env_remove("DATABASE_URL").envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.output().expect("a shell")
    }

    /// Runs a block that has to succeed. Returns what it printed.
    #[track_caller]
    pub fn succeed(&self, block: &str) -> String {
        let output = self.run(block);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{block}\n{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }
}
