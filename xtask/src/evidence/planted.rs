//! Groups that were planted.

use std::fmt::Write as _;

use super::draws::{PLANTED, planted};
use super::share;
use super::tool::{Answer, Tool};
use crate::error::XtaskError;

pub(super) fn section(n_draws: usize, tool: &Tool) -> Result<String, XtaskError> {
    let mut found = Vec::new();
    for (k, distance) in PLANTED {
        eprintln!("{k} groups at distance {distance}: {n_draws} draws");
        let answers = planted(k, distance, n_draws).map(|x| tool.select_drawn(&x)).collect::<Result<Vec<_>, _>>()?;
        found.push((k, distance, answers));
    }
    Ok(table(&found))
}

fn table(found: &[(usize, f64, Vec<Answer>)]) -> String {
    let mut text = String::from(
        "\n## Where there are groups\n\n\
         600 rows, 5 features, round groups of unequal size; *distance* is that of the nearest two in standard deviations of \
         a\ngroup. Counted is the share of draws with the right number, asked as above.\n\n\
         | groups | distance | draws | select | highest silhouette | gap | select: no groups |\n|---|---|---|---|---|---|---|\n",
    );
    for (k, distance, answers) in found {
        let _ = writeln!(
            text,
            "| {k} | {distance} | {} | {} | {} | {} | {} |",
            answers.len(),
            share(answers, |a| a.recommended == *k),
            share(answers, |a| a.silhouette == Some(*k)),
            share(answers, |a| a.gap == Some(*k)),
            share(answers, |a| a.recommended == 1),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_by_row() {
        let answer = |recommended, gap| Answer { recommended, algorithm: String::new(), silhouette: Some(2), gap };
        let answers = vec![answer(2, Some(1)), answer(2, Some(2)), answer(1, None), answer(2, Some(2))];
        let text = table(&[(2, 5.0, answers)]);
        assert!(text.contains("| 2 | 5 | 4 | 75.0 % | 100.0 % | 50.0 % | 25.0 % |"), "{text}");
    }
}
