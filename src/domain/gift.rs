//! Gifts: a membership that somebody pays for once, and somebody else redeems by its code.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    contribution,
    entitlement::Entitlement,
    id::{CheckoutId, GiftId, MemberId, PersonId, PlanId},
    time::{DAY_MILLIS, Moment, Window},
};

/// The digits of a code: none looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many digits a code has.
const CODE_DIGITS: usize = 16;
/// The longest name of a giver, in characters.
const FROM_MAX_CHARS: usize = 100;
/// The longest message, in characters.
const MESSAGE_MAX_CHARS: usize = 1_000;
/// How far ahead a code may be mailed, in days.
pub const SEND_AHEAD_MAX_DAYS: i64 = 366;
/// How long ago a day may have begun that still means today, in milliseconds.
const SEND_PAST_MAX_MILLIS: i64 = DAY_MILLIS;

/// What opens a gift: sixteen digits, 80 bits of which nothing is stored but a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCode(String);

impl GiftCode {
    /// How many bytes a code is made of.
    pub const BYTES: usize = 10;

    /// The code that these bytes are.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let bits = bytes.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let digit = |place: usize| char::from(DIGITS[usize::from((bits >> (5 * place)) as u8 & 31)]);
        Self((0..CODE_DIGITS).rev().map(digit).collect())
    }

    /// A code as it was typed: case, hyphens and blanks are nothing, and letters that look like a digit are that digit.
    pub fn parse(typed: &str) -> Option<Self> {
        let digit = |letter: char| match letter.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            other => DIGITS.iter().map(|digit| char::from(*digit)).find(|digit| *digit == other),
        };
        let letters = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(CODE_DIGITS + 1);
        let code: Option<String> = letters.map(digit).collect();
        code.filter(|code| code.len() == CODE_DIGITS).map(Self)
    }
}

impl fmt::Display for GiftCode {
    /// In groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.0.chars().enumerate() {
            let between = if place > 0 && place % 4 == 0 { "-" } else { "" };
            write!(f, "{between}{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for GiftCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCode(…)")
    }
}

/// What the giver wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// How the giver is called there.
    pub from: Option<String>,
    /// A message.
    pub message: Option<String>,
}

impl Note {
    /// Reads what was typed.
    ///
    /// # Errors
    /// The fields at fault with a stable code each.
    pub fn read(from: Option<&str>, message: Option<&str>) -> Result<Self, Vec<(&'static str, &'static str)>> {
        let mut faults = Vec::new();
        let mut read = |field, text: Option<&str>, max: usize, breaks: bool| {
            let text = text.map(|text| text.replace("\r\n", "\n").trim().to_owned()).filter(|text| !text.is_empty())?;
            if text.chars().count() > max {
                faults.push((field, "too_long"));
            } else if text.chars().any(|letter| letter.is_control() && !(breaks && letter == '\n')) {
                faults.push((field, "control_characters"));
            }
            Some(text)
        };
        let note = Self {
            from: read("from", from, FROM_MAX_CHARS, false),
            message: read("message", message, MESSAGE_MAX_CHARS, true),
        };
        if faults.is_empty() { Ok(note) } else { Err(faults) }
    }
}

/// When a code is mailed: a time that has come within a day is as soon as the gift is paid.
///
/// # Errors
/// A stable code: it is over, it is too far ahead, or there is nobody to mail it to.
pub fn sending(send_at: Option<Moment>, has_recipient: bool, now: Moment) -> Result<Option<Moment>, &'static str> {
    match send_at {
        Some(at) if now.millis_since(at) > SEND_PAST_MAX_MILLIS => Err("in_past"),
        Some(at) if at <= now => Ok(None),
        Some(_) if !has_recipient => Err("no_recipient"),
        Some(at) if at.millis_since(now) > SEND_AHEAD_MAX_DAYS * DAY_MILLIS => Err("too_far"),
        later => Ok(later),
    }
}

