//! What became of segments, by the customers that they share.

use serde::Serialize;

/// A segment goes on where more than this share of it does.
const MOST: f64 = 0.5;

/// A part of a segment is at least this share of it.
const PART: f64 = 0.2;

/// How many customers the segments of two tables share, and how many each has in all.
#[derive(Debug, Clone)]
pub(crate) struct Overlap {
    shared: Vec<Vec<u64>>,
    first: Vec<u64>,
    second: Vec<u64>,
}

impl Overlap {
    pub(crate) fn new(n_first: usize, n_second: usize) -> Self {
        Self { shared: vec![vec![0; n_second]; n_first], first: vec![0; n_first], second: vec![0; n_second] }
    }

    /// Counts a customer by the segments it has in either table.
    pub(crate) fn add(&mut self, first: Option<usize>, second: Option<usize>) {
        first.into_iter().for_each(|a| self.first[a] += 1);
        second.into_iter().for_each(|b| self.second[b] += 1);
        if let (Some(a), Some(b)) = (first, second) {
            self.shared[a][b] += 1;
        }
    }

    /// The share of segment `a` of the first table that is in segment `b` of the second, of those who are in any.
    fn of_first(&self, a: usize, b: usize) -> f64 {
        self.shared[a][b] as f64 / self.shared[a].iter().sum::<u64>().max(1) as f64
    }

    /// The share of segment `b` of the second table that was in segment `a` of the first, of those who were in any.
    fn of_second(&self, a: usize, b: usize) -> f64 {
        self.shared[a][b] as f64 / self.shared.iter().map(|shared| shared[b]).sum::<u64>().max(1) as f64
    }

    /// The parts that a segment of the first table fell into: segments of the second that are each a good part of
    /// it, and mostly come from it.
    fn parts(&self, a: usize) -> Vec<usize> {
        let is_part = |&b: &usize| self.of_first(a, b) >= PART && self.of_second(a, b) > MOST;
        (0..self.second.len()).filter(is_part).collect()
    }

    /// The segment of the second table in which most of a segment of the first is.
    fn heir(&self, a: usize) -> Option<usize> {
        (0..self.second.len()).find(|&b| self.of_first(a, b) > MOST)
    }

    /// The segments of the first table of which most is in a segment of the second.
    fn sources(&self, b: usize) -> Vec<usize> {
        (0..self.first.len()).filter(|&a| self.heir(a) == Some(b)).collect()
    }

    fn fate(&self, a: usize) -> (Fate, Vec<usize>) {
        let parts = self.parts(a);
        if parts.len() > 1 {
            return (Fate::Split, parts);
        }
        match self.heir(a) {
            Some(b) if self.sources(b).len() > 1 => (Fate::Merged, vec![b]),
            Some(b) => (Fate::Kept, vec![b]),
            None => (Fate::Dissolved, Vec::new()),
        }
    }
}

/// What became of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// More than half of it, of the customers who are still there, is in one segment, to which no other went.
    Kept,
    /// Two or more segments each hold a fifth of it, and mostly come from it.
    Split,
    /// More than half of it is in one segment, and so is more than half of another.
    Merged,
    /// It is nowhere: no segment holds half of it, and it fell into no parts.
    Dissolved,
}

/// A segment of the first table, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentFate {
    /// Its label.
    pub segment: String,
    /// What became of it.
    pub fate: Fate,
    /// The labels of the segments of the second table where it is now.
    pub into: Vec<String>,
    /// The share of its remaining customers who are there.
    pub share: f64,
}

impl SegmentFate {
    /// What became of it, in a sentence.
    ///
    /// ```
    /// use segctl_segmentation::{Fate, SegmentFate};
    /// let fate =
    ///     SegmentFate { segment: "3".to_owned(), fate: Fate::Kept, into: vec!["0".to_owned()], share: 0.9 };
    /// assert_eq!(fate.sentence(), "segment 3 goes on as 0, with 90.0 % of its remaining customers");
    /// ```
    pub fn sentence(&self) -> String {
        let (segment, into, share) = (&self.segment, self.into.join(", "), self.share * 100.0);
        match self.fate {
            Fate::Kept => format!("segment {segment} goes on as {into}, with {share:.1} % of its remaining customers"),
            Fate::Split => {
                format!("segment {segment} split into {into}, which have {share:.1} % of its remaining customers")
            }
            Fate::Merged => {
                format!("segment {segment} merged into {into}, with {share:.1} % of its remaining customers")
            }
            Fate::Dissolved => format!("segment {segment} dissolved: no segment has half of its remaining customers"),
        }
    }
}

impl Birth {
    /// Where it came from, in a sentence.
    ///
    /// ```
    /// use segctl_segmentation::Birth;
    /// let birth = Birth { segment: "4".to_owned(), size: 20, share_new: 0.25 };
    /// assert_eq!(birth.sentence(), "segment 4 is new: 20 customers, 25.0 % of whom were in no segment before");
    /// ```
    pub fn sentence(&self) -> String {
        let (size, share) = (self.size, self.share_new * 100.0);
        format!("segment {} is new: {size} customers, {share:.1} % of whom were in no segment before", self.segment)
    }
}

