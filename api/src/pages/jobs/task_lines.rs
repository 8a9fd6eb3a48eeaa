//! A template's tasks as people type them: a text a phase, a line a task. What somebody settles
//! begins with `approval:` or `selection:`.

use crate::endpoints::job_setup::TemplateTaskBody;
use crate::pages::form::Form;
use domain::job::{Phase, TaskKind};
use projections::job_setup::TemplateTaskEntry;

/// The field of a phase's tasks.
pub(super) fn field(phase: Phase) -> String {
    format!("{}_tasks", phase.word())
}

/// What is typed for the tasks of a phase.
pub(super) fn written(tasks: &[TemplateTaskEntry], phase: Phase) -> String {
    let of_phase = tasks.iter().filter(|task| task.phase == phase);
    of_phase.map(line).collect::<Vec<_>>().join("\n")
}

fn line(task: &TemplateTaskEntry) -> String {
    // A title that reads like a kind is told apart from one.
    if task.kind == TaskKind::Task
        && read(&task.title).0 == TaskKind::Task
        && read(&task.title).1 == task.title
    {
        return task.title.clone();
    }
    format!("{}: {}", task.kind.word(), task.title)
}

/// The kind and the title on a line.
fn read(line: &str) -> (TaskKind, &str) {
    let found = line.split_once(':').and_then(|(word, title)| {
        let kind = TaskKind::parse(&word.trim().to_lowercase()).ok()?;
        Some((kind, title.trim()))
    });
    found.unwrap_or((TaskKind::Task, line))
}

/// The tasks of a form. `before` says in which order the phases were mixed: it stays so where the
/// tasks of each phase are the same.
pub(super) fn typed(form: &Form, before: &[TemplateTaskEntry]) -> Vec<TemplateTaskBody> {
    let is_same =
        Phase::ALL.iter().all(|phase| form.text(&field(*phase)).trim() == written(before, *phase));
    if is_same {
        let body = |task: &TemplateTaskEntry| body(task.title.clone(), task.kind, task.phase);
        return before.iter().map(body).collect();
    }
    let mut tasks = Vec::new();
    for phase in Phase::ALL {
        for line in super::setup::lines(form.text(&field(*phase))) {
            let (kind, title) = read(&line);
            tasks.push(body(title.to_owned(), kind, *phase));
        }
    }
    tasks
}

fn body(title: String, kind: TaskKind, phase: Phase) -> TemplateTaskBody {
    TemplateTaskBody { title, kind: Some(kind.word().to_owned()), phase: phase.word().to_owned() }
}

/// Which line of which phase's text the task at this place of the list is.
pub(super) fn place(tasks: &[TemplateTaskBody], index: usize) -> Option<(Phase, usize)> {
    let task = tasks.get(index)?;
    let phase = Phase::parse(&task.phase).ok()?;
    let before = tasks.iter().take(index).filter(|other| other.phase == task.phase).count();
    Some((phase, before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(title: &str, kind: TaskKind, phase: Phase) -> TemplateTaskEntry {
        TemplateTaskEntry { title: title.to_owned(), kind, phase }
    }

    #[test]
    fn what_is_written_reads_back() {
        let tasks = [
            task("Pour the slab", TaskKind::Task, Phase::Execution),
            task("Choose the tiles: kitchen", TaskKind::Selection, Phase::Execution),
            task("Approval: by the city", TaskKind::Task, Phase::Execution),
            task("Task: force", TaskKind::Task, Phase::Execution),
            task("Note: wet", TaskKind::Task, Phase::Execution),
        ];
        let text = written(&tasks, Phase::Execution);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "Pour the slab",
                "selection: Choose the tiles: kitchen",
                "task: Approval: by the city",
                "task: Task: force",
                "Note: wet"
            ]
        );
        let back: Vec<_> = text.lines().map(read).collect();
        let wanted: Vec<_> = tasks.iter().map(|task| (task.kind, &*task.title)).collect();
        assert_eq!(back, wanted);
    }

    #[test]
    fn a_task_is_found_on_the_line_of_its_phase() {
        let tasks = [Phase::Planning, Phase::Execution, Phase::Planning]
            .map(|phase| body("x".to_owned(), TaskKind::Task, phase));
        assert_eq!(place(&tasks, 2), Some((Phase::Planning, 1)));
        assert_eq!(place(&tasks, 1), Some((Phase::Execution, 0)));
        assert_eq!(place(&tasks, 3), None);
    }
}