/// A gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Its id.
    pub id: GiftId,
    /// What it is paid with.
    pub checkout_id: CheckoutId,
    /// The plan that it opens.
    pub plan_id: PlanId,
    /// For how many months.
    pub months: i64,
    /// Who paid; none before.
    pub giver_id: Option<MemberId>,
    /// Whom the code is mailed to; none when the giver hands it over.
    pub recipient_id: Option<PersonId>,
    /// What the giver wrote.
    pub note: Note,
    /// When the code is mailed, in business time; none as soon as it is paid.
    pub send_at: Option<Moment>,
    /// How its money stands; none before anything was paid.
    pub money: Option<contribution::State>,
    /// When its money had come.
    pub settled_at: Option<Moment>,
    /// When its code was mailed, in business time.
    pub sent_at: Option<Moment>,
    /// The first moment at which it can no longer be redeemed; none before it is paid.
    pub expires_at: Option<Moment>,
    /// By whom it was redeemed.
    pub redeemed: Option<Redeemed>,
    /// When staff took it back.
    pub revoked_at: Option<Moment>,
}

/// What became of a gift that was redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// By whom.
    pub member_id: MemberId,
    /// When, in business time.
    pub at: Moment,
    /// What it opens.
    pub window: Window,
}

/// Why a gift is not redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No gift has this code, or none that was paid.
    Unknown,
    /// Whoever gave it may not redeem it.
    Own,
    /// It was redeemed.
    Used,
    /// Nobody redeemed it in time.
    Expired,
    /// Its money went back, or staff took it back.
    TakenBack,
    /// The member has the plan without an end, or it renews by itself: the gift would be lost on them.
    Covered,
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "gift_unknown",
            Self::Own => "gift_own",
            Self::Used => "gift_used",
            Self::Expired => "gift_expired",
            Self::TakenBack => "gift_taken_back",
            Self::Covered => "gift_covered",
        }
    }
}

/// How a gift stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not paid yet, or the money is on its way.
    Unpaid,
    /// It is paid, and its code is not mailed yet.
    Waiting,
    /// Its code was mailed.
    Sent,
    /// Somebody has redeemed it.
    Redeemed,
    /// Nobody redeemed it in time.
    Expired,
    /// Its money went back, or staff took it back.
    TakenBack,
}

impl Standing {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::TakenBack => "taken_back",
        }
    }

    /// Whether its code opens something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sent)
    }
}

impl Gift {
    /// How it stands at a moment of business time.
    pub fn standing(&self, now: Moment) -> Standing {
        use contribution::State;
        match self.money {
            None | Some(State::Settling) => Standing::Unpaid,
            Some(State::Gone) => Standing::TakenBack,
            Some(State::Standing) if self.redeemed.is_some() => Standing::Redeemed,
            Some(State::Standing) if self.revoked_at.is_some() => Standing::TakenBack,
            Some(State::Standing) if self.expires_at.is_none_or(|at| at <= now) => Standing::Expired,
            Some(State::Standing) if self.sent_at.is_some() => Standing::Sent,
            Some(State::Standing) => Standing::Waiting,
        }
    }

    /// When its code is mailed, if that was not done and is to be done at a moment of business time that has not come.
    pub fn waits_for(&self, now: Moment) -> Option<Moment> {
        self.send_at.filter(|at| self.sent_at.is_none() && *at > now)
    }

    /// Why a member cannot redeem it now; none if they can.
    pub fn refusal(&self, member_id: &MemberId, now: Moment) -> Option<Refusal> {
        match self.standing(now) {
            Standing::Unpaid => Some(Refusal::Unknown),
            _ if self.giver_id.as_ref() == Some(member_id) => Some(Refusal::Own),
            Standing::TakenBack => Some(Refusal::TakenBack),
            Standing::Redeemed => Some(Refusal::Used),
            Standing::Expired => Some(Refusal::Expired),
            Standing::Waiting | Standing::Sent => None,
        }
    }

