//! A mail server that takes everything and keeps it; or lets nobody in; or takes calls and never says a word.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// How it treats whoever calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    TakesAll,
    LetsNobodyIn,
    Silent,
}

/// A mail server on a free port. It goes with the test.
#[derive(Clone)]
pub struct PostOffice {
    pub port: u16,
    kept: Arc<Mutex<Vec<(String, String)>>>,
}

impl PostOffice {
    pub fn open(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let office = Self { port: listener.local_addr().unwrap().port(), kept: Arc::default() };
        let own = office.clone();
        thread::spawn(move || {
            let mut callers = Vec::new();
            for caller in listener.incoming().flatten() {
                let own = own.clone();
                match manners {
                    Manners::Silent => callers.push(caller),
                    // A caller who hangs up in the middle has nothing kept.
                    _ => drop(thread::spawn(move || own.serve(&caller, manners))),
                }
            }
        });
        office
    }

    /// The mails to an address, the oldest first: as they came, with soft line ends and equal signs undone.
    pub fn mails(&self, to: &str) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        let plain = |mail: &str| mail.replace("=\r\n", "").replace("=3D", "=");
        kept.iter().filter(|(address, _)| address == to).map(|(_, mail)| plain(mail)).collect()
    }

    fn serve(&self, caller: &TcpStream, manners: Manners) -> Option<()> {
        let mut lines = BufReader::new(caller);
        let (mut to, mut line) = (String::new(), String::new());
        say(caller, "220 tests ready")?;
        loop {
            line.clear();
            if lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let verb = line.trim_end().to_uppercase();
            if verb.starts_with("EHLO") {
                say(caller, "250-tests\r\n250 AUTH PLAIN LOGIN")?;
            } else if verb.starts_with("AUTH") && manners == Manners::LetsNobodyIn {
                say(caller, "535 5.7.8 wrong name or password")?;
            } else if verb.starts_with("AUTH") {
                say(caller, "235 2.7.0 come in")?;
            } else if verb.starts_with("RCPT TO:") {
                line.trim_end()["RCPT TO:".len()..].trim_matches(['<', '>', ' ']).clone_into(&mut to);
                say(caller, "250 ok")?;
            } else if verb == "DATA" {
                say(caller, "354 go on")?;
                let mail = read_mail(&mut lines)?;
                self.kept.lock().unwrap().push((to.clone(), mail));
                say(caller, "250 kept")?;
            } else if verb == "QUIT" {
                return say(caller, "221 bye");
            } else {
                say(caller, "250 ok")?;
            }
        }
    }
}

fn say(mut caller: &TcpStream, words: &str) -> Option<()> {
    caller.write_all(format!("{words}\r\n").as_bytes()).ok()
}

/// Everything up to the line with a dot alone.
fn read_mail(lines: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut mail = String::new();
    loop {
        let begin = mail.len();
        if lines.read_line(&mut mail).ok()? == 0 {
            return None;
        }
        if &mail[begin..] == ".\r\n" {
            mail.truncate(begin);
            return Some(mail);
        }
    }
}
