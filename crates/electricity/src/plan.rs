//! Profiles as plans: the items of the update group made ready for [`flagflow_rows`], which
//! takes whole buffers of perfect lines at once.

use std::sync::{Arc, OnceLock};

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_frame::{LineEnd, split_line};
use flagflow_rows::{Backend, CheckDigits, RowColumns, RowDecoder, Segment};

use crate::item::{Field, Flow, ItemSpec, Layout};
use crate::profile::Profile;
use crate::record::{D0350, Update};

/// How updates of one profile, layout and line end are taken from a buffer many at a time.
///
/// Not every profile has one: a plan has room for one number of varying width and for no text of
/// varying width. A D0351 always has such a text, its reason, so it has no plan, nor has a D0350 whose
/// update group has further items in the zhv layout, or is wider than a plan can be. Not every line of
/// an update fits a plan either. All these are read line by line, by
/// [`read_update`](crate::read_update) and its definition, with the same result.
///
/// ```
/// use flagflow_electricity::{Flow, Layout, Profile, RowPlan};
/// use flagflow_rows::RowColumns;
///
/// let rows = b"X02|1|DC01|1013044353630|A|20211105|\nX02|2|DC01|1013044353630|N|20211106|\n";
/// let profile = Profile::builtin(Flow::D0350);
/// let plan = RowPlan::of_line(rows, Layout::Zhv, &profile).ok_or("no plan")?;
/// let mut columns = RowColumns::with_capacity(16);
/// assert_eq!(plan.decode(rows, &mut columns), 2);
/// assert_eq!(plan.instruction_numbers(&columns), [1, 2]);
/// assert_eq!(plan.points(&columns), [1_013_044_353_630; 2]);
/// assert_eq!(plan.flags(&columns), b"AN");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct RowPlan {
    layout: Layout,
    line_end: LineEnd,
    /// What its lines begin with.
    code: String,
    parts: Vec<Segment>,
    plan: RowDecoder,
    /// Which column of numbers the instruction numbers are; the MPAN cores are the other.
    instruction_numbers: usize,
}

/// Plans of the same lines are the same.
impl PartialEq for RowPlan {
    fn eq(&self, other: &Self) -> bool {
        (self.layout, self.line_end, &self.parts) == (other.layout, other.line_end, &other.parts)
    }
}

impl Eq for RowPlan {}

/// Which plan is wanted for lines: [`RowPlan::decode_next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoding {
    /// The layout of the lines.
    pub layout: Layout,
    /// Which code runs the plan.
    pub backend: Backend,
    /// Whether rows whose MPAN core has not its check digit are
    /// [marked](flagflow_rows::MARK_CHECK_DIGITS), which takes time.
    pub check_digits: bool,
}

impl Decoding {
    const SETS: usize = 2 * Backend::ALL.len();

    /// Which of a profile's sets of plans.
    fn set(self) -> usize {
        let backend = Backend::ALL.iter().position(|it| *it == self.backend).unwrap_or(0);
        2 * backend + usize::from(self.check_digits)
    }
}

/// A profile's plans for each backend, with check digits and without, made when they are first asked
/// for.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowPlans([OnceLock<Vec<Arc<RowPlan>>>; Decoding::SETS]);

/// They say nothing that the rest of the profile does not say.
impl PartialEq for RowPlans {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for RowPlans {}

impl RowPlan {
    /// The plan of lines like the first one of `bytes`, which has its end there.
    #[must_use]
    pub fn of_line<'p>(
        bytes: &[u8],
        layout: Layout,
        profile: &'p Profile,
    ) -> Option<&'p Arc<Self>> {
        let how = Decoding { layout, backend: Backend::best(), check_digits: true };
        Self::find(bytes, how, profile)
    }

    fn find<'p>(bytes: &[u8], how: Decoding, profile: &'p Profile) -> Option<&'p Arc<Self>> {
        let plans = Self::of(profile, how);
        let longest = plans.iter().map(|it| it.plan.longest()).max()?;
        let (_, line_end, _) = split_line(&bytes[..bytes.len().min(longest)])?;
        let mut plans = plans.iter();
        plans
            .find(|it| (it.layout, it.line_end) == (how.layout, line_end))
            .filter(|plan| bytes.starts_with(plan.code.as_bytes()))
    }

    /// The plans of a profile for a backend, of all layouts.
    fn of(profile: &Profile, how: Decoding) -> &[Arc<Self>] {
        let RowPlans(sets) = profile.rows();
        let make = || {
            let plans = Self::all(profile, how.backend, how.check_digits);
            plans.into_iter().map(Arc::new).collect()
        };
        sets[how.set()].get_or_init(make)
    }

    /// Every plan of a profile, run by a backend of your choice, marking wrong check digits or not,
    /// for tests and measurements.
    #[must_use]
    pub fn all(profile: &Profile, backend: Backend, check_digits: bool) -> Vec<Self> {
        let mut plans = Vec::new();
        for layout in Layout::ALL.into_iter().filter(|_| profile.flow() == Flow::D0350) {
            for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                plans.extend(compile(profile, (layout, line_end), backend, check_digits));
            }
        }
        plans
    }

    /// The bytes of the longest line of any plan of a profile, its end among them; `None` where
    /// there is no plan.
    #[must_use]
    pub fn longest(profile: &Profile) -> Option<usize> {
        let (layout, backend) = (Layout::Zhv, Backend::best());
        let plans = Self::of(profile, Decoding { layout, backend, check_digits: true });
        plans.iter().map(|it| it.plan.longest()).max()
    }

    /// The layout of its lines.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The end of its lines.
    #[must_use]
    pub const fn line_end(&self) -> LineEnd {
        self.line_end
    }

    /// Takes rows from the beginning of `bytes` and adds them to `columns`: see [`RowDecoder::decode`].
    #[inline]
    pub fn decode(&self, bytes: &[u8], columns: &mut RowColumns) -> usize {
        self.plan.decode(bytes, columns)
    }

    /// Takes rows by the plan of the lines before, or else by that of the next line for the same
    /// backend, which becomes the plan.
    #[inline]
    pub fn decode_next(
        plan: &mut Option<Arc<Self>>,
        how: Decoding,
        profile: &Profile,
        bytes: &[u8],
        columns: &mut RowColumns,
    ) -> usize {
        let rows = plan.as_ref().map_or(0, |plan| plan.decode(bytes, columns));
        if rows > 0 {
            return rows;
        }
        *plan = Self::find(bytes, how, profile).cloned();
        plan.as_ref().map_or(0, |plan| plan.decode(bytes, columns))
    }

    /// The column of instruction numbers.
    #[must_use]
    pub fn instruction_numbers<'c>(&self, columns: &'c RowColumns) -> &'c [u64] {
        columns.numbers(self.instruction_numbers)
    }

    /// The column of MPAN cores.
    #[must_use]
    pub fn points<'c>(&self, columns: &'c RowColumns) -> &'c [u64] {
        columns.numbers(1 - self.instruction_numbers)
    }

    /// The column of flags, as letters.
    #[must_use]
    pub fn flags<'c>(&self, columns: &'c RowColumns) -> &'c [u8] {
        columns.letters(0)
    }

    /// The record of a perfect row; `None` where the row is not.
    #[must_use]
    #[inline]
    pub fn update(&self, columns: &RowColumns, row: usize) -> Option<Update> {
        let number = self.instruction_numbers(columns)[row];
        let mpan = MpanCore::new(self.points(columns)[row]).ok()?;
        let flag = ServiceFlag::from_byte(self.flags(columns)[row])?;
        let date = EffectiveDate::from_packed(columns.dates()[row]).ok()?;
        D0350::new(number, mpan, flag, date).ok().map(Update::D0350)
    }
}

