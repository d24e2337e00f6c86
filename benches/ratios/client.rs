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

/// Connections to one server, driven by one thread.
pub struct Client {
    runtime: Runtime,
    connections: Vec<Connection>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
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
                        let answer = connection.ask(&request).await.expect("the server answers");
                        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
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
        Self { stream, received: Vec::with_capacity(16 * 1024) }
    }

    async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            if let Some(at) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read().await?;
        };
        let (status, length) = read_head(&self.received[..head]);
        while self.received.len() < head + length {
            self.read().await?;
        }
        Ok(Answer { status, body: self.received[head..head + length].to_vec() })
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
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
    Arc::new(
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\naccept-encoding: gzip\r\n{headers}\r\n")
            .into_bytes(),
    )
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
