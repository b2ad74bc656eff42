//! The tables of docs/evidence.md.

use std::fmt::Write as _;

use super::Answer;
use super::draws::Null;

/// Everything that was counted, as Markdown.
pub(super) fn text(without: &[(Null, Vec<Answer>)], with: &[(usize, f64, Vec<Answer>)]) -> String {
    let mut text = String::from(
        "# Evidence\n\n\
         Made by `cargo xtask evidence`; not to be edited. Seeded draws, each given to `segctl select --as-is --algorithm \
         kmeans\n--k 1..10`.\n\n\
         ## Where there are no groups\n\n\
         200 to 5,000 rows and 2 to 20 features in turn. *No groups* is the share of draws for which the answer is 1. The \
         highest\nsilhouette never answers 1.\n\n\
         | kind | draws | select: no groups | gap: no groups |\n|---|---|---|---|\n",
    );
    for (kind, answers) in without {
        let (ours, gap) = (share(answers, |a| a.recommended == 1), share(answers, |a| a.gap == Some(1)));
        let _ = writeln!(text, "| {} | {} | {ours} | {gap} |", kind.title(), answers.len());
    }
    text.push_str(
        "\n## Where there are groups\n\n\
         600 rows, 5 features, round groups of unequal size; *distance* is that of the nearest two in standard deviations of \
         a\ngroup. Counted is the share of draws with the right number.\n\n\
         | groups | distance | draws | select | highest silhouette | gap | select: no groups |\n|---|---|---|---|---|---|---|\n",
    );
    for (k, distance, answers) in with {
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

fn share(answers: &[Answer], is_so: impl Fn(&Answer) -> bool) -> String {
    let n = answers.iter().filter(|answer| is_so(answer)).count();
    format!("{:.1} %", 100.0 * n as f64 / answers.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_by_row() {
        let answer = |recommended, gap| Answer { recommended, silhouette: Some(2), gap };
        let without = [(Null::Uniform, vec![answer(1, Some(1)), answer(3, None)])];
        let with = [(2, 5.0, vec![answer(2, Some(1)), answer(2, Some(2)), answer(1, None), answer(2, Some(2))])];
        let text = text(&without, &with);
        assert!(text.contains("| uniform in a box | 2 | 50.0 % | 50.0 % |"), "{text}");
        assert!(text.contains("| 2 | 5 | 4 | 75.0 % | 100.0 % | 50.0 % | 25.0 % |"), "{text}");
    }
}
