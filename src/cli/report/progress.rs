//! An apply while it runs: a bar on a terminal, a line a step elsewhere.

use super::Look;
use super::page::{Page, Tone};
use crate::apply::{Because, Event, Outcome, Task};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;

/// Follows the events of one apply.
pub(crate) struct Progress<'w> {
    out: &'w mut dyn Write,
    look: Look,
    bar: Option<ProgressBar>,
    quiet: bool,
}

impl<'w> Progress<'w> {
    /// With `terminal`, a bar over `steps`; otherwise a line for each.
    pub(crate) fn new(out: &'w mut dyn Write, look: Look, terminal: bool, quiet: bool, steps: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {wide_msg}").expect("the template is one that the library knows");
        let bar = (terminal && !quiet).then(|| ProgressBar::new(steps as u64).with_style(style));
        Progress { out, look, bar, quiet }
    }

    pub(crate) fn tell(&mut self, event: &Event) {
        let (task, tone, word, detail) = match event {
            Event::Started(task) => {
                if let Some(bar) = &self.bar {
                    bar.set_message(super::page::visible(&format!("{} {}", task.action.word(), task.address)).into_owned());
                }
                return;
            }
            Event::Retried { task, again } => {
                (task, Tone::Caution, "again", format!("the platform could not be reached, try {}", again + 1))
            }
            Event::Done { task, outcome } => (task, Tone::Good, "done", outcome_words(*outcome)),
            Event::Failed { task, message } => (task, Tone::Bad, "failed", message.clone()),
            Event::NotAttempted { task, because } => (task, Tone::Quiet, "skipped", because_words(because)),
        };
        let is_end = !matches!(event, Event::Retried { .. });
        let is_trouble = !matches!(event, Event::Done { .. });
        let line = self.line(task, tone, word, &detail);
        match &self.bar {
            Some(bar) => {
                if is_trouble {
                    bar.println(line.trim_end());
                }
                bar.inc(is_end.into());
            }
            None if self.quiet && !is_trouble => {}
            // Nobody is left to tell when the stream is closed; the work goes on.
            None => drop(self.out.write_all(line.as_bytes())),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, task: &Task, tone: Tone, word: &str, detail: &str) -> String {
        let mut page = Page::new(self.look.colour);
        page.say("  ").cell(tone, word, 8).cell(Tone::Plain, task.action.word(), 10).say(&task.address.to_string());
        if !detail.is_empty() {
            page.put(Tone::Quiet, &format!("  {detail}"));
        }
        page.end();
        page.into_text()
    }
}

fn outcome_words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done => String::new(),
        Outcome::Connection(state) => state.words().to_owned(),
        Outcome::Webhook(crate::resource::WebhookState::Blocked) => "blocked until its connection is connected".to_owned(),
        Outcome::Webhook(_) => String::new(),
    }
}

pub(super) fn because_words(because: &Because) -> String {
    match because {
        Because::Failed(step) => format!("it waits for {}, which failed", step.0),
        Because::Cancelled => "interrupted".to_owned(),
        Because::LeaseLost => "the lease was lost".to_owned(),
    }
}
