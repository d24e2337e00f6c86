//! The paper's own decision: who reads what. Pure, and the only place where it is made.

use crate::story::{Gate, Story};
use crate::token::{Access, Token};

/// How somebody stands before a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody we know.
    Stranger,
    /// Somebody whose token has been verified just now.
    SignedIn(Access),
    /// Somebody who was signed in; the token has ended or is no good.
    Lapsed,
    /// Somebody with a token that nobody can check at this moment.
    Unchecked,
}

impl Standing {
    /// Whether the verified token opens `gate`.
    pub fn opens(&self, gate: &str) -> bool {
        matches!(self, Self::SignedIn(access) if access.gates.iter().any(|open| open == gate))
    }

    /// Whether a paying member reads.
    pub fn is_member(&self) -> bool {
        Gate::Members.slug().is_some_and(|gate| self.opens(gate))
    }

    /// Whether to ask for a membership: not those who may well have one.
    pub fn may_be_asked_to_join(&self) -> bool {
        match self {
            Self::Stranger => true,
            Self::SignedIn(_) => !self.is_member(),
            Self::Lapsed | Self::Unchecked => false,
        }
    }

    /// Whether there is somebody to sign out.
    pub fn has_session(&self) -> bool {
        !matches!(self, Self::Stranger)
    }
}

/// What a story's page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// All of it.
    Whole,
    /// Nothing yet: ask Masthead silently first.
    Renew,
    /// The teaser and the gate.
    Teaser(Why),
}

/// Why the gate is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// We do not know who reads.
    Stranger,
    /// The reader is signed in, with no right to this gate.
    NoRight,
    /// Tokens cannot be checked at this moment.
    Unchecked,
}

/// What somebody of that standing sees of a story behind `gate`. `may_renew`: a silent question to Masthead is
/// possible and has not just been tried.
pub fn decide(gate: Gate, standing: &Standing, may_renew: bool) -> Reading {
    let Some(slug) = gate.slug() else { return Reading::Whole };
    match standing {
        _ if standing.opens(slug) => Reading::Whole,
        Standing::SignedIn(_) => Reading::Teaser(Why::NoRight),
        Standing::Lapsed if may_renew => Reading::Renew,
        Standing::Unchecked => Reading::Teaser(Why::Unchecked),
        Standing::Lapsed | Standing::Stranger => Reading::Teaser(Why::Stranger),
    }
}

/// Whether a verified token opens this very story. A pass must name the story's own gate and canonical address:
/// what the browser asked Masthead for does not matter.
pub fn token_opens(token: &Token, story: &Story, canonical: &str) -> bool {
    match (token, story.gate.slug()) {
        (_, None) => true,
        (Token::Access(access), Some(gate)) => access.gates.iter().any(|open| open == gate),
        (Token::Pass(pass), Some(gate)) => pass.gate == gate && pass.article == canonical,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn signed_in(gates: &[&str]) -> Standing {
        let gates = gates.iter().map(|gate| (*gate).to_owned()).collect();
        Standing::SignedIn(Access { gates, expires_at: Timestamp::UNIX_EPOCH })
    }

    #[test]
    fn each_standing_sees_what_it_may() {
        let cases = [
            (Gate::Open, Standing::Stranger, Reading::Whole),
            (Gate::Open, Standing::Unchecked, Reading::Whole),
            (Gate::Members, Standing::Stranger, Reading::Teaser(Why::Stranger)),
            (Gate::Members, Standing::Unchecked, Reading::Teaser(Why::Unchecked)),
            (Gate::Members, signed_in(&["registered"]), Reading::Teaser(Why::NoRight)),
            (Gate::Registered, signed_in(&["registered"]), Reading::Whole),
            (Gate::Registered, signed_in(&[]), Reading::Teaser(Why::NoRight)),
            (Gate::Members, signed_in(&["registered", "members"]), Reading::Whole),
        ];
        for (gate, standing, reading) in cases {
            for may_renew in [false, true] {
                assert_eq!(decide(gate, &standing, may_renew), reading, "{gate:?} {standing:?}");
            }
        }
    }

    #[test]
    fn only_the_lapsed_renew_and_only_when_they_may() {
        assert_eq!(decide(Gate::Members, &Standing::Lapsed, true), Reading::Renew);
        assert_eq!(decide(Gate::Members, &Standing::Lapsed, false), Reading::Teaser(Why::Stranger));
        assert_eq!(decide(Gate::Open, &Standing::Lapsed, true), Reading::Whole);
    }
}
