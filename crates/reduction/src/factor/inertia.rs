use serde::{Deserialize, Serialize};

/// How to correct the inertias of a multiple correspondence analysis, which are spread over more axes
/// than there is association: the coding of K columns alone gives an axis the inertia 1/K.
///
/// With mu an eigenvalue above 1/K, both give (K / (K - 1) (mu - 1/K))^2; eigenvalues up to 1/K are
/// dropped as 0. They differ in the whole of which an axis has a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum InertiaCorrection {
    /// A share of the sum of the corrected inertias, so that all shares add up to 1: Benzécri, "Sur le
    /// calcul des taux d'inertie dans l'analyse d'un questionnaire", Cahiers de l'analyse des données
    /// 4 (1979). Optimistic.
    Benzecri,
    /// A share of the mean inertia of the cross-tables of two different columns,
    /// K / (K - 1) (sum of mu^2 - (J - K) / K^2), J the levels: Greenacre, "Correspondence Analysis in
    /// Practice", 2nd ed. (2007), chapter 19. The shares add up to less than 1.
    Greenacre,
}

/// Inertias of the components kept, after a correction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorrectedInertia {
    /// The corrected eigenvalue of each component, length k.
    pub eigenvalues: Vec<f64>,
    /// Its share, length k; 0 when no eigenvalue is above 1/K.
    pub explained_ratio: Vec<f64>,
    /// What it is a share of.
    pub total_inertia: f64,
}

/// What an eigenvalue of 1/K may exceed it by.
const ROUNDING: f64 = 1e-12;

/// Corrects the first `k` eigenvalues of `spectrum`, which holds all, for K > 1 columns; `n_levels` is J.
pub(super) fn corrected(
    correction: InertiaCorrection,
    spectrum: &[f64],
    k: usize,
    n_columns: usize,
    n_levels: usize,
) -> CorrectedInertia {
    let q = n_columns as f64;
    let excess = |mu: f64| if mu - 1.0 / q > ROUNDING { mu - 1.0 / q } else { 0.0 };
    let shrunk = |mu: &f64| (q / (q - 1.0) * excess(*mu)).powi(2);
    let all: Vec<f64> = spectrum.iter().map(shrunk).collect();
    let total_inertia = match correction {
        InertiaCorrection::Benzecri => all.iter().sum(),
        InertiaCorrection::Greenacre => {
            let squares: f64 = spectrum.iter().map(|mu| mu * mu).sum();
            q / (q - 1.0) * (squares - (n_levels - n_columns) as f64 / (q * q))
        }
    };
    let eigenvalues = all[..k].to_vec();
    let share = |value: &f64| if *value > 0.0 { value / total_inertia } else { 0.0 };
    let explained_ratio = eigenvalues.iter().map(share).collect();
    CorrectedInertia { eigenvalues, explained_ratio, total_inertia }
}
