use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use proptest::prelude::*;
use segctl_io::{OutputFormat, write_batches};

use crate::support::{Files, read_file};

type Columns =
    (Vec<Option<i64>>, Vec<Option<f64>>, Vec<Option<bool>>, Vec<Option<i32>>, Vec<Option<i64>>, Vec<Option<String>>);

/// Columns of each kind whose values can be of no other.
fn columns() -> impl Strategy<Value = Columns> {
    (1_usize..40).prop_flat_map(|n| {
        let maybe = |values: BoxedStrategy<i64>| prop::collection::vec(prop::option::of(values), n);
        (
            maybe(any::<i64>().boxed()),
            prop::collection::vec(prop::option::of(prop::num::f64::NORMAL), n),
            prop::collection::vec(prop::option::of(any::<bool>()), n),
            prop::collection::vec(prop::option::of(-300_000..300_000_i32), n),
            maybe((-9_000_000_000_000_000..9_000_000_000_000_000_i64).boxed()),
            prop::collection::vec(prop::option::of("x[ -~äß€\n\"]{0,12}x"), n),
        )
    })
}

fn batch((integers, floats, truths, days, times, texts): Columns) -> RecordBatch {
    let columns: [(&str, ArrayRef); 6] = [
        ("integers", Arc::new(Int64Array::from(integers))),
        ("floats", Arc::new(Float64Array::from(floats))),
        ("truths", Arc::new(BooleanArray::from(truths))),
        ("days", Arc::new(Date32Array::from(days))),
        ("times", Arc::new(TimestampMicrosecondArray::from(times))),
        ("texts", Arc::new(StringArray::from(texts))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What one format gives, every format gives; and values are those written, where the column keeps its type.
    #[test]
    fn tables_come_back(columns in columns()) {
        let written = batch(columns);
        let files = Files::new();
        let read = |format| {
            write_batches(&files.path("t"), format, &written.schema(), [&written]).unwrap();
            read_file(&files.path("t")).unwrap()
        };
        let first = read(OutputFormat::Parquet);
        prop_assert_eq!(first.n_rows(), written.num_rows());
        for format in [OutputFormat::Csv, OutputFormat::ArrowIpc, OutputFormat::JsonLines] {
            prop_assert_eq!(&read(format).batches, &first.batches, "{:?}", format);
        }
        for (index, field) in first.schema.fields().iter().enumerate() {
            if field.data_type() == written.schema().field(index).data_type() {
                prop_assert_eq!(first.batches[0].column(index), written.column(index), "{}", field.name());
            }
        }
    }

    /// No bytes make the reader panic.
    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let files = Files::new();
        let _ = read_file(&files.put("t", bytes));
    }

    /// No text of the usual characters does either.
    #[test]
    fn any_text_is_a_table_or_an_error(text in "[a-c0-9,;\"\n\r\t .$%/:€-]{0,200}") {
        let files = Files::new();
        if let Err(error) = read_file(&files.put("t", text)) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
