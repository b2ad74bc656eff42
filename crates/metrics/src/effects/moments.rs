/// The number of some values, their mean, and the sum of their squared differences from it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Moments {
    pub(super) n: f64,
    pub(super) mean: f64,
    pub(super) squares: f64,
}

impl Moments {
    /// Of values in their order, the mean taken of differences to the first: equal values have exactly themselves
    /// as their mean.
    pub(super) fn of(values: &[f64]) -> Self {
        let Some(&first) = values.first() else { return Self::default() };
        let n = values.len() as f64;
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / n;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Self { n, mean, squares }
    }

    /// Of two sets of values together, after Chan, Golub & LeVeque (1983).
    pub(super) fn merged(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n == 0.0 {
            return Self::default();
        }
        let difference = other.mean - self.mean;
        let share = other.n / n;
        // From an empty side comes no mean, not even its rounding.
        let mean = if self.n == 0.0 { other.mean } else { self.mean + difference * share };
        let squares = self.squares + other.squares + difference * difference * self.n * share;
        Self { n, mean, squares }
    }

    /// Of each set's complement: all other sets together. Time O(k).
    pub(super) fn of_others(sets: &[Self]) -> Vec<Self> {
        let after = |all: &mut Self, set: &Self| {
            let before = *all;
            *all = all.merged(*set);
            Some(before)
        };
        let before: Vec<Self> = sets.iter().scan(Self::default(), after).collect();
        let mut behind: Vec<Self> = sets.iter().rev().scan(Self::default(), after).collect();
        behind.reverse();
        before.into_iter().zip(behind).map(|(before, behind)| before.merged(behind)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: Moments, b: Moments) -> bool {
        a.n == b.n && (a.mean - b.mean).abs() < 1e-12 * 1e3 && (a.squares - b.squares).abs() < 1e-10 * (1.0 + b.squares)
    }

    proptest! {
        #[test]
        fn merging_is_putting_together(values in prop::collection::vec(-100.0_f64..100.0, 1..60), cut in 0_usize..60) {
            let cut = cut.min(values.len());
            let (a, b) = (Moments::of(&values[..cut]), Moments::of(&values[cut..]));
            prop_assert!(close(a.merged(b), Moments::of(&values)));
            let mut sets = vec![a, Moments::default(), b, Moments::of(&[3.0, 4.0])];
            let others = Moments::of_others(&sets);
            for (i, found) in others.into_iter().enumerate() {
                let set = std::mem::take(&mut sets[i]);
                let expected = sets.iter().fold(Moments::default(), |all, set| all.merged(*set));
                prop_assert!(close(found, expected));
                sets[i] = set;
            }
        }
    }

    #[test]
    fn equal_values_have_no_squares() {
        let same = Moments::of(&[0.1; 3]);
        assert_eq!(same, Moments { n: 3.0, mean: 0.1, squares: 0.0 });
        assert_eq!(same.merged(same), Moments { n: 6.0, mean: 0.1, squares: 0.0 });
        assert_eq!(Moments::default().merged(same), same);
        assert_eq!(same.merged(Moments::default()), same);
    }
}
