//! Campaigns and their ledger. Only the counter worker folds ledger rows into the tally.

use sqlx::Row as _;

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    campaign::{Campaign, Milestone, Offset},
    counting::CountingRule,
    id::{CampaignEntryId, CampaignId, MemberId},
    time::{Moment, Window},
};

const COLUMNS: &str = "id, slug, title, pitch, goal_members, start_members, counts_who, counts_basis, counts_leavers, counts_sources, \
                       starts_at, ends_at, time_zone, stretch_goals, milestones, published_at, reached_at, frozen_members, \
                       tally_members, version, as_of";

fn read(row: Row) -> Result<Campaign, StoreError> {
    Ok(Campaign {
        id: row.get("id")?,
        slug: row.text("slug")?,
        title: row.text("title")?,
        pitch: row.text("pitch")?,
        goal_members: row.int("goal_members")?,
        start_members: row.opt_int("start_members")?,
        rule: CountingRule {
            who: row.get("counts_who")?,
            basis: row.get("counts_basis")?,
            leavers: row.get("counts_leavers")?,
            sources: row.json("counts_sources")?,
        },
        window: Window { from: row.moment("starts_at")?, until: row.opt_moment("ends_at")? },
        time_zone: row.text("time_zone")?,
        stretch_goals: row.json("stretch_goals")?,
        milestones: row.json("milestones")?,
        published_at: row.opt_moment("published_at")?,
        reached_at: row.opt_moment("reached_at")?,
        frozen_members: row.opt_int("frozen_members")?,
        tally_members: row.int("tally_members")?,
        version: row.int("version")?,
        as_of: row.moment("as_of")?,
    })
}

/// The campaign with a slug, public or not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Campaign>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM campaign WHERE slug = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// Every campaign, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<Campaign>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM campaign ORDER BY starts_at DESC, id DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Declares a campaign: inserts it, or changes what is declared of the one with its slug. Tally and version's history stay.
/// Returns the stored one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn declare(conn: &mut Conn, campaign: &Campaign, now: Moment) -> Result<Campaign, StoreError> {
    let text = format!(
        "INSERT INTO campaign (id, slug, title, pitch, goal_members, counts_who, counts_basis, counts_leavers, \
         counts_sources, starts_at, ends_at, time_zone, stretch_goals, milestones, published_at, as_of, created_at, start_members) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (slug) DO UPDATE SET title = excluded.title, pitch = excluded.pitch, \
         goal_members = excluded.goal_members, start_members = excluded.start_members, counts_who = excluded.counts_who, counts_basis = excluded.counts_basis, \
         counts_leavers = excluded.counts_leavers, counts_sources = excluded.counts_sources, \
         starts_at = excluded.starts_at, ends_at = excluded.ends_at, time_zone = excluded.time_zone, \
         stretch_goals = excluded.stretch_goals, milestones = excluded.milestones, \
         published_at = CASE WHEN excluded.published_at IS NULL THEN NULL \
         ELSE COALESCE(campaign.published_at, excluded.published_at) END, \
         reached_at = CASE WHEN campaign.reached_at IS NULL AND campaign.tally_members >= excluded.goal_members \
         THEN excluded.as_of ELSE campaign.reached_at END, version = campaign.version + 1 \
         RETURNING {COLUMNS}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.id.as_str())
        .bind(&campaign.slug)
        .bind(&campaign.title)
        .bind(&campaign.pitch)
        .bind(campaign.goal_members)
        .bind(campaign.rule.who.as_str())
        .bind(campaign.rule.basis.as_str())
        .bind(campaign.rule.leavers.as_str())
        .bind(to_json(&campaign.rule.sources))
        .bind(campaign.window.from.millis())
        .bind(campaign.window.until.map(Moment::millis))
        .bind(&campaign.time_zone)
        .bind(to_json(&campaign.stretch_goals))
        .bind(to_json(&campaign.milestones))
        .bind(campaign.published_at.map(Moment::millis))
        .bind(campaign.as_of.millis())
        .bind(now.millis())
        .bind(campaign.start_members)
        .fetch_one(conn)
        .await?;
    read(row.into())
}

