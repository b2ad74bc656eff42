use super::rule::{Condition, Missing, Rule};

impl Rule {
    /// The rule in words: conditions joined by `and`, or `every row`. A feature without a name is `x` and its number.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams, rules};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// assert_eq!(rules(&tree)[1].text(&["tenure"]), "tenure > 5");
    /// assert_eq!(rules(&tree)[1].text::<&str>(&[]), "x0 > 5");
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn text<S: AsRef<str>>(&self, names: &[S]) -> String {
        let text = |condition: &Condition| match names.get(condition.feature) {
            Some(name) => condition.text(name.as_ref()),
            None => condition.text(&format!("x{}", condition.feature)),
        };
        match self.conditions.as_slice() {
            [] => "every row".to_owned(),
            conditions => conditions.iter().map(text).collect::<Vec<_>>().join(" and "),
        }
    }
}

impl Condition {
    /// The condition in words: `age > 40`, `20 < age <= 40`, `age is missing`. Missing values are mentioned where the
    /// condition includes them and training rows lacked the value.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams, rules};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0, f64::NAN], 5, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// assert_eq!(rules(&tree)[1].conditions[0].text("age"), "(age > 5 or missing)");
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn text(&self, name: &str) -> String {
        let interval = match (self.low.map(number), self.high.map(number)) {
            (Some(low), Some(high)) => format!("{low} < {name} <= {high}"),
            (Some(low), None) => format!("{name} > {low}"),
            (None, Some(high)) => format!("{name} <= {high}"),
            (None, None) if self.missing == Missing::Excluded => return format!("{name} is present"),
            (None, None) => return format!("{name} is missing"),
        };
        let mentions = self.missing == Missing::Included && self.n_missing > 0;
        if mentions { format!("({interval} or missing)") } else { interval }
    }
}

/// With an exponent only where there would be many zeros.
fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-5..1e15).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_condition_reads_well() {
        let condition = |low, high, missing, n_missing| {
            Condition { feature: 0, low, high, missing, n_missing, decrease: 0.1 }.text("age")
        };
        assert_eq!(condition(Some(1e300), None, Missing::Excluded, 0), "age > 1e300");
        assert_eq!(condition(Some(-0.5), Some(2e6), Missing::Included, 0), "-0.5 < age <= 2000000");
        assert_eq!(condition(Some(0.0), Some(3.0), Missing::Included, 4), "(0 < age <= 3 or missing)");
        assert_eq!(condition(None, None, Missing::Only, 4), "age is missing");
        assert_eq!(condition(None, None, Missing::Excluded, 0), "age is present");
    }
}
