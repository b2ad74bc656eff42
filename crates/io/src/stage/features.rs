use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::{Deserialize, Serialize};

use crate::session::RowExpression;
use crate::typing::{Finite, canonical, canonical_type};
use crate::{IoError, Session, Table};

/// A new column as an SQL expression over the columns of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureExpr {
    /// The name of the column.
    pub name: String,
    /// The expression, for example `BALANCE / CREDIT_LIMIT`.
    pub sql: String,
}

/// What came of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureOutcome {
    /// The name of the column.
    pub name: String,
    /// The expression.
    pub sql: String,
    /// Rows where it has no value, the next count included.
    pub n_null: u64,
    /// Rows where the value was NaN or infinite and was made missing.
    pub n_non_finite: u64,
}

/// Adds columns in the order given; later expressions may use earlier ones.
///
/// Division by zero gives a missing value, and so do logarithms of negative numbers and the like.
///
/// ```
/// # use segctl_io::{FeatureExpr, ReadOptions, Session, SessionOptions, Source, add_features, read};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-features.csv");
/// # std::fs::write(&file, "BALANCE,CREDIT_LIMIT\n1,2\n3,0\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let session = Session::new(&SessionOptions::default())?;
/// let utilisation = FeatureExpr { name: "UTILISATION".into(), sql: "BALANCE / CREDIT_LIMIT".into() };
/// let (with_feature, outcomes) = add_features(&session, &table, &[utilisation])?;
/// assert_eq!(with_feature.columns.len(), 3);
/// assert_eq!(outcomes[0].n_null, 1);
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::NameTaken`], [`IoError::Sql`] and [`IoError::NoColumn`], each naming the feature.
pub fn add_features(
    session: &Session,
    table: &Table,
    features: &[FeatureExpr],
) -> Result<(Table, Vec<FeatureOutcome>), IoError> {
    let mut schema = Arc::clone(&table.schema);
    let mut batches = table.batches.clone();
    let mut outcomes = Vec::with_capacity(features.len());
    for feature in features {
        let made = Made::compute(session, feature, &schema, &batches)?;
        schema = extended(&schema, feature, &made)?;
        batches = with_column(&schema, &batches, &made.arrays)?;
        outcomes.push(made.outcome);
    }
    if features.is_empty() {
        return Ok((table.clone(), outcomes));
    }
    let names: Vec<&str> = features.iter().map(|feature| feature.name.as_str()).collect();
    Ok((table.remade(schema, batches, &names)?, outcomes))
}

/// A column just computed.
struct Made {
    data_type: arrow::datatypes::DataType,
    arrays: Vec<ArrayRef>,
    outcome: FeatureOutcome,
}

impl Made {
    fn compute(
        session: &Session,
        feature: &FeatureExpr,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<Self, IoError> {
        let what = described(feature);
        let failed = |source| IoError::Arrow { name: what.clone(), source };
        let expression = RowExpression::new(session, &what, &feature.sql, schema)?;
        let found = expression.data_type()?;
        let data_type = canonical_type(&found).ok_or_else(|| IoError::Arrow {
            name: what.clone(),
            source: arrow::error::ArrowError::SchemaError(format!("type {found} has no place in a table")),
        })?;
        let mut outcome =
            FeatureOutcome { name: feature.name.clone(), sql: feature.sql.clone(), n_null: 0, n_non_finite: 0 };
        let mut arrays = Vec::with_capacity(batches.len());
        for batch in batches {
            let finite = Finite::of(canonical(&expression.evaluate(batch)?).map_err(failed)?);
            outcome.n_null += finite.array.null_count() as u64;
            outcome.n_non_finite += finite.n_nan + finite.n_infinite;
            arrays.push(finite.array);
        }
        Ok(Self { data_type, arrays, outcome })
    }
}

fn described(feature: &FeatureExpr) -> String {
    format!("feature {}", feature.name)
}

fn extended(schema: &SchemaRef, feature: &FeatureExpr, made: &Made) -> Result<SchemaRef, IoError> {
    if schema.index_of(&feature.name).is_ok() {
        return Err(IoError::NameTaken { what: described(feature) });
    }
    let mut fields = schema.fields().to_vec();
    fields.push(Arc::new(Field::new(&feature.name, made.data_type.clone(), true)));
    Ok(Arc::new(Schema::new(fields)))
}

fn with_column(schema: &SchemaRef, batches: &[RecordBatch], arrays: &[ArrayRef]) -> Result<Vec<RecordBatch>, IoError> {
    let extend = |(batch, array): (&RecordBatch, &ArrayRef)| {
        let columns = batch.columns().iter().chain([array]).cloned().collect();
        RecordBatch::try_new(Arc::clone(schema), columns)
    };
    let extended: Result<_, _> = batches.iter().zip(arrays).map(extend).collect();
    extended.map_err(|source| IoError::Arrow { name: "adding a column".into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::samples::{floats, integers, session, table, texts};

    fn feature(name: &str, sql: &str) -> FeatureExpr {
        FeatureExpr { name: name.into(), sql: sql.into() }
    }

    #[test]
    fn later_features_use_earlier_ones_and_safe_ratios_are_missing() {
        let data = table(vec![("A", integers(&[Some(1), Some(2)])), ("B", integers(&[Some(0), Some(4)]))]);
        let features = [feature("R", "A / B"), feature("R2", "R * 2"), feature("L", "LN(B)")];
        let (made, outcomes) = add_features(&session(), &data, &features).unwrap();
        assert!(made.arrays("R2").unwrap()[0].is_null(0));
        assert_eq!(outcomes.iter().map(|o| (o.n_null, o.n_non_finite)).collect::<Vec<_>>(), [(1, 0), (1, 0), (1, 1)]);
        assert_eq!(made.arrays("R2").unwrap()[0].slice(1, 1).as_ref(), floats(&[1.0]).as_ref());
    }

    #[test]
    fn usual_functions_are_there_and_names_need_no_quotes() {
        let data = table(vec![
            ("Credit_Limit", floats(&[-4.0])),
            ("Annual Income (k$)", floats(&[9.0])),
            ("T", texts(&["aB"])),
        ]);
        for (sql, expected) in [
            ("ABS(Credit_Limit)", 4.0),
            ("SQRT(\"Annual Income (k$)\")", 3.0),
            ("CASE WHEN Credit_Limit < 0 THEN 0 ELSE 1 END + 0.5", 0.5),
            ("COALESCE(NULL, Credit_Limit)", -4.0),
            ("GREATEST(Credit_Limit, 0)", 0.0),
            ("LEAST(Credit_Limit, 0)", -4.0),
            ("1.0 * (T LIKE 'a%')::INT", 1.0),
            ("POWER(Credit_Limit, 2)", 16.0),
            ("1 / 2", 0.5),
            ("CAST(LENGTH(UPPER(T)) AS DOUBLE)", 2.0),
        ] {
            let (made, _) =
                add_features(&session(), &data, &[feature("F", sql)]).unwrap_or_else(|e| panic!("{sql}: {e}"));
            let values =
                arrow::compute::cast(&made.arrays("F").unwrap()[0], &arrow::datatypes::DataType::Float64).unwrap();
            assert_eq!(values.as_ref(), floats(&[expected]).as_ref(), "{sql}");
        }
    }

    #[test]
    fn errors_name_the_feature() {
        let data = table(vec![("A", integers(&[Some(1)]))]);
        for (name, sql) in [("F", "A +"), ("F", "Q"), ("F", "nope(A)"), ("A", "A"), ("F", "sum(A)"), ("F", "'x' + 1")] {
            let error = add_features(&session(), &data, &[feature(name, sql)]).unwrap_err();
            assert!(error.to_string().starts_with(&format!("feature {name}: ")), "{sql}: {error}");
        }
    }
}
