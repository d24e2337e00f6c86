//! A wire that can be cut: before what was asked arrives, or after it was done and before the reply is heard.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering},
    },
    thread,
};

/// What is lost when the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    Request,
    Reply,
}

/// A proxy that watches for a run of bytes from the client.
#[derive(Clone)]
pub struct CuttingProxy {
    pub address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    upstream: SocketAddr,
    watched: &'static [u8],
    /// How many sightings are left until the cut; none below one.
    until_cut: AtomicI64,
    loses_reply: AtomicBool,
    cuts: AtomicU32,
}

impl CuttingProxy {
    /// Lets everything through until it is told to cut.
    pub fn start(upstream: SocketAddr, watched: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let wire = Arc::new(Wire {
            upstream,
            watched,
            until_cut: AtomicI64::new(0),
            loses_reply: AtomicBool::new(false),
            cuts: AtomicU32::new(0),
        });
        let own = wire.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let wire = own.clone();
                thread::spawn(move || wire.carry(&client));
            }
        });
        Self { address, wire }
    }

    /// Cuts at the `nth` sighting from now.
    pub fn cut(&self, lost: Lost, nth: i64) {
        self.wire.loses_reply.store(lost == Lost::Reply, Ordering::SeqCst);
        self.wire.until_cut.store(nth, Ordering::SeqCst);
    }

    /// How often it has cut.
    pub fn cuts(&self) -> u32 {
        self.wire.cuts.load(Ordering::SeqCst)
    }
}

impl Wire {
    fn carry(&self, client: &TcpStream) {
        let Ok(server) = TcpStream::connect(self.upstream) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let cut_reply = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| pump(&server, client, |_| !cut_reply.load(Ordering::SeqCst)));
            pump(client, &server, |bytes| {
                if !self.is_due(bytes) {
                    return true;
                }
                cut_reply.store(self.loses_reply.load(Ordering::SeqCst), Ordering::SeqCst);
                cut_reply.load(Ordering::SeqCst)
            });
        });
    }

    fn is_due(&self, bytes: &[u8]) -> bool {
        let is_seen = bytes.windows(self.watched.len()).any(|run| run == self.watched);
        let is_due = is_seen && self.until_cut.fetch_sub(1, Ordering::SeqCst) == 1;
        if is_due {
            self.cuts.fetch_add(1, Ordering::SeqCst);
        }
        is_due
    }
}

/// Carries bytes one way while `goes_on` says so, then cuts both ways.
fn pump(mut from: &TcpStream, mut to: &TcpStream, goes_on: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || !goes_on(&buffer[..length]) || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        // An end that is gone already needs no cutting.
        let _ = end.shutdown(Shutdown::Both);
    }
}
