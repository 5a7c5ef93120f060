//! Work on several files at once.

use std::sync::Mutex;

/// How many threads work on the files of a project.
const THREADS: usize = 2;

/// Does the same to every item and gives the results in order.
pub(super) fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    let count = items.len();
    let queue = Mutex::new(items.into_iter().enumerate());
    let take = || queue.lock().ok().and_then(|mut queue| queue.next());
    let run = || {
        let mut done = Vec::new();
        while let Some((at, item)) = take() {
            done.push((at, work(item)));
        }
        done
    };
    let mut results: Vec<Option<R>> = (0..count).map(|_| None).collect();
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..THREADS).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        for (at, result) in done {
            results[at] = Some(result);
        }
    });
    results.into_iter().map(|result| result.expect("every item is taken from the queue once")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_their_items() {
        let doubled = super::in_parallel((0..1000).collect(), |n: u32| n * 2);
        assert_eq!(doubled, (0..1000).map(|n| n * 2).collect::<Vec<u32>>());
    }
}
