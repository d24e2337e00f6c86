//! The one table with personal data.

use super::{Conn, StoreError, row::Row};
use crate::domain::{email::Email, id::PersonId, member::Person, time::Moment};

fn read(row: Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.opt_text("name")?,
        locale: row.text("locale")?,
    })
}

/// The person behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &PersonId) -> Result<Option<Person>, StoreError> {
    let select = "SELECT id, email, name, locale FROM person WHERE id = $1";
    let row = sqlx::query(select).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The person with an address, in any spelling of it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_email(conn: &mut Conn, email: &Email) -> Result<Option<Person>, StoreError> {
    let select = "SELECT id, email, name, locale FROM person WHERE email_key = $1";
    let row = sqlx::query(select).bind(email.key()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The person with the draft's address: the stored one, or the draft stored now. The stored one keeps its name and locale.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_or_insert(conn: &mut Conn, draft: &Person, now: Moment) -> Result<Person, StoreError> {
    let insert = "INSERT INTO person (id, email, email_key, name, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
                  ON CONFLICT (email_key) DO UPDATE SET email_key = excluded.email_key RETURNING id, email, name, locale";
    let row = sqlx::query(insert)
        .bind(draft.id.as_str())
        .bind(draft.email.as_str())
        .bind(draft.email.key())
        .bind(draft.name.as_deref())
        .bind(&draft.locale)
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    read(row.into())
}

/// Fills in the name and language of a person.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_name(conn: &mut Conn, id: &PersonId, name: Option<&str>, locale: &str) -> Result<(), StoreError> {
    let update = "UPDATE person SET name = $2, locale = $3 WHERE id = $1";
    sqlx::query(update).bind(id.as_str()).bind(name).bind(locale).execute(conn).await?;
    Ok(())
}

/// Deletes people older than a moment who never became anything: an address that was typed and has not answered, with no
/// payment, no declaration and no mail behind it. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn delete_strangers_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let delete = "DELETE FROM person WHERE created_at < $1 \
                  AND NOT EXISTS (SELECT 1 FROM member WHERE member.person_id = person.id) \
                  AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.person_id = person.id) \
                  AND NOT EXISTS (SELECT 1 FROM cancellation_request WHERE cancellation_request.person_id = person.id) \
                  AND NOT EXISTS (SELECT 1 FROM gift WHERE gift.recipient_id = person.id) \
                  AND NOT EXISTS (SELECT 1 FROM checkout WHERE checkout.person_id = person.id) \
                  AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.person_id = person.id)";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
