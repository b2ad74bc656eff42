use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::customer::Customer;
use super::{Group, SynthReport};

/// The columns of the public data set, in its order; `PLANTED_GROUP` comes last, on request.
pub(super) fn schema(groups: bool) -> SchemaRef {
    let float = |name| Field::new(name, DataType::Float64, false);
    let count = |name| Field::new(name, DataType::Int64, false);
    let mut fields = vec![
        Field::new("CUST_ID", DataType::Utf8, false),
        float("BALANCE"),
        float("BALANCE_FREQUENCY"),
        float("PURCHASES"),
        float("ONEOFF_PURCHASES"),
        float("INSTALLMENTS_PURCHASES"),
        float("CASH_ADVANCE"),
        float("PURCHASES_FREQUENCY"),
        float("ONEOFF_PURCHASES_FREQUENCY"),
        float("PURCHASES_INSTALLMENTS_FREQUENCY"),
        float("CASH_ADVANCE_FREQUENCY"),
        count("CASH_ADVANCE_TRX"),
        count("PURCHASES_TRX"),
        Field::new("CREDIT_LIMIT", DataType::Float64, true),
        float("PAYMENTS"),
        Field::new("MINIMUM_PAYMENTS", DataType::Float64, true),
        float("PRC_FULL_PAYMENT"),
        count("TENURE"),
    ];
    if groups {
        fields.push(Field::new("PLANTED_GROUP", DataType::Utf8, false));
    }
    Arc::new(Schema::new(fields))
}

/// The rows of one chunk.
pub(super) struct Columns {
    rows: Vec<(usize, Group, Customer)>,
}

impl Columns {
    pub(super) fn with_capacity(n: usize) -> Self {
        Self { rows: Vec::with_capacity(n) }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn push(&mut self, id: usize, group: Group, customer: Customer, report: &mut SynthReport) {
        report.rows += 1;
        report.groups[group as usize] += 1;
        self.rows.push((id, group, customer));
    }

    pub(super) fn push_copy(&mut self, earlier: usize, report: &mut SynthReport) {
        report.rows += 1;
        report.duplicates += 1;
        self.rows.push(self.rows[earlier].clone());
    }

    /// One batch of the given schema, which is [`schema`]'s.
    pub(super) fn finish(&self, schema: &SchemaRef) -> RecordBatch {
        let mut arrays: Vec<ArrayRef> = vec![
            self.text(|id, _| format!("C{id}")),
            self.float(|c| c.balance),
            self.float(|c| c.balance_frequency),
            self.float(Customer::purchases),
            self.float(|c| c.one_off.amount),
            self.float(|c| c.instalments.amount),
            self.float(|c| c.cash_advance.amount),
            self.float(|c| c.purchases_frequency),
            self.float(|c| c.one_off.frequency),
            self.float(|c| c.instalments.frequency),
            self.float(|c| c.cash_advance.frequency),
            self.count(|c| c.cash_advance.transactions),
            self.count(|c| c.one_off.transactions + c.instalments.transactions),
            self.optional(|c| c.credit_limit),
            self.float(|c| c.payments),
            self.optional(|c| c.minimum_payments),
            self.float(|c| c.full_payment),
            self.count(|c| c.tenure),
        ];
        if schema.fields().len() > arrays.len() {
            arrays.push(self.text(|_, group| group.name().to_owned()));
        }
        RecordBatch::try_new(schema.clone(), arrays).expect("the arrays are listed in the order of the schema")
    }

    fn text(&self, cell: impl Fn(usize, Group) -> String) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(self.rows.iter().map(|(id, group, _)| cell(*id, *group))))
    }

    fn float(&self, cell: impl Fn(&Customer) -> f64) -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(self.rows.iter().map(|(_, _, c)| cell(c))))
    }

    fn optional(&self, cell: impl Fn(&Customer) -> Option<f64>) -> ArrayRef {
        Arc::new(self.rows.iter().map(|(_, _, c)| cell(c)).collect::<Float64Array>())
    }

    fn count(&self, cell: impl Fn(&Customer) -> u32) -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(self.rows.iter().map(|(_, _, c)| i64::from(cell(c)))))
    }
}