/// A row for a campaign's ledger.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The row's id.
    pub id: CampaignEntryId,
    /// Whose ledger.
    pub campaign_id: &'a CampaignId,
    /// The member; none for an offset.
    pub member_id: Option<&'a MemberId>,
    /// Members more or fewer.
    pub delta_members: i64,
    /// `joined`, `left`, `offset` or `repair`.
    pub reason: &'a str,
    /// What brought it about.
    pub cause: &'a str,
    /// Who says so, for an offset.
    pub author: Option<&'a str>,
    /// When, in business time.
    pub at: Moment,
}

/// Appends a row to a campaign's ledger. The tally follows when the counter worker folds it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn append(conn: &mut Conn, entry: &Entry<'_>) -> Result<(), StoreError> {
    let insert = "INSERT INTO campaign_ledger (id, campaign_id, member_id, delta_members, reason, cause, author, at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(insert)
        .bind(entry.id.as_str())
        .bind(entry.campaign_id.as_str())
        .bind(entry.member_id.map(MemberId::as_str))
        .bind(entry.delta_members)
        .bind(entry.reason)
        .bind(entry.cause)
        .bind(entry.author)
        .bind(entry.at.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// Campaigns whose ledger has rows that wait to be folded.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_waiting(conn: &mut Conn) -> Result<Vec<CampaignId>, StoreError> {
    let select = "SELECT DISTINCT campaign_id FROM campaign_ledger WHERE folded_in IS NULL";
    let rows = sqlx::query(select).fetch_all(conn).await?;
    rows.into_iter().map(|row| Row::from(row).get("campaign_id")).collect()
}

/// Folds all waiting rows into the tally and raises the version. Returns the campaign as it is then.
///
/// A frozen result moves along: a row that was under way while the campaign was frozen tells of the time before its end.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fold(conn: &mut Conn, id: &CampaignId, as_of: Moment) -> Result<Campaign, StoreError> {
    // Raising the version first takes the row's lock, so that two folders follow each other.
    let raise = "UPDATE campaign SET version = version + 1 WHERE id = $1 RETURNING version";
    let version: i64 = sqlx::query_scalar(raise).bind(id.as_str()).fetch_one(&mut *conn).await?;
    let take = "UPDATE campaign_ledger SET folded_in = $2 WHERE campaign_id = $1 AND folded_in IS NULL \
                RETURNING delta_members";
    let rows = sqlx::query(take).bind(id.as_str()).bind(version).fetch_all(&mut *conn).await?;
    let mut sum_members = 0;
    for row in rows {
        sum_members += row.try_get::<i64, _>("delta_members")?;
    }
    let text = format!(
        "UPDATE campaign SET tally_members = tally_members + $2, frozen_members = frozen_members + $2, as_of = $3, \
         reached_at = CASE WHEN reached_at IS NULL AND tally_members + $2 >= goal_members THEN $3 ELSE reached_at END \
         WHERE id = $1 RETURNING {COLUMNS}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.as_str())
        .bind(sum_members)
        .bind(as_of.millis())
        .fetch_one(conn)
        .await?;
    read(row.into())
}

/// Stores milestones anew, with the moments at which they were reached.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_milestones(conn: &mut Conn, id: &CampaignId, milestones: &[Milestone]) -> Result<(), StoreError> {
    let update = "UPDATE campaign SET milestones = $2 WHERE id = $1";
    sqlx::query(update).bind(id.as_str()).bind(to_json(&milestones)).execute(conn).await?;
    Ok(())
}

