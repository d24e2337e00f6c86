//! A real nginx before the service, in a folder of its own, on free ports.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::{free_port, until};

/// A running nginx, ended when dropped.
pub struct Nginx {
    folder: TempDir,
    child: Child,
}

impl Nginx {
    /// Starts one with what would stand in its `http` block, and waits until it listens on these ports.
    pub async fn start(http_block: &str, ports: &[u16]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("nginx.conf");
        fs::write(&file, whole(folder.path(), http_block)).expect("its configuration");
        let said = fs::File::create(folder.path().join("said.log")).expect("a log");
        let mut command = Command::new(binary());
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).stdin(Stdio::null());
        command.stdout(said.try_clone().expect("the same log")).stderr(said);
        let child = command.spawn().expect("there is no nginx: run scripts/prepare");
        let mut nginx = Self { folder, child };
        until("nginx to listen", || {
            let ended = nginx.child.try_wait().expect("a child");
            assert!(ended.is_none(), "nginx has ended: {}", nginx.log());
            let listens = ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
            async move { listens.then_some(()) }
        })
        .await;
        nginx
    }

    /// What it has complained about.
    pub fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        format!("{}{}", read("said.log"), read("error.log"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM, so that the master takes its workers along; one that has ended already needs no end.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Ports that are free now.
pub fn free_ports<const N: usize>() -> [u16; N] {
    std::array::from_fn(|_| free_port())
}

/// Debian puts it where only root's `PATH` looks.
fn binary() -> PathBuf {
    let usual = PathBuf::from("/usr/sbin/nginx");
    if usual.is_file() { usual } else { PathBuf::from("nginx") }
}

fn whole(folder: &Path, http_block: &str) -> String {
    let place = folder.display();
    // Started by root, its workers would be somebody who may not look into this folder.
    let is_root = fs::metadata(folder).expect("the folder").uid() == 0;
    let user = if is_root { "user root;" } else { "" };
    format!(
        "daemon off;\nworker_processes 1;\n{user}\npid {place}/nginx.pid;\nerror_log {place}/error.log warn;\n\
         events {{}}\nhttp {{\n    access_log off;\n    default_type text/html;\n    client_body_temp_path {place}/body;\n    \
         proxy_temp_path {place}/proxy;\n    fastcgi_temp_path {place}/fastcgi;\n    uwsgi_temp_path {place}/uwsgi;\n    \
         scgi_temp_path {place}/scgi;\n    proxy_cache_path {place}/cache keys_zone=cdn:1m;\n\n{http_block}\n}}\n"
    )
}