fn compile(
    profile: &Profile,
    (layout, line_end): (Layout, LineEnd),
    backend: Backend,
    check_digits: bool,
) -> Option<RowPlan> {
    let group = profile.update_group();
    let parts = parts(profile, (layout, line_end), check_digits)?;
    let plan = RowDecoder::on(&parts, backend)?;
    let place = |field| group.items().iter().position(|item| item.field == field);
    let is_second = place(Field::InstructionNumber) > place(Field::MpanCore);
    let (code, instruction_numbers) = (group.code().to_owned(), usize::from(is_second));
    Some(RowPlan { layout, line_end, code, parts, plan, instruction_numbers })
}

/// An update's line, as the profile has it; `None` where a plan cannot hold it.
fn parts(
    profile: &Profile,
    (layout, line_end): (Layout, LineEnd),
    check_digits: bool,
) -> Option<Vec<Segment>> {
    let bar = (layout == Layout::Zhv).then(|| Segment::literal(b"|"));
    let mut parts = vec![Segment::literal(profile.update_group().code().as_bytes())];
    parts.extend(bar.clone());
    for item in profile.update_group().items() {
        match item.field {
            Field::MpanCore => parts.push(mpan_core(item, check_digits)),
            _ => push_item(&mut parts, item, layout, profile.instruction_type())?,
        }
        parts.extend(bar.clone());
    }
    parts.push(Segment::literal(line_end.as_bytes()));
    Some(parts)
}

fn mpan_core(item: &ItemSpec, check_digits: bool) -> Segment {
    let check = CheckDigits { weights: &MpanCore::CHECK_WEIGHTS, digits: 1 };
    Segment::Number { least: item.most, most: item.most, check: check_digits.then_some(check) }
}

/// Adds an item; `None` where its width varies and only the instruction number's may.
fn push_item(
    parts: &mut Vec<Segment>,
    item: &ItemSpec,
    layout: Layout,
    instruction_type: &str,
) -> Option<()> {
    match item.field {
        Field::InstructionNumber => push_instruction_number(parts, item.most, layout),
        Field::InstructionType => {
            let width = if layout == Layout::Zhf { item.most } else { 0 };
            parts.push(Segment::Literal(format!("{instruction_type:width$}").into_bytes()));
        }
        Field::DccServiceFlag => {
            parts.push(Segment::Letter(ServiceFlag::ALL.map(ServiceFlag::as_byte).to_vec()));
        }
        Field::EffectiveFromDate => parts.push(Segment::Date),
        _ if layout == Layout::Zhv => return None,
        Field::FileSequenceNumber => parts.push(Segment::Digits(item.most)),
        _ => parts.push(Segment::Text(item.most)),
    }
    Some(())
}

/// The most digits of a number in a plan.
const MOST_DIGITS: usize = 16;

/// Longer numbers than a plan has room for are left to the definition.
fn push_instruction_number(parts: &mut Vec<Segment>, most: usize, layout: Layout) {
    let digits = most.min(MOST_DIGITS);
    match layout {
        Layout::Zhv => parts.push(Segment::Number { least: 1, most: digits, check: None }),
        Layout::Zhf => {
            parts.push(Segment::Literal(vec![b'0'; most - digits]));
            parts.push(Segment::number(digits));
        }
    }
}
