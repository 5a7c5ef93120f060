//! One apply of a project at a time: holds the project's lease while work is done, with a sign of life every so often. That
//! the lease was lost is told by the platform, which refuses the next write: see [`RemoteError::LeaseLost`].

use super::remote::RemoteError;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often the lease is asked for while the platform cannot be reached.
const TRIES: usize = 3;
/// Signs of life in the time that a lease is good for: two may be lost.
const BEATS: u32 = 3;

/// The leases of a platform, for one project.
pub trait Leases: Sync {
    /// Takes the lease and answers the fence that every write has to show. `claim` is the same for every try of one apply, so
    /// that asking again after a lost answer is answered with the same lease.
    fn take(&self, claim: &str, ttl: Duration) -> Result<u64, RemoteError>;

    /// Holds it for that long from now on.
    fn renew(&self, fence: u64, ttl: Duration) -> Result<(), RemoteError>;

    /// Gives it back.
    fn release(&self, fence: u64) -> Result<(), RemoteError>;
}

/// Does something under the lease, which is given back afterwards. That it cannot be given back is no failure: it runs out.
pub fn while_leased<T>(leases: &dyn Leases, claim: &str, ttl: Duration, work: impl FnOnce(u64) -> T) -> Result<T, RemoteError> {
    let fence = take(leases, claim, ttl)?;
    let (ended, is_ended) = channel::<()>();
    let result = std::thread::scope(|scope| {
        scope.spawn(move || {
            while is_ended.recv_timeout(ttl / BEATS) == Err(RecvTimeoutError::Timeout) {
                match leases.renew(fence, ttl) {
                    // Not reached: the next beat may be.
                    Ok(()) | Err(RemoteError::Unavailable(_)) => {}
                    // Nothing is left to keep alive, and the next write learns the same.
                    Err(_) => return,
                }
            }
        });
        let result = work(fence);
        drop(ended);
        result
    });
    let _ = leases.release(fence);
    Ok(result)
}

fn take(leases: &dyn Leases, claim: &str, ttl: Duration) -> Result<u64, RemoteError> {
    let mut tries = 1;
    loop {
        match leases.take(claim, ttl) {
            Err(RemoteError::Unavailable(_)) if tries < TRIES => tries += 1,
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    const TTL: Duration = Duration::from_millis(30);

    /// Writes down what it is asked for, and fails where a test says.
    #[derive(Default)]
    struct Told {
        asked: Mutex<Vec<String>>,
        unreachable: Mutex<usize>,
        lost: bool,
    }

    impl Told {
        fn tell(&self, what: String) -> Result<(), RemoteError> {
            self.asked.lock().expect("no test panics inside").push(what);
            let mut left = self.unreachable.lock().expect("no test panics inside");
            if *left == 0 {
                return Ok(());
            }
            *left -= 1;
            Err(RemoteError::Unavailable("gone".into()))
        }

        fn count(&self, what: &str) -> usize {
            self.asked.lock().expect("no test panics inside").iter().filter(|one| one.starts_with(what)).count()
        }
    }

    impl Leases for Told {
        fn take(&self, claim: &str, _ttl: Duration) -> Result<u64, RemoteError> {
            self.tell(format!("take {claim}")).map(|()| 7)
        }

        fn renew(&self, fence: u64, _ttl: Duration) -> Result<(), RemoteError> {
            self.tell(format!("renew {fence}"))?;
            if self.lost { Err(RemoteError::LeaseLost { project: "p".to_owned() }) } else { Ok(()) }
        }

        fn release(&self, fence: u64) -> Result<(), RemoteError> {
            self.tell(format!("release {fence}"))
        }
    }

    fn until(told: &Told, what: &str, count: usize) {
        while told.count(what) < count {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_shows_signs_of_life_while_the_work_lasts_and_gives_the_lease_back() {
        let told = Told::default();
        let fence = while_leased(&told, "c", TTL, |fence| {
            until(&told, "renew 7", 3);
            fence
        });
        assert_eq!(fence.expect("free"), 7);
        assert_eq!((told.count("take c"), told.count("release 7")), (1, 1));
        let beats = told.count("renew");
        std::thread::sleep(2 * TTL);
        assert_eq!(told.count("renew"), beats, "nothing beats after the end");
    }

    #[test]
    fn a_platform_that_is_away_for_a_moment_costs_nothing() {
        let told = Told { unreachable: Mutex::new(2), ..Told::default() };
        while_leased(&told, "c", TTL, |_| {
            *told.unreachable.lock().expect("no test panics inside") = 1;
            until(&told, "renew 7", 2);
        })
        .expect("reached at the third try");
        assert_eq!(told.count("take c"), 3);
        let away = Told { unreachable: Mutex::new(3), ..Told::default() };
        let never = while_leased(&away, "c", TTL, |_| panic!("no lease, no work"));
        assert!(matches!(never, Err(RemoteError::Unavailable(_))));
    }

    #[test]
    fn nothing_is_kept_alive_that_was_lost() {
        let told = Told { lost: true, ..Told::default() };
        while_leased(&told, "c", TTL, |_| std::thread::sleep(5 * TTL)).expect("taken");
        assert_eq!(told.count("renew"), 1);
    }
}
