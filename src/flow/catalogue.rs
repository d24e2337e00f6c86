//! What is declared and seldom changes (gates, plans, sites), kept at hand: each token and each pass needs all of it.
//!
//! Whatever may be taken away from somebody (sessions, members, rights) is never kept here, but read each time.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Context, StoreError};
use crate::{
    domain::{gate::Gate, plan::Plan, site::Site, time::Moment},
    store,
};

/// For how long it is believed, in milliseconds: another process may have applied a newsroom.
const BELIEVED_MILLIS: i64 = 1_000;

/// What is declared.
#[derive(Debug)]
pub struct Catalogue {
    /// Every gate, by slug.
    pub gates: Vec<Gate>,
    /// Every plan, those off sale too (members may still hold them), in their order.
    pub plans: Vec<Plan>,
    /// Every site, by slug.
    pub sites: Vec<Site>,
}

/// The catalogue as last read. Cheap to clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<RwLock<Option<Dated>>>);

/// With the moment at which it was read, by the wall clock.
type Dated = (Moment, Arc<Catalogue>);

impl Kept {
    /// Forgets it, since it was changed here.
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn fresh(&self, now: Moment) -> Option<Arc<Catalogue>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read_at, catalogue) = kept.as_ref()?;
        // A clock that was put back makes it old too.
        (0..BELIEVED_MILLIS).contains(&now.millis_since(*read_at)).then(|| Arc::clone(catalogue))
    }
}

/// What is declared, at most a second ago by the wall clock.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn read(context: &Context) -> Result<Arc<Catalogue>, StoreError> {
    let now = context.clock.wall();
    if let Some(catalogue) = context.catalogue.fresh(now) {
        return Ok(catalogue);
    }
    let mut conn = context.store.read().await?;
    let catalogue = Arc::new(Catalogue {
        gates: store::gate::list(&mut conn).await?,
        plans: store::plan::list(&mut conn).await?,
        sites: store::site::list(&mut conn).await?,
    });
    *context.catalogue.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&catalogue)));
    Ok(catalogue)
}
