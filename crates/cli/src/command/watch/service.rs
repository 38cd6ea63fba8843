//! Messages of a watch to systemd, for a unit with `Type=notify`.

use std::sync::Arc;

use super::health::Health;

#[cfg(target_os = "linux")]
use sd_notify::NotifyState;

/// The connection to the service manager; without one, messages are dropped.
pub(super) struct Service {
    #[cfg(target_os = "linux")]
    status: String,
}

#[cfg(target_os = "linux")]
impl Service {
    /// Reports that the watch has started, and feeds the watchdog while the watch makes progress.
    pub(super) fn started(health: &Arc<Health>) -> std::io::Result<Self> {
        if let Some(time) = sd_notify::watchdog_enabled() {
            let (health, mut seen) = (Arc::clone(health), 0);
            let feeding = move || {
                loop {
                    if health.is_alive(&mut seen) {
                        send(&[NotifyState::Watchdog]);
                    }
                    std::thread::sleep(time / 3);
                }
            };
            std::thread::Builder::new().name("watchdog".to_owned()).spawn(feeding)?;
        }
        send(&[NotifyState::Ready]);
        Ok(Self { status: String::new() })
    }

    /// Reports a status that differs from the last one.
    pub(super) fn status(&mut self, status: String) {
        if status != self.status {
            send(&[NotifyState::Status(&status)]);
            self.status = status;
        }
    }

    /// Reports that the watch ends.
    pub(super) fn stopping(&self) {
        send(&[NotifyState::Stopping]);
    }
}

/// Sends a message. The manager notices a missing one itself, so an error is no reason to end.
#[cfg(target_os = "linux")]
fn send(state: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(state);
}

#[cfg(not(target_os = "linux"))]
impl Service {
    pub(super) fn started(_health: &Arc<Health>) -> std::io::Result<Self> {
        Ok(Self {})
    }

    pub(super) fn status(&mut self, _status: String) {}

    pub(super) fn stopping(&self) {}
}
