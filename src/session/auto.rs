//! The flush that a session does by itself, before a statement that may read what is pending.

use super::FlushMode;
use super::core::Core;
use crate::backend::Backend;
use crate::error::Result;

impl<B: Backend> Core<B> {
    /// Flushes before a statement if the mode says so: its own mode, or the session's.
    ///
    /// In `Auto`, being wrong may only ever mean one flush too many: a table is looked for in the whole text.
    pub(crate) fn flush_before(
        &mut self,
        mode: Option<FlushMode>,
        text: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        match mode.unwrap_or(self.flush_mode) {
            FlushMode::Commit => Ok(()),
            FlushMode::Always => self.flush(),
            FlushMode::Auto => {
                if !self.map.iter_mut().any(|store| store.has_pending() && store.has_tracked_changes()) {
                    return Ok(());
                }
                let text = text()?.to_ascii_lowercase();
                let reads_changes = self.map.iter_mut().any(|store| {
                    store.has_pending() && store.has_tracked_changes() && store.occurs_in(&text)
                });
                if reads_changes { self.flush() } else { Ok(()) }
            }
        }
    }
}
