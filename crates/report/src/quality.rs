//! What a mean silhouette says, in words.
//!
//! Kaufman, L. & Rousseeuw, P. J. (1990), *Finding Groups in Data*, Wiley, p. 88, table 4:
//! above 0.70 a strong structure, above 0.50 a reasonable one, above 0.25 a weak one, below that
//! none of substance.

/// The four classes of Kaufman and Rousseeuw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Structure {
    None,
    Weak,
    Reasonable,
    Strong,
}

impl Structure {
    /// The class of a mean silhouette; `None` where there is none, as with a single segment.
    pub(crate) fn of(silhouette: f64) -> Option<Self> {
        match silhouette {
            s if s.is_nan() => None,
            s if s > 0.70 => Some(Self::Strong),
            s if s > 0.50 => Some(Self::Reasonable),
            s if s > 0.25 => Some(Self::Weak),
            _ => Some(Self::None),
        }
    }

    /// Steps lit on a scale of four.
    pub(crate) fn level(self) -> usize {
        self as usize + 1
    }

    /// The class of the whole: how far segments are apart. Whether there are groups at all is another question, which
    /// a silhouette does not answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "hardly separated",
            Self::Weak => "weakly separated",
            Self::Reasonable => "reasonably separated",
            Self::Strong => "clearly separated",
        }
    }

    /// How well one segment holds together.
    pub(crate) fn cohesion(self) -> &'static str {
        match self {
            Self::None => "loosely",
            Self::Weak => "weakly",
            Self::Reasonable => "well",
            Self::Strong => "tightly",
        }
    }

    /// What a reader may do with such segments.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::None => {
                "The segments run into one another: they divide customers usefully by degree, but most have \
                 close neighbours in another segment."
            }
            Self::Weak => {
                "The segments differ in their centres but shade into one another at the edges: use them \
                 as working groups, not as natural kinds."
            }
            Self::Reasonable => "The segments are distinct, with some customers between them.",
            Self::Strong => "The segments are compact and clearly apart.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_belong_to_the_lower_class() {
        assert_eq!(Structure::of(0.71), Some(Structure::Strong));
        assert_eq!(Structure::of(0.70), Some(Structure::Reasonable));
        assert_eq!(Structure::of(0.50), Some(Structure::Weak));
        assert_eq!(Structure::of(0.25), Some(Structure::None));
        assert_eq!(Structure::of(-0.3), Some(Structure::None));
        assert_eq!(Structure::of(f64::NAN), None);
    }
}
