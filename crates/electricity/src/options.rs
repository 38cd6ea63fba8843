//! Options of reading electricity files.

use std::sync::Arc;

use flagflow_codec::{LineKind, ReadSettings, fault_of_line, reader_options};
use flagflow_frame::Line;

use crate::error::{ErrorKind, Fault};
use crate::item::{Electricity, Field, Flow, Layout};
use crate::profile::Profile;
use crate::record::RawRecord;

/// Returns the flow of a file by its first line: the flow that a header names, otherwise
/// [`Flow::D0350`], also for the header of another flow and for one that cannot be cut.
#[must_use]
pub fn recognise_flow(line: &[u8], layout: Layout) -> Flow {
    // headers are the same in every profile
    let profile = Profile::builtin(Flow::D0350);
    let raw = RawRecord::cut(line, profile.table(layout)).ok();
    let header = raw.filter(|raw| raw.kind() == LineKind::Header);
    let flow = header.and_then(|raw| Flow::of_header(raw.field(Field::FlowAndVersion)?));
    flow.unwrap_or(Flow::D0350)
}

/// Options of a [`Reader`](crate::Reader); by default layout and flow are recognised by the first
/// line, and the profiles are the built-in ones.
#[derive(Clone, Debug)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    flow: Option<Flow>,
    d0350: Arc<Profile>,
    d0351: Arc<Profile>,
    d0172: Arc<Profile>,
    settings: ReadSettings,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            layout: None,
            flow: None,
            d0350: Profile::builtin(Flow::D0350),
            d0351: Profile::builtin(Flow::D0351),
            d0172: Profile::builtin(Flow::D0172),
            settings: ReadSettings::default(),
        }
    }
}

reader_options!(ReaderOptions, Electricity, Layout);

impl ReaderOptions {
    /// Takes the file to be of this flow. A file that begins without a header is read as
    /// [`Layout::Zhv`] then.
    #[must_use]
    pub fn flow(mut self, flow: Flow) -> Self {
        self.flow = Some(flow);
        self
    }

    /// Reads files of the profile's flow by this profile rather than by the built-in one.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<Arc<Profile>>) -> Self {
        let profile = profile.into();
        match profile.flow() {
            Flow::D0350 => self.d0350 = profile,
            Flow::D0351 => self.d0351 = profile,
            Flow::D0172 => self.d0172 = profile,
        }
        self
    }

    /// Returns the profile that files of a flow are read by.
    #[must_use]
    pub fn profile_of(&self, flow: Flow) -> &Arc<Profile> {
        match flow {
            Flow::D0350 => &self.d0350,
            Flow::D0351 => &self.d0351,
            Flow::D0172 => &self.d0172,
        }
    }

    /// Returns layout and profile of a file, by its first line that has any text. Of a line past
    /// the limit nothing is read, so its flow is [`Flow::D0350`] unless one was chosen.
    ///
    /// # Errors
    ///
    /// `UnrecognisedLayout` for a line that is no header, when neither layout nor flow was chosen.
    pub fn recognise(&self, line: &Line<'_>) -> Result<(Layout, Arc<Profile>), Fault> {
        let recognised = self.layout.or_else(|| Layout::recognise(line.bytes));
        let layout = recognised
            .or(self.flow.map(|_| Layout::Zhv))
            .ok_or_else(|| fault_of_line(ErrorKind::UnrecognisedLayout, line))?;
        let flow = match (self.flow, line.oversize) {
            (Some(flow), _) => flow,
            (None, true) => Flow::D0350,
            (None, false) => recognise_flow(line.bytes, layout),
        };
        Ok((layout, self.profile_of(flow).clone()))
    }
}
