//! The thread on which exchanges run: one for all, started with the first one. Who asks waits on a thread of its own.

use super::UpstreamError;
use std::sync::{OnceLock, mpsc};
use tokio::runtime::{Builder, Runtime};

/// Started when they are first needed: most commands never are.
#[derive(Default)]
pub(super) struct Thread(OnceLock<Runtime>);

impl Thread {
    /// Runs an exchange to its end. One hop there and one back, however often the exchange waits.
    pub(super) fn run<T: Send + 'static>(
        &self,
        exchange: impl Future<Output = Result<T, UpstreamError>> + Send + 'static,
    ) -> Result<T, UpstreamError> {
        let (done, is_done) = mpsc::sync_channel(1);
        self.get()?.spawn(async move {
            // Whoever asked waits for it.
            let _ = done.send(exchange.await);
        });
        is_done.recv().unwrap_or_else(|_| Err(UpstreamError::MayHaveBeenSent("the exchange failed".to_owned())))
    }

    fn get(&self) -> Result<&Runtime, UpstreamError> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime);
        }
        // They wait and hardly work; several threads would pass them to and fro.
        let started = Builder::new_multi_thread().worker_threads(1).thread_name("upstream").enable_all().build();
        let started = started.map_err(|error| UpstreamError::Setup(error.to_string()))?;
        Ok(self.0.get_or_init(|| started))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // Also where a task of another runtime lets go of it last; waiting is not allowed there.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
