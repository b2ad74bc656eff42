use std::ops::Range;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::par::map_chunks;

use super::sparseness::Inner;

/// Inner rows in a chunk, each of which is compared with those of later clusters.
const CHUNK: usize = 16;

/// Of each cluster, the least reachability distance of one of its inner rows to one of another cluster's.
pub(super) fn separations(x: MatrixView<'_>, dissimilarity: &Dissimilarity, inner: &[Inner]) -> Vec<f64> {
    let rows: Vec<usize> = inner.iter().flat_map(|inner| &inner.rows).copied().collect();
    let values = x.select_rows(&rows);
    let all = All {
        values: values.view(),
        cores: inner.iter().flat_map(|inner| &inner.cores).copied().collect(),
        clusters: inner.iter().enumerate().flat_map(|(c, inner)| std::iter::repeat_n(c, inner.rows.len())).collect(),
        ends: ends(inner),
    };
    let nearest = map_chunks(rows.len(), CHUNK, |range| all.nearest(range, dissimilarity));
    nearest
        .into_iter()
        .reduce(|mut a, b| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a = a.min(b));
            a
        })
        .unwrap_or_default()
}

fn ends(inner: &[Inner]) -> Vec<usize> {
    let mut end = 0;
    let mut next = |inner: &Inner| {
        end += inner.rows.len();
        end
    };
    inner.iter().map(&mut next).collect()
}

/// The inner rows of all clusters, cluster by cluster.
struct All<'a> {
    values: MatrixView<'a>,
    cores: Vec<f64>,
    clusters: Vec<usize>,
    /// Where each cluster ends.
    ends: Vec<usize>,
}

impl All<'_> {
    /// Of each cluster, the least distance met when the rows of `range` are compared with those of later clusters.
    fn nearest(&self, range: Range<usize>, dissimilarity: &Dissimilarity) -> Vec<f64> {
        let mut nearest = vec![f64::INFINITY; self.ends.len()];
        let mut distances = vec![0.0; self.clusters.len()];
        for i in range {
            let own = self.clusters[i];
            let later = self.values.rows_range(self.ends[own]..self.clusters.len());
            let distances = &mut distances[..later.n_rows()];
            dissimilarity.one_to_many(self.values.row(i), later.as_slice(), distances);
            for (j, &distance) in (self.ends[own]..).zip(distances.iter()) {
                let reachability = distance.max(self.cores[i]).max(self.cores[j]);
                for cluster in [own, self.clusters[j]] {
                    if reachability < nearest[cluster] {
                        nearest[cluster] = reachability;
                    }
                }
            }
        }
        nearest
    }
}
