//! Where lines start and what stands first on them, so that every question about a place is answered in the same short time.

/// The lines of one text.
pub(super) struct Lines {
    starts: Vec<usize>,
    /// Of each line the first byte that is no blank; its end where there is none.
    firsts: Vec<usize>,
    ends: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let mut lines = Lines { starts: Vec::new(), firsts: Vec::new(), ends: Vec::new() };
        let mut start = 0;
        for line in text.split('\n') {
            lines.starts.push(start);
            lines.firsts.push(start + line.len() - line.trim_start_matches([' ', '\t']).len());
            lines.ends.push(start + line.len());
            start += line.len() + 1;
        }
        lines
    }

    /// The line (from 0) that holds a byte.
    pub(super) fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    pub(super) fn start(&self, line: usize) -> usize {
        self.starts.get(line).or(self.ends.last()).copied().unwrap_or(0)
    }

    pub(super) fn end(&self, line: usize) -> usize {
        self.ends.get(line).or(self.ends.last()).copied().unwrap_or(0)
    }

    /// Bytes between the start of the line and a place on it.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.start(self.of(at))
    }

    /// Whether nothing but blanks stands before a place on its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        self.firsts[self.of(at)] >= at
    }

    /// Whether an empty line stands above the line that a place is the first on.
    pub(super) fn blank_before(&self, at: usize) -> bool {
        let line = self.of(at);
        line > 0 && self.is_first(at) && self.firsts[line - 1] == self.ends[line - 1]
    }
}
