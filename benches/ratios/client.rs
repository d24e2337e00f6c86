//! The load: raw sockets, kept open, one request at a time on each. Both sides of a comparison are asked by the same code.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::{Builder, Runtime},
    task::JoinSet,
};

/// A request as it goes over the wire.
pub type Wire = Arc<Vec<u8>>;

/// So many things a second, evenly.
#[derive(Clone, Copy)]
pub struct Pace {
    pub per_second: usize,
}

impl Pace {
    /// Waits until the n-th is due; when it was due already, that is the moment from which its time counts.
    pub async fn wait(self, began: Instant, n: usize) -> Instant {
        let due = began + Duration::from_secs_f64(n as f64 / self.per_second as f64);
        if due <= Instant::now() {
            return due;
        }
        tokio::time::sleep_until(due.into()).await;
        Instant::now()
    }
}

/// Connections to one server, driven by one thread.
pub struct Client {
    runtime: Runtime,
    connections: Vec<Connection>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Bytes of the last answer's head and body: the next one most often has as many, and then need not be taken apart.
    last: (usize, usize),
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr, connections: usize) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connections = runtime.block_on(async {
            let mut open = Vec::new();
            for _ in 0..connections {
                open.push(Connection::open(address).await);
            }
            open
        });
        Self { runtime, connections }
    }

    /// Sends all requests, shared out over the connections, and returns how long that took. Each has to be answered with 200.
    pub fn send_all(&mut self, requests: &[Wire]) -> Duration {
        let connections = std::mem::take(&mut self.connections);
        let shares = connections.len();
        let (took, connections) = self.runtime.block_on(async move {
            let began = Instant::now();
            let mut running = JoinSet::new();
            for (at, mut connection) in connections.into_iter().enumerate() {
                let share: Vec<Wire> = requests.iter().skip(at).step_by(shares).cloned().collect();
                running.spawn(async move {
                    for request in share {
                        let status = connection.send(&request).await.expect("the server answers");
                        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&connection.received));
                    }
                    connection
                });
            }
            let connections = running.join_all().await;
            (began.elapsed(), connections)
        });
        self.connections = connections;
        took
    }

    /// Sends requests at a pace, shared out over the connections. Returns how long each took, counted from when it was due where its
    /// connection was busy until then. Each has to be answered with 200.
    pub fn send_paced(&mut self, requests: &[Wire], pace: Pace) -> Vec<Duration> {
        let connections = std::mem::take(&mut self.connections);
        let shares = connections.len();
        let (took, connections) = self.runtime.block_on(async move {
            let began = Instant::now();
            let mut running = JoinSet::new();
            for (first, mut connection) in connections.into_iter().enumerate() {
                let share = requests.iter().cloned().enumerate().skip(first).step_by(shares);
                let share: Vec<(usize, Wire)> = share.collect();
                running.spawn(async move {
                    let mut took = Vec::new();
                    for (n, request) in share {
                        let due = pace.wait(began, n).await;
                        let status = connection.send(&request).await.expect("the server answers");
                        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&connection.received));
                        took.push(due.elapsed());
                    }
                    (took, connection)
                });
            }
            let (took, connections): (Vec<_>, Vec<_>) = running.join_all().await.into_iter().unzip();
            (took.into_iter().flatten().collect(), connections)
        });
        self.connections = connections;
        took
    }

    /// Sends one request.
    pub fn ask(&mut self, request: &[u8]) -> Answer {
        let connection = self.connections.first_mut().expect("a connection");
        self.runtime.block_on(connection.ask(request)).expect("the server answers")
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, received: Vec::with_capacity(16 * 1024), last: (0, 0) }
    }

    async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        let status = self.send(request).await?;
        let (head, body) = self.received.split_at(self.last.0);
        let head = String::from_utf8_lossy(head).into_owned();
        Ok(Answer { status, head, body: body.to_vec() })
    }

    /// Sends a request and receives all of the answer. Returns its status.
    async fn send(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
        self.received.clear();
        self.read().await?;
        let (head, body) = self.last;
        if self.received.len() == head + body
            && self.received.starts_with(b"HTTP/1.1 200 ")
            && ends_at(&self.received, head)
        {
            return Ok(200);
        }
        let head = loop {
            if let Some(at) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read().await?;
        };
        let (status, body) = read_head(&self.received[..head]);
        while self.received.len() < head + body {
            self.read().await?;
        }
        self.last = (head, body);
        Ok(status)
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Whether a head ends there.
fn ends_at(received: &[u8], head: usize) -> bool {
    head >= 4 && received.get(head - 4..head) == Some(b"\r\n\r\n")
}

/// The status, and the length of the body in bytes.
fn read_head(head: &[u8]) -> (u16, usize) {
    let head = std::str::from_utf8(head).expect("a head is text");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    // An answer without content says nothing of its length.
    (status, length.or((status == 204).then_some(0)).expect("an answer of known length"))
}

/// A request without a body.
pub fn get(path: &str, headers: &str) -> Wire {
    Arc::new(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n{headers}\r\n").into_bytes())
}

/// A request with a JSON body.
pub fn post(path: &str, headers: &str, body: &str) -> Wire {
    let length = body.len();
    Arc::new(
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )
        .into_bytes(),
    )
}
