//! The transactions and savepoints that a session has open, and what waits for their ends.

/// What is called when what was done is committed.
type Hook = Box<dyn FnOnce()>;

/// How an open transaction ends when its closure returns `Ok`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It is committed.
    #[default]
    Commit,
    /// It is rolled back, and so it was meant.
    Rollback,
    /// It is rolled back, which is an error.
    RollbackOnly,
}

/// A transaction that its closure has committed, or tried to, before it returned.
#[derive(Debug)]
pub(crate) enum Ended {
    Committed,
    Failed { cause: Box<str> },
}

/// One open transaction or savepoint.
#[derive(Default)]
struct Level {
    ending: Ending,
    /// How many parts of it are running, one in the other.
    parts: usize,
    hooks: Vec<Hook>,
}

/// The open transactions and savepoints, the outermost first.
#[derive(Default)]
pub(crate) struct Levels {
    open: Vec<Level>,
    /// What waits for the next flush outside of any transaction.
    waiting: Vec<Hook>,
    /// What has come true.
    due: Vec<Hook>,
}

impl Levels {
    /// How many are open.
    pub(crate) const fn depth(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn begin(&mut self) {
        self.open.push(Level::default());
    }

    /// The innermost ended well.
    pub(crate) fn commit(&mut self) {
        let Some(Level { hooks, .. }) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(around) => around.hooks.extend(hooks),
            None => self.due.extend(hooks),
        }
    }

    /// The innermost was undone.
    pub(crate) fn rollback(&mut self) {
        self.open.pop();
    }

    /// How the innermost ends.
    pub(crate) fn ending(&self) -> Ending {
        self.open.last().map(|level| level.ending).unwrap_or_default()
    }

    /// Says how the innermost ends. What must not be committed stays so, and a part does not speak for the whole.
    pub(crate) fn set_ending(&mut self, ending: Ending) {
        if let Some(level) = self.open.last_mut().filter(|level| level.ending != Ending::RollbackOnly) {
            level.ending = if level.parts > 0 { Ending::RollbackOnly } else { ending };
        }
    }

    /// A part of the innermost begins.
    pub(crate) fn begin_part(&mut self) {
        if let Some(level) = self.open.last_mut() {
            level.parts += 1;
        }
    }

    /// It ended.
    pub(crate) fn end_part(&mut self) {
        if let Some(level) = self.open.last_mut() {
            level.parts = level.parts.saturating_sub(1);
        }
    }

    /// Whether a part of the innermost is running.
    pub(crate) fn is_part(&self) -> bool {
        self.open.last().is_some_and(|level| level.parts > 0)
    }

    /// Calls `hook` once what is being done now is committed.
    pub(crate) fn after_commit(&mut self, hook: Hook) {
        self.open.last_mut().map_or(&mut self.waiting, |level| &mut level.hooks).push(hook);
    }

    /// A flush outside of any transaction went through.
    pub(crate) fn flushed(&mut self) {
        if self.open.is_empty() {
            self.due.append(&mut self.waiting);
        }
    }

    /// What is pending was given up. A transaction is committed all the same, and with it what it wrote before.
    pub(crate) fn discard(&mut self) {
        if self.open.is_empty() {
            self.waiting.clear();
        }
    }

    /// How many hooks wait for the innermost transaction.
    pub(crate) fn hooks(&self) -> usize {
        self.open.last().map_or(&self.waiting, |level| &level.hooks).len()
    }

    /// Forgets those that were added since there were so many.
    pub(crate) fn forget_hooks(&mut self, since: usize) {
        self.open.last_mut().map_or(&mut self.waiting, |level| &mut level.hooks).truncate(since);
    }

    /// What has come true.
    pub(crate) fn take_due(&mut self) -> Vec<Hook> {
        std::mem::take(&mut self.due)
    }
}
