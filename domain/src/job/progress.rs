//! How far a job is: the one formula (G19), used by every list and page.

use super::plan::Phase;

/// How many tasks there are, and how many of them are done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Done tasks.
    pub done: u32,
    /// All tasks.
    pub total: u32,
}

impl Progress {
    /// Counts tasks, each told by whether it is done.
    pub fn of(tasks: impl IntoIterator<Item = bool>) -> Self {
        tasks.into_iter().fold(Self::default(), |counted, done| Self {
            done: counted.done + u32::from(done),
            total: counted.total + 1,
        })
    }

    /// The tasks of one phase.
    pub fn of_phase(tasks: impl IntoIterator<Item = (Phase, bool)>, phase: Phase) -> Self {
        Self::of(tasks.into_iter().filter(|(of, _)| *of == phase).map(|(_, done)| done))
    }

    /// `floor(100 × done / total)`; none where there is no task, since nothing is known then.
    pub fn percent(self) -> Option<u8> {
        let percent = (u64::from(self.done) * 100).checked_div(u64::from(self.total))?;
        u8::try_from(percent).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_is_told_when_all_is_done_and_not_before() {
        // G19
        let percent = |done, total| Progress { done, total }.percent();
        assert_eq!(percent(0, 0), None);
        assert_eq!((percent(0, 3), percent(1, 3), percent(2, 3)), (Some(0), Some(33), Some(66)));
        assert_eq!((percent(199, 200), percent(200, 200)), (Some(99), Some(100)));
        assert_eq!(percent(u32::MAX, u32::MAX), Some(100));
    }

    #[test]
    fn each_phase_counts_its_own_tasks() {
        let tasks = [(Phase::Planning, true), (Phase::Planning, false), (Phase::Closeout, true)];
        let of = |phase| Progress::of_phase(tasks, phase);
        assert_eq!(of(Phase::Planning), Progress { done: 1, total: 2 });
        assert_eq!(of(Phase::Execution), Progress::default());
        assert_eq!(of(Phase::Closeout).percent(), Some(100));
        assert_eq!(Progress::of(tasks.map(|(_, done)| done)).percent(), Some(66));
    }
}
