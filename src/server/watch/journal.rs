//! One line for each thing that happened, as text or as JSON.
//!
//! Why not a logging framework: those take any field from anywhere, the libraries' below included. Here an event is one of a
//! closed set and has no place for a body, a header, a query or a token. A thread of its own writes; where whoever reads is
//! too slow, lines are dropped and counted, and no request waits.

use crate::clock::{Clock, rfc3339};
use serde::Serialize;
use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, SystemTime};

/// Lines that may wait for being written.
const WAITING: usize = 4096;
/// How long the end waits for the last lines to be taken.
const LAST: Duration = Duration::from_secs(1);

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `2026-01-02T03:04:05Z info request id=… operation=…`
    Text,
    /// One JSON object.
    Json,
}

/// How much is written: this and what is graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Request {
        request_id: String,
        /// Of the OpenAPI document; `none` where it has no such path.
        operation: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        principal: Option<String>,
        /// The id of the token, which is no secret.
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        client: Option<IpAddr>,
        status: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        duration_us: u64,
    },
    Started {
        address: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        metrics: Option<String>,
        tls: bool,
    },
    /// It takes no more; what runs may end.
    Draining,
    Stopped {
        /// Whether everything ended by itself.
        whole: bool,
    },
    /// A try to deliver a webhook.
    Delivery { delivery: String, outcome: &'static str },
    Certificate {
        renewed: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A bug; its words are on standard error beside this.
    Panic { place: &'static str },
}

impl Event {
    fn level(&self) -> Level {
        match self {
            Event::Request { status: 500.., .. } => Level::Error,
            Event::Request { operation: "getHealth" | "getReadiness", .. } => Level::Debug,
            Event::Panic { .. } => Level::Error,
            Event::Certificate { renewed: false, .. } | Event::Stopped { whole: false } | Event::Delivery { outcome: "dead", .. } => {
                Level::Warn
            }
            Event::Request { .. }
            | Event::Started { .. }
            | Event::Draining
            | Event::Stopped { .. }
            | Event::Delivery { .. }
            | Event::Certificate { .. } => Level::Info,
        }
    }
}

/// Where events go. Cheap to hand on.
#[derive(Clone, Default)]
pub struct Journal(Option<Arc<Inside>>);

struct Inside {
    style: Style,
    level: Level,
    clock: Arc<dyn Clock>,
    lines: SyncSender<Line>,
    lost: AtomicU64,
}

enum Line {
    Text(String),
    /// Answered once everything before is written.
    Flush(SyncSender<()>),
}

impl Journal {
    /// Writes to a sink, by a thread that ends with the journal.
    pub fn new(style: Style, level: Level, clock: Arc<dyn Clock>, sink: Box<dyn Write + Send>) -> std::io::Result<Self> {
        let (lines, taken) = sync_channel(WAITING);
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || write(&taken, sink))?;
        Ok(Journal(Some(Arc::new(Inside { style, level, clock, lines, lost: AtomicU64::new(0) }))))
    }

    pub fn note(&self, event: &Event) {
        let Some(inside) = &self.0 else { return };
        let level = event.level();
        if level > inside.level {
            return;
        }
        let line = Line::Text(line(inside.style, inside.clock.now(), level, event));
        if let Err(TrySendError::Full(_)) = inside.lines.try_send(line) {
            inside.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that were dropped because nobody took them in time.
    pub fn lost(&self) -> u64 {
        self.0.as_ref().map_or(0, |inside| inside.lost.load(Ordering::Relaxed))
    }

    /// Waits a moment for what was noted to be written.
    pub fn flush(&self) {
        let Some(inside) = &self.0 else { return };
        let (done, is_done) = sync_channel(1);
        if inside.lines.try_send(Line::Flush(done)).is_ok() {
            // Whoever does not read by now does not get the rest.
            let _ = is_done.recv_timeout(LAST);
        }
    }
}

fn write(lines: &Receiver<Line>, mut sink: Box<dyn Write + Send>) {
    for line in lines {
        match line {
            // A closed stream loses its lines; the server goes on.
            Line::Text(text) => drop(sink.write_all(text.as_bytes())),
            Line::Flush(done) => {
                let _ = sink.flush();
                let _ = done.send(());
            }
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    time: String,
    level: Level,
    #[serde(flatten)]
    event: &'a Event,
}

fn line(style: Style, at: SystemTime, level: Level, event: &Event) -> String {
    let written = Written { time: rfc3339(at), level, event };
    let value = serde_json::to_value(&written).expect("an event has text keys only");
    match style {
        Style::Json => format!("{value}\n"),
        Style::Text => {
            let members = value.as_object().into_iter().flatten();
            let words = members.map(|(name, value)| match (name.as_str(), value.as_str()) {
                ("time" | "level" | "event", Some(text)) => text.to_owned(),
                (_, Some(text)) if is_plain(text) => format!("{name}={text}"),
                (_, _) => format!("{name}={value}"),
            });
            format!("{}\n", words.collect::<Vec<_>>().join(" "))
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|one| one.is_ascii_graphic() && one != b'"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nobody panics with it").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn noted(style: Style, level: Level, events: &[Event]) -> String {
        let kept = Kept::default();
        let journal = Journal::new(style, level, Arc::new(Fixed), Box::new(kept.clone())).expect("a thread");
        events.iter().for_each(|event| journal.note(event));
        journal.flush();
        let bytes = kept.0.lock().expect("nobody panics with it").clone();
        String::from_utf8(bytes).expect("text")
    }

    fn request(operation: &'static str, status: u16) -> Event {
        let principal = Some("zoe \"z\"\nlevel=error".to_owned());
        Event::Request { request_id: "r1".to_owned(), operation, principal, token: None, client: None, status, code: None, duration_us: 7 }
    }

    #[test]
    fn a_line_is_one_event_whatever_a_name_holds() {
        let json = noted(Style::Json, Level::Info, &[request("listServices", 200)]);
        let read: serde_json::Value = serde_json::from_str(&json).expect("one object");
        assert_eq!((&read["event"], &read["status"], &read["level"]), (&"request".into(), &200.into(), &"info".into()));
        let text = noted(Style::Text, Level::Info, &[request("listServices", 200)]);
        assert_eq!(
            text,
            "1970-01-01T00:00:00Z info request request_id=r1 operation=listServices principal=\"zoe \\\"z\\\"\\nlevel=error\" status=200 duration_us=7\n"
        );
    }

    #[test]
    fn a_level_leaves_out_what_is_less_grave() {
        let events = [request("listServices", 200), request("getHealth", 200), request("listServices", 503), Event::Draining];
        let count = |level| noted(Style::Json, level, &events).lines().count();
        assert_eq!((count(Level::Error), count(Level::Info), count(Level::Debug)), (1, 3, 4));
    }

    #[test]
    fn nobody_waits_for_a_reader_that_does_not_read() {
        struct Stuck;
        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                std::thread::sleep(Duration::from_secs(3600));
                Ok(0)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let journal = Journal::new(Style::Json, Level::Info, Arc::new(Fixed), Box::new(Stuck)).expect("a thread");
        (0..WAITING + 10).for_each(|_| journal.note(&Event::Draining));
        assert!(journal.lost() >= 9, "{}", journal.lost());
    }
}
