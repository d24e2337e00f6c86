//! Ports for servers that are stopped and started again, or started by others.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

/// Below what the system gives to outgoing connections (32768 and up): nobody is given one of these between two starts.
const FIRST: u16 = 10_240;
/// How many there are.
const COUNT: u16 = 20_000;

/// A number that nobody listened on just now, and that no connection is given by itself.
pub fn free_port() -> u16 {
    static ASKED: AtomicU16 = AtomicU16::new(0);
    // Tests are processes of their own: each begins at another place.
    let place = std::process::id().wrapping_mul(61);
    for _ in 0..COUNT {
        let asked = u32::from(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from(place.wrapping_add(asked) % u32::from(COUNT)).expect("below the count");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
