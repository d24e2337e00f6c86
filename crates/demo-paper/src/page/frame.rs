//! What every page has: the nameplate, the date, the sections, the reader's links, the foot.

use actix_web::HttpRequest;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::campaign_words::Strip;
use crate::app::Newsroom;
use crate::gate::Standing;
use crate::masthead::CounterAnswer;
use crate::story::ZONE;
use crate::{almanac, clock, reader, words};

/// The parts of a page that do not depend on which page it is.
pub struct Frame {
    pub title: String,
    pub description: String,
    pub canonical: String,
    /// For pages that no search engine should list.
    pub hidden: bool,
    pub today: String,
    pub issue: String,
    /// Today's high waters: `06:41 and 19:06`.
    pub high_waters: String,
    pub sections: Vec<(String, String)>,
    pub has_session: bool,
    pub is_member: bool,
    pub asks_to_join: bool,
    pub join_url: String,
    pub account_url: String,
    pub strip: Option<Strip>,
    /// The campaign's JSON, for the script.
    pub campaign_url: String,
}

/// Who asks, what time it is, and what Masthead says: read once a request.
pub struct Visit {
    pub now: Timestamp,
    pub standing: Standing,
    pub counter: CounterAnswer,
}

impl Visit {
    /// Reads the request.
    pub async fn read(request: &HttpRequest, newsroom: &Newsroom) -> Self {
        let now = clock::now();
        let standing = reader::standing(request, newsroom, now).await;
        Self { now, standing, counter: newsroom.masthead.counter.read(now).await }
    }

    /// The day in Saltmarsh Quay.
    pub fn today(&self) -> Date {
        self.now.to_zoned_datetime(self.zone()).date()
    }

    /// The zone of Saltmarsh Quay. It comes with the program; were it missing, the paper would keep UTC.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
    }
}

impl Frame {
    /// The frame of the page at `path`.
    pub fn new(newsroom: &Newsroom, visit: &Visit, path: &str, title: &str, description: &str) -> Self {
        let addresses = &newsroom.addresses;
        let today = visit.today();
        let sections = newsroom.edition.sections();
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            canonical: addresses.public(path),
            hidden: false,
            today: words::weekday(today),
            issue: words::issue_number(today),
            high_waters: almanac::high_waters(today, &visit.zone()).join(" and "),
            sections: sections.into_iter().map(|name| (name.to_owned(), words::section_path(name))).collect(),
            has_session: visit.standing.has_session(),
            is_member: visit.standing.is_member(),
            asks_to_join: visit.standing.may_be_asked_to_join(),
            join_url: addresses.join(None),
            account_url: addresses.masthead("/account"),
            strip: visit.counter.campaign().map(Strip::of),
            campaign_url: addresses.campaign(),
        }
    }
}