/// Freezes the tally of a campaign whose window is over; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn freeze(conn: &mut Conn, id: &CampaignId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE campaign SET frozen_members = tally_members, ended_at = $2, as_of = $2, version = version + 1 \
                  WHERE id = $1 AND frozen_members IS NULL AND ends_at <= $2";
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// The offset of a campaign: the sum of its offset rows with the newest one's words; none without a row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_offset(conn: &mut Conn, id: &CampaignId) -> Result<Option<Offset>, StoreError> {
    let select = "SELECT (SELECT CAST(SUM(delta_members) AS BIGINT) FROM campaign_ledger AS all_rows \
                  WHERE all_rows.campaign_id = $1 AND all_rows.reason = 'offset') AS members, at, author, cause \
                  FROM campaign_ledger WHERE campaign_id = $1 AND reason = 'offset' ORDER BY at DESC, id DESC LIMIT 1";
    let Some(row) = sqlx::query(select).bind(id.as_str()).fetch_optional(conn).await? else { return Ok(None) };
    let row = Row::from(row);
    Ok(Some(Offset {
        members: row.int("members")?,
        at: row.moment("at")?,
        author: row.opt_text("author")?.unwrap_or_default(),
        reason: row.text("cause")?,
    }))
}

/// Business time of the newest row that counts a person, in any ledger; offsets carry dates of their own.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn newest_entry_at(conn: &mut Conn) -> Result<Option<Moment>, StoreError> {
    let select = "SELECT MAX(at) AS newest FROM campaign_ledger WHERE reason <> 'offset'";
    Row::from(sqlx::query(select).fetch_one(conn).await?).opt_moment("newest")
}

/// What a campaign's ledger adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerSums {
    /// All rows, in members.
    pub all_members: i64,
    /// The rows that are folded, in members.
    pub folded_members: i64,
    /// The offset rows, in members.
    pub offset_members: i64,
    /// The rows that count people, in members.
    pub people_members: i64,
}

/// How many more members are counted than the ledger's rows of people add up to; negative when fewer. Always 0 unless rows were
/// changed by hand: a flag flips in the transaction that appends its row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_beyond_ledger(conn: &mut Conn, id: &CampaignId) -> Result<i64, StoreError> {
    // One statement, so that both figures are of the same moment.
    let select = "SELECT (SELECT COUNT(*) FROM campaign_member WHERE campaign_id = $1 AND counted = 1) \
                  - (SELECT CAST(COALESCE(SUM(delta_members), 0) AS BIGINT) FROM campaign_ledger \
                     WHERE campaign_id = $1 AND reason <> 'offset') AS beyond";
    Row::from(sqlx::query(select).bind(id.as_str()).fetch_one(conn).await?).int("beyond")
}

/// Sets the tally to the sum of the folded rows; `true` when it was another. Between folds: the caller's transaction folds first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_tally_by_ledger(conn: &mut Conn, id: &CampaignId) -> Result<bool, StoreError> {
    let folded = "(SELECT CAST(COALESCE(SUM(delta_members), 0) AS BIGINT) FROM campaign_ledger \
                  WHERE campaign_id = $1 AND folded_in IS NOT NULL)";
    let update = format!(
        "UPDATE campaign SET tally_members = {folded}, version = version + 1 WHERE id = $1 AND tally_members <> {folded}"
    );
    Ok(sqlx::query(sqlx::AssertSqlSafe(update)).bind(id.as_str()).execute(conn).await?.rows_affected() == 1)
}

/// Adds up a campaign's ledger.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sum_ledger(conn: &mut Conn, id: &CampaignId) -> Result<LedgerSums, StoreError> {
    let select = "SELECT CAST(COALESCE(SUM(delta_members), 0) AS BIGINT) AS all_members, \
         CAST(COALESCE(SUM(CASE WHEN folded_in IS NULL THEN 0 ELSE delta_members END), 0) AS BIGINT) AS folded_members, \
         CAST(COALESCE(SUM(CASE WHEN reason = 'offset' THEN delta_members ELSE 0 END), 0) AS BIGINT) AS offset_members, \
         CAST(COALESCE(SUM(CASE WHEN reason = 'offset' THEN 0 ELSE delta_members END), 0) AS BIGINT) AS people_members \
         FROM campaign_ledger WHERE campaign_id = $1";
    let row = Row::from(sqlx::query(select).bind(id.as_str()).fetch_one(conn).await?);
    Ok(LedgerSums {
        all_members: row.int("all_members")?,
        folded_members: row.int("folded_members")?,
        offset_members: row.int("offset_members")?,
        people_members: row.int("people_members")?,
    })
}
