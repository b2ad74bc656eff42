use std::ops::RangeInclusive;

/// A segment by recency, and by frequency and money together.
///
/// Frequency and monetary scores count by their mean, halves rounded up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmSegment {
    /// What it is called.
    pub name: &'static str,
    /// What to do with them, in words.
    pub meaning: &'static str,
    /// Scores of recency.
    pub recency: RangeInclusive<u8>,
    /// Scores of frequency and money together.
    pub value: RangeInclusive<u8>,
}

const fn segment(
    name: &'static str,
    recency: RangeInclusive<u8>,
    value: RangeInclusive<u8>,
    meaning: &'static str,
) -> RfmSegment {
    RfmSegment { name, meaning, recency, value }
}

/// The segments; each of the 125 combinations of scores is in exactly one.
pub const SEGMENTS: [RfmSegment; 11] = [
    segment("champions", 4..=5, 5..=5, "bought lately, often, and for much: reward them"),
    segment("loyal", 3..=5, 4..=4, "buy often and lately: offer more, ask for reviews"),
    segment("loyal, cooling", 3..=3, 5..=5, "the best customers, not seen for a while: keep them"),
    segment("potential loyalists", 4..=5, 2..=3, "lately here, of middling value: invite them again"),
    segment("new customers", 5..=5, 1..=1, "a first small purchase lately: welcome them"),
    segment("promising", 4..=4, 1..=1, "a small purchase not long ago: make them known"),
    segment("need attention", 3..=3, 3..=3, "middling in all: remind them"),
    segment("about to sleep", 3..=3, 1..=2, "of low value, and fading: win them back cheaply"),
    segment("cannot lose them", 1..=2, 5..=5, "were among the best, long away: call them"),
    segment("at risk", 1..=2, 3..=4, "were good customers, long away: reach out"),
    segment("hibernating", 1..=2, 1..=2, "little, and long ago: spend little on them"),
];

/// The segment of a customer with these scores, from 1 to 5 each.
///
/// ```
/// use segctl_preprocessing::rfm::segment_of;
/// assert_eq!(segment_of(5, 5, 5).name, "champions");
/// assert_eq!(segment_of(1, 5, 4).name, "cannot lose them");
/// assert_eq!(segment_of(5, 1, 1).name, "new customers");
/// ```
///
/// # Panics
/// For a score outside 1 to 5.
pub fn segment_of(recency: u8, frequency: u8, monetary: u8) -> &'static RfmSegment {
    let value = (frequency + monetary).div_ceil(2);
    let is_of = |segment: &&RfmSegment| segment.recency.contains(&recency) && segment.value.contains(&value);
    SEGMENTS.iter().find(is_of).expect("scores from 1 to 5 are in a segment")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_in_exactly_one_segment() {
        let mut met = [0; SEGMENTS.len()];
        for cell in 0..125_u8 {
            let (r, f, m) = (cell / 25 + 1, cell / 5 % 5 + 1, cell % 5 + 1);
            let value = (f + m).div_ceil(2);
            let of: Vec<usize> = (0..SEGMENTS.len())
                .filter(|&s| SEGMENTS[s].recency.contains(&r) && SEGMENTS[s].value.contains(&value))
                .collect();
            assert_eq!(of.len(), 1, "{r}{f}{m} is in {of:?}");
            assert_eq!(segment_of(r, f, m), &SEGMENTS[of[0]]);
            met[of[0]] += 1;
        }
        assert!(met.iter().all(|&n| n > 0), "no segment is empty: {met:?}");
        assert_eq!(met.iter().sum::<i32>(), 125);
    }
}
