//! The one place that reads the wall clock; everything else is given the time.

use jiff::Timestamp;

/// The wall clock's time now.
pub fn now() -> Timestamp {
    Timestamp::now()
}