/// A segment of the second table that came from none of the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Birth {
    /// Its label.
    pub segment: String,
    /// Its customers.
    pub size: u64,
    /// The share of them who were in no segment of the first table, or not in it at all.
    pub share_new: f64,
}

pub(super) fn fates(overlap: &Overlap, first: &[String], second: &[String]) -> Vec<SegmentFate> {
    let of = |a: usize| {
        let (fate, into) = overlap.fate(a);
        SegmentFate {
            segment: first[a].clone(),
            fate,
            share: into.iter().map(|&b| overlap.of_first(a, b)).sum(),
            into: into.into_iter().map(|b| second[b].clone()).collect(),
        }
    };
    (0..first.len()).map(of).collect()
}

pub(super) fn births(overlap: &Overlap, second: &[String]) -> Vec<Birth> {
    let mut has_origin = vec![false; second.len()];
    (0..overlap.first.len()).flat_map(|a| overlap.fate(a).1).for_each(|b| has_origin[b] = true);
    let of = |b: usize| {
        let known: u64 = overlap.shared.iter().map(|shared| shared[b]).sum();
        let size = overlap.second[b];
        Birth { segment: second[b].clone(), size, share_new: (size - known) as f64 / size.max(1) as f64 }
    };
    (0..second.len()).filter(|&b| !has_origin[b]).map(of).collect()
}

/// For each segment of the second table the one of the first that goes on in it: the only one that was kept, or
/// the one that gives it most where several merged or one was split.
pub(crate) fn carried(overlap: &Overlap) -> Vec<Option<usize>> {
    let mut taken = vec![false; overlap.first.len()];
    let mut pairs: Vec<(usize, usize)> =
        (0..overlap.first.len()).flat_map(|a| overlap.fate(a).1.into_iter().map(move |b| (a, b))).collect();
    pairs.sort_by_key(|&(a, b)| (std::cmp::Reverse(overlap.shared[a][b]), a, b));
    let mut from = vec![None; overlap.second.len()];
    for (a, b) in pairs {
        if !taken[a] && from[b].is_none() {
            (taken[a], from[b]) = (true, Some(a));
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customers by their labels in both tables; `None` for one who is not there.
    type Group = (Option<usize>, Option<usize>, u64);

    fn overlap(groups: &[Group]) -> Overlap {
        let most = |of: fn(&Group) -> Option<usize>| groups.iter().filter_map(of).max().map_or(0, |label| label + 1);
        let mut overlap = Overlap::new(most(|group| group.0), most(|group| group.1));
        for &(a, b, n) in groups {
            (0..n).for_each(|_| overlap.add(a, b));
        }
        overlap
    }

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    fn told(overlap: &Overlap) -> Vec<(Fate, Vec<String>)> {
        let found = fates(overlap, &names(overlap.first.len()), &names(overlap.second.len()));
        found.into_iter().map(|fate| (fate.fate, fate.into)).collect()
    }

    #[test]
    fn permuted_labels_are_the_same_segments() {
        let found = overlap(&[(Some(0), Some(2), 50), (Some(1), Some(0), 30), (Some(2), Some(1), 20)]);
        let kept = |b: &str| (Fate::Kept, vec![b.to_owned()]);
        assert_eq!(told(&found), [kept("2"), kept("0"), kept("1")]);
        assert!(births(&found, &names(3)).is_empty());
        assert_eq!(carried(&found), [Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn a_split_a_merge_a_birth_and_a_death_are_each_named() {
        let found = overlap(&[
            (Some(0), Some(0), 60),
            (Some(0), Some(1), 40),
            (Some(1), Some(2), 50),
            (Some(2), Some(2), 30),
            (Some(3), Some(0), 10),
            (Some(3), Some(2), 10),
            (Some(3), None, 30),
            (None, Some(3), 25),
        ]);
        let parts = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            told(&found),
            [
                (Fate::Split, parts(&["0", "1"])),
                (Fate::Merged, parts(&["2"])),
                (Fate::Merged, parts(&["2"])),
                (Fate::Dissolved, vec![]),
            ]
        );
        let born = births(&found, &names(4));
        assert_eq!((born.len(), born[0].segment.as_str(), born[0].size, born[0].share_new), (1, "3", 25, 1.0));
        assert_eq!(carried(&found), [Some(0), None, Some(1), None]);
    }

    #[test]
    fn a_segment_born_of_many_has_no_origin() {
        let found =
            overlap(&[(Some(0), Some(0), 60), (Some(1), Some(1), 60), (Some(0), Some(2), 20), (Some(1), Some(2), 20)]);
        assert_eq!(births(&found, &names(3))[0].segment, "2");
        assert_eq!(births(&found, &names(3))[0].share_new, 0.0);
    }
}
