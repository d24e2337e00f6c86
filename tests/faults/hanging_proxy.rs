//! A wire that can hang: bytes go in and none comes out, as with a server that was stopped; or break: nobody is there.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Whole = 0,
    /// Nothing comes through, and nothing is refused.
    Hangs = 1,
    /// Every connection ends, new ones at once.
    Broken = 2,
}

/// A proxy whose wire is as it is told.
#[derive(Clone)]
pub struct HangingProxy {
    pub address: SocketAddr,
    state: Arc<AtomicU8>,
    /// What alone hangs, where that is not everything: what names this.
    about: Arc<Mutex<Option<String>>>,
    held: Arc<AtomicU32>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl HangingProxy {
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let proxy =
            Self { address, state: Arc::default(), about: Arc::default(), held: Arc::default(), open: Arc::default() };
        let own = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if own.is(Wire::Broken) {
                    continue;
                }
                let own = own.clone();
                thread::spawn(move || own.carry(&client, upstream));
            }
        });
        proxy
    }

    pub fn set(&self, wire: Wire) {
        self.state.store(wire as u8, Ordering::SeqCst);
        if wire == Wire::Broken {
            for end in self.open.lock().unwrap().drain(..) {
                // An end that is gone already needs no cutting.
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }

    /// What names something hangs, and the rest comes through.
    pub fn hang_about(&self, name: &str) {
        *self.about.lock().unwrap() = Some(name.to_owned());
        self.set(Wire::Hangs);
    }

    /// How many requests were held so far.
    pub fn held(&self) -> u32 {
        self.held.load(Ordering::SeqCst)
    }

    fn holds(&self, bytes: &[u8]) -> bool {
        let about = self.about.lock().unwrap();
        let is_named = about.as_ref().is_none_or(|name| bytes.windows(name.len()).any(|part| part == name.as_bytes()));
        self.is(Wire::Hangs) && is_named
    }

    fn is(&self, wire: Wire) -> bool {
        self.state.load(Ordering::SeqCst) == wire as u8
    }

    fn carry(&self, client: &TcpStream, upstream: SocketAddr) {
        let Ok(server) = TcpStream::connect(upstream) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        self.open.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        thread::scope(|scope| {
            scope.spawn(|| self.pump(&server, client));
            self.pump(client, &server);
        });
    }

    fn pump(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length) = from.read(&mut buffer) {
            if self.holds(&buffer[..length]) {
                self.held.fetch_add(1, Ordering::SeqCst);
            }
            while self.holds(&buffer[..length]) {
                thread::sleep(Duration::from_millis(2));
            }
            if length == 0 || to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        for end in [from, to] {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}