    /// The stretch of its reader's time that it takes; none before somebody has redeemed it.
    pub fn taken(&self) -> Option<contribution::Redeemed> {
        let redeemed = self.redeemed.as_ref()?;
        Some(contribution::Redeemed { at: redeemed.at, until: redeemed.window.until? })
    }

    /// Until when a gift can be redeemed whose money came at a moment.
    pub fn last_day(&self, settled_at: Moment, redeem_months: i64) -> Moment {
        self.send_at.map_or(settled_at, |send_at| send_at.max(settled_at)).plus_months(redeem_months)
    }
}

/// What a gift opens for whoever holds these rights: its months follow those of the same plan that are paid already.
///
/// # Errors
/// [`Refusal::Covered`] for whoever has the plan without an end.
pub fn window(gift: &Gift, rights: &[Entitlement], now: Moment) -> Result<Window, Refusal> {
    let mut from = now;
    for right in rights.iter().filter(|right| right.plan_id == gift.plan_id) {
        from = from.max(right.window.until.ok_or(Refusal::Covered)?);
    }
    Ok(Window { from, until: Some(from.plus_months(gift.months)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        for bytes in [[0_u8; 10], [255; 10], [7, 99, 1, 250, 33, 128, 5, 77, 200, 14]] {
            let code = GiftCode::from_bytes(&bytes);
            let shown = code.to_string();
            assert_eq!(shown.len(), 19, "{shown}");
            let typed = [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {shown}\n")];
            for typed in typed.iter().chain([&shown.replace('0', "o").replace('1', "l")]) {
                assert_eq!(GiftCode::parse(typed).as_ref(), Some(&code), "{typed:?}");
            }
            assert_eq!(GiftCode::parse(&shown[1..]), None);
            assert_eq!(GiftCode::parse(&format!("{shown}0")), None);
        }
        for typed in ["", "U".repeat(16).as_str(), "é".repeat(16).as_str(), "0".repeat(10_000).as_str()] {
            assert_eq!(GiftCode::parse(typed), None);
        }
    }

    #[test]
    fn a_note_is_short_and_can_be_seen() {
        let note = Note::read(Some(" Ada "), Some("For you\r\nAlways")).unwrap();
        assert_eq!((note.from.as_deref(), note.message.as_deref()), (Some("Ada"), Some("For you\nAlways")));
        assert_eq!(Note::read(Some(" "), None), Ok(Note::default()));
        let long = "x".repeat(1_001);
        assert_eq!(
            Note::read(Some("a\nb"), Some(&long)),
            Err(vec![("from", "control_characters"), ("message", "too_long")])
        );
    }

    #[test]
    fn a_time_that_has_come_is_now() {
        let at = Moment::from_millis;
        assert_eq!(sending(Some(at(5)), false, at(5)), Ok(None));
        assert_eq!(sending(Some(at(6)), true, at(5)), Ok(Some(at(6))));
        assert_eq!(sending(Some(at(6)), false, at(5)), Err("no_recipient"));
    }

    #[test]
    fn a_day_that_is_over_or_too_far_ahead_is_refused() {
        let (at, now) = (Moment::from_millis, 400 * DAY_MILLIS);
        for (days, left) in [(-1, Ok(None)), (366, Ok(Some(at(now + 366 * DAY_MILLIS))))] {
            assert_eq!(sending(Some(at(now + days * DAY_MILLIS)), true, at(now)), left, "{days}");
        }
        assert_eq!(sending(Some(at(now - DAY_MILLIS - 1)), true, at(now)), Err("in_past"));
        assert_eq!(sending(Some(at(0)), false, at(now)), Err("in_past"), "with or without an address");
        assert_eq!(sending(Some(at(now + 366 * DAY_MILLIS + 1)), true, at(now)), Err("too_far"));
    }
}
