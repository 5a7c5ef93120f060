//! Uses of credentials, written for many calls at once: whoever comes first writes for all that wait by then, in one
//! transaction. Each call goes on only once its own line is on the disk, and the lines keep their order in the chain.

use super::SqliteStore;
use super::log::Commit;
use super::session::{Held, Session, lock};
use crate::clock::rfc3339;
use crate::store::{StoreError, Use};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The uses that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    pending: Vec<Pending>,
    /// Whether somebody writes, or was told to.
    is_led: bool,
}

#[derive(Debug)]
struct Pending {
    one: Use,
    seat: Arc<Seat>,
}

/// Where a call waits until it is told something.
#[derive(Debug, Default)]
struct Seat {
    told: Mutex<Option<Told>>,
    rung: Condvar,
}

#[derive(Debug)]
enum Told {
    /// To write for all who wait by now.
    Lead,
    /// What became of its own use.
    Over(Result<(), StoreError>),
}

/// Who writes for others. Whatever happens, the next one gets its turn, and each hears what became of its use.
struct Lead<'w> {
    waiting: &'w Waiting,
    pending: Vec<Pending>,
    is_passed_on: bool,
}

impl Waiting {
    /// Waits with the others; `true` where it is for this one to lead.
    fn join(&self, one: Use, seat: &Arc<Seat>) -> bool {
        let mut queue = self.queue();
        queue.pending.push(Pending { one, seat: Arc::clone(seat) });
        !std::mem::replace(&mut queue.is_led, true)
    }

    fn lead(&self) -> Lead<'_> {
        Lead { waiting: self, pending: std::mem::take(&mut self.queue().pending), is_passed_on: false }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn wait(&self) -> Told {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match told.take() {
                Some(told) => return told,
                None => told = self.rung.wait(told).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn tell(&self, what: Told) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
        self.rung.notify_one();
    }
}

impl Lead<'_> {
    fn pass_on(&mut self) {
        if std::mem::replace(&mut self.is_passed_on, true) {
            return;
        }
        let mut queue = self.waiting.queue();
        match queue.pending.first() {
            Some(next) => next.seat.tell(Told::Lead),
            None => queue.is_led = false,
        }
    }

    fn tell(mut self, each: impl IntoIterator<Item = Result<(), StoreError>>) {
        for (one, result) in self.pending.drain(..).zip(each) {
            one.seat.tell(Told::Over(result));
        }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.pass_on();
        for one in self.pending.drain(..) {
            one.seat.tell(Told::Over(Err(StoreError::Unavailable("a writer gave up".into()))));
        }
    }
}

impl SqliteStore {
    pub(super) fn write_use(&self, one: Use) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let seat = Arc::default();
        let mut leads = self.waiting.join(one, &seat);
        loop {
            if leads {
                self.write_all(self.waiting.lead());
            }
            match seat.wait() {
                Told::Lead => leads = true,
                Told::Over(result) => return result,
            }
        }
    }

    /// Writes all that wait, and says to each what became of it. The next ones are written while these wait for the disk.
    fn write_all(&self, mut lead: Lead<'_>) {
        let committed = self.commit_uses(&lead.pending);
        lead.pass_on();
        let done = committed.and_then(|(commit, each)| {
            self.log.wait(commit).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            Ok(each)
        });
        match done {
            Ok(each) => lead.tell(each),
            Err(error) => lead.tell(std::iter::repeat_with(|| Err(again(&error)))),
        }
    }

    fn commit_uses(&self, pending: &[Pending]) -> Result<(Commit, Vec<Result<(), StoreError>>), StoreError> {
        let mut session = Session::begin(Held::Writer(lock(&self.connection)), &self.log, "BEGIN IMMEDIATE")?;
        let each = session.write_uses(pending)?;
        Ok((session.commit_only()?, each))
    }
}

impl Session<'_> {
    /// Each is written or refused for itself; where the database fails, none is.
    fn write_uses(&self, pending: &[Pending]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut head = self.chain_end()?;
        let mut each = Vec::with_capacity(pending.len());
        for Pending { one, .. } in pending {
            // A connection that is not there any more; the statement alone is undone.
            let used = match self.touch_grant(one) {
                Err(StoreError::Unavailable(cause)) if is_constraint(&*cause) => Err(StoreError::Unavailable(cause)),
                touched => {
                    touched?;
                    head = self.insert_line(head.follow(one.entry.clone()))?;
                    Ok(())
                }
            };
            each.push(used);
        }
        self.move_chain_end(&head)?;
        Ok(each)
    }

    /// As `put_grant` would with nothing but another time. Times are whole seconds, so that most uses change no row.
    fn touch_grant(&self, one: &Use) -> Result<(), StoreError> {
        let sql = "INSERT INTO grants (connection, user, generation, granted, last_used) VALUES (?1, ?2, 0, '[]', ?3)
                   ON CONFLICT (connection, user) DO UPDATE SET last_used = excluded.last_used
                   WHERE last_used IS NOT excluded.last_used";
        self.run(sql, (one.connection.as_str(), &one.user, rfc3339(one.entry.at))).map(drop)
    }
}

fn is_constraint(cause: &(dyn std::error::Error + 'static)) -> bool {
    let code = cause.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    code == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// The same for everybody whom it concerns.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Newer { found, known } => StoreError::Newer { found: *found, known: *known },
        StoreError::ReadOnly => StoreError::ReadOnly,
        StoreError::Damaged { what } => StoreError::Damaged { what: what.clone() },
        StoreError::Unavailable(cause) => StoreError::Unavailable(cause.to_string().into()),
    }
}
