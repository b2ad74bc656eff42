/// Values in ascending order, each told once with how many there are.
#[derive(Debug, PartialEq)]
pub(crate) struct Runs<T> {
    /// The different values, ascending.
    values: Vec<T>,
    /// How many values there are up to and with each of `values`.
    ends: Vec<u64>,
}

impl<T: Copy + PartialEq> Runs<T> {
    /// From different ascending values with their counts.
    pub(crate) fn of_counts(counts: impl IntoIterator<Item = (T, u64)>) -> Self {
        let mut n = 0;
        let end = |(value, count)| {
            n += count;
            (value, n)
        };
        let (values, ends) = counts.into_iter().map(end).unzip();
        Self { values, ends }
    }

    /// From ascending values, in the memory of these and of `ends`, whatever that holds. O(n).
    pub(crate) fn of_ascending(mut values: Vec<T>, mut ends: Vec<u64>) -> Self {
        ends.resize(values.len(), 0);
        let mut n_runs = 0;
        let mut last = None;
        for at in 0..values.len() {
            let value = values[at];
            n_runs += usize::from(last != Some(value));
            last = Some(value);
            // The end of a run is written anew for each of its values: cheaper than to ask whether it goes on.
            values[n_runs - 1] = value;
            ends[n_runs - 1] = at as u64 + 1;
        }
        values.truncate(n_runs);
        ends.truncate(n_runs);
        // Runs outlive what else is made of a column.
        values.shrink_to_fit();
        ends.shrink_to_fit();
        Self { values, ends }
    }

    /// The same runs of other values, which have to ascend as well.
    pub(crate) fn map<U>(self, map: impl FnMut(T) -> U) -> Runs<U> {
        Runs { values: self.values.into_iter().map(map).collect(), ends: self.ends }
    }

    /// How many values there are, equal ones included.
    pub(crate) fn n(&self) -> u64 {
        self.up_to(self.values.len())
    }

    /// The different values, ascending.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The different values and how many there are of each.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (T, u64)> {
        (0..self.values.len()).map(|run| (self.values[run], self.ends[run] - self.up_to(run)))
    }

    /// How many values there are in the first `n_runs` runs.
    pub(crate) fn up_to(&self, n_runs: usize) -> u64 {
        n_runs.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// How many values are such as only the least are.
    pub(crate) fn n_least(&self, is_such: impl Fn(T) -> bool) -> u64 {
        self.up_to(self.values.partition_point(|&value| is_such(value)))
    }

    /// How many values there are equal to this one.
    pub(crate) fn count_of(&self, value: &T) -> u64
    where
        T: Ord,
    {
        self.values.binary_search(value).map_or(0, |run| self.up_to(run + 1) - self.up_to(run))
    }

    /// The value with `n_before` others before it in ascending order.
    ///
    /// # Panics
    /// When there is none.
    pub(crate) fn at(&self, n_before: u64) -> T {
        self.values[self.ends.partition_point(|&end| end <= n_before)]
    }
}
