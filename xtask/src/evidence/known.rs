//! Real data, and sets whose groups are known.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use segctl_numeric::Matrix;

use super::tool::{Answer, Tool};
use crate::error::{XtaskError, io_error};

/// Files of customers, with the numbers of segments to try.
const FILES: [&str; 3] = ["CC_GENERAL.csv", "Mall_Customers.csv", "Wholesale_customers_data.csv"];

/// Suites of sets whose groups are known.
const SUITES: [&str; 2] = ["fcps", "sipu"];

/// Rows beyond which a set is left out: it would take most of the time.
const MOST_ROWS: usize = 20_000;

pub(super) fn section(data: &Path, tool: &Tool) -> Result<String, XtaskError> {
    let mut text = String::from(
        "\n## Real customers\n\n\
         `segctl select` as it comes, k from 2 to 10.\n\n\
         | file | recommended | by | highest silhouette |\n|---|---|---|---|\n",
    );
    for name in FILES {
        eprintln!("{name}");
        let found = tool.select(&data.join(name), &[])?;
        let _ = writeln!(text, "| {name} | {} | {} | {} |", groups(&found), found.algorithm, silhouette(&found));
    }
    text.push_str(
        "\n## Sets whose groups are known\n\n\
         Features standardised, k from 1 to half as many again as there are groups, at least 12; `--algorithm \
         kmeans,ward,hdbscan`. *Highest\nsilhouette* is that of all candidates.\n\n\
         | set | rows, features | groups | recommended | by | highest silhouette |\n|---|---|---|---|---|---|\n",
    );
    for suite in SUITES {
        for set in sets(&data.join("labelled").join(suite))? {
            let _ = write!(text, "{}", line(suite, &set, tool)?);
        }
    }
    Ok(text)
}

fn groups(found: &Answer) -> String {
    if found.recommended == 1 { "no groups".to_owned() } else { found.recommended.to_string() }
}

fn silhouette(found: &Answer) -> String {
    found.silhouette.map_or_else(|| "–".to_owned(), |k| k.to_string())
}

/// The data files of a suite, by name.
fn sets(dir: &Path) -> Result<Vec<PathBuf>, XtaskError> {
    let entries = fs::read_dir(dir).map_err(io_error("read", dir))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(io_error("read", dir)));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".data.gz"));
    paths.sort();
    Ok(paths)
}

fn line(suite: &str, data: &Path, tool: &Tool) -> Result<String, XtaskError> {
    let file = data.to_string_lossy();
    let name = data.file_name().map_or_else(String::new, |name| name.to_string_lossy().replace(".data.gz", ""));
    let (x, labels) = (rows(data)?, rows(Path::new(&file.replace(".data.gz", ".labels0.gz")))?);
    let n_groups = n_groups(&labels);
    let shape = format!("{suite}/{name} | {}, {} | {n_groups}", x.n_rows(), x.n_cols());
    if x.n_rows() > MOST_ROWS {
        return Ok(format!("| {shape} | not asked: more than {MOST_ROWS} rows | | |\n"));
    }
    eprintln!("{suite}/{name}");
    let k = format!("1..{}", (n_groups * 3 / 2 + 2).max(12));
    let words = ["--as-is", "--algorithm", "kmeans,ward,hdbscan", "--k", &k];
    let found = tool.select(&tool.table("known.csv", &standardised(&x))?, &words)?;
    Ok(format!("| {shape} | {} | {} | {} |\n", groups(&found), found.algorithm, silhouette(&found)))
}

/// Numbers in lines, by blanks.
fn rows(path: &Path) -> Result<Matrix, XtaskError> {
    let file = File::open(path).map_err(io_error("open", path))?;
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).map_err(io_error("read", path))?;
    let row =
        |line: &str| line.split_whitespace().map(|word| word.parse::<f64>().unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let rows: Vec<Vec<f64>> = text.lines().filter(|line| !line.trim().is_empty()).map(row).collect();
    Matrix::from_rows(&rows)
        .map_err(|error| XtaskError::Answer { what: path.display().to_string(), why: error.to_string() })
}

/// Labels above 0; 0 is noise in these suites.
fn n_groups(labels: &Matrix) -> usize {
    let mut seen: Vec<i64> = labels.as_slice().iter().map(|label| *label as i64).filter(|label| *label > 0).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

fn standardised(x: &Matrix) -> Matrix {
    let n = x.n_rows() as f64;
    let scale = |j: usize| {
        let mean = x.view().column(j).sum::<f64>() / n;
        let variance = x.view().column(j).map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
    };
    let scales: Vec<(f64, f64)> = (0..x.n_cols()).map(scale).collect();
    let flat = x.view().rows().flat_map(|row| row.iter().zip(&scales).map(|(v, (mean, sd))| (v - mean) / sd)).collect();
    Matrix::new(flat, x.n_rows(), x.n_cols()).expect("as many values as cells")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_no_group_and_columns_are_standardised() {
        let labels = Matrix::from_rows(&[[1.0], [0.0], [3.0], [1.0]]).unwrap();
        assert_eq!(n_groups(&labels), 2);
        let x = standardised(&Matrix::from_rows(&[[1.0, 5.0], [3.0, 5.0]]).unwrap());
        assert_eq!(x.as_slice(), [-1.0, 0.0, 1.0, 0.0]);
    }
}
