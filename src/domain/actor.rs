//! Who did it. Every flow knows its actor, and every change of rights leaves an audit row that names it.

use super::id::MemberId;

/// Who causes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at a browser who is not signed in.
    Visitor,
    /// A signed-in member.
    Reader(MemberId),
    /// The payment gateway, by an event or an answer.
    Gateway {
        /// The gateway's id of the event or object.
        reference: String,
    },
    /// The passing of time.
    Schedule,
    /// Whoever runs the command line.
    CommandLine,
}

impl Actor {
    /// The kind, as the audit table stores it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Reader(_) => "reader",
            Self::Gateway { .. } => "gateway",
            Self::Schedule => "schedule",
            Self::CommandLine => "command_line",
        }
    }

    /// Which one of its kind, where that is known.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Reader(id) => Some(id.as_str()),
            Self::Gateway { reference } => Some(reference),
            Self::Visitor | Self::Schedule | Self::CommandLine => None,
        }
    }
}
