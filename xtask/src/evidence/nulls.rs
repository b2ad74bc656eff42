//! Data without groups.

use std::fmt::Write as _;

use super::draws::{Null, nulls};
use super::share;
use super::tool::{Answer, Tool};
use crate::error::XtaskError;

pub(super) fn section(n_draws: usize, tool: &Tool) -> Result<String, XtaskError> {
    let mut found = Vec::new();
    for kind in Null::ALL {
        eprintln!("{}: {n_draws} draws without groups", kind.title());
        found.push((kind, nulls(kind, n_draws).map(|x| tool.select_drawn(&x)).collect::<Result<Vec<_>, _>>()?));
    }
    Ok(table(&found))
}

fn table(found: &[(Null, Vec<Answer>)]) -> String {
    let mut text = String::from(
        "\n## Where there are no groups\n\n\
         200 to 5,000 rows and 2 to 20 features in turn, each table given to `segctl select --as-is --algorithm kmeans --k \
         1..10`.\n*No groups* is the share of draws for which the answer is 1. The highest silhouette never answers 1.\n\n\
         | kind | draws | select: no groups | gap: no groups |\n|---|---|---|---|\n",
    );
    for (kind, answers) in found {
        let (ours, gap) = (share(answers, |a| a.recommended == 1), share(answers, |a| a.gap == Some(1)));
        let _ = writeln!(text, "| {} | {} | {ours} | {gap} |", kind.title(), answers.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_by_kind() {
        let answer = |recommended, gap| Answer { recommended, algorithm: String::new(), silhouette: Some(2), gap };
        let text = table(&[(Null::Uniform, vec![answer(1, Some(1)), answer(3, None)])]);
        assert!(text.contains("| uniform in a box | 2 | 50.0 % | 50.0 % |"), "{text}");
    }
}
