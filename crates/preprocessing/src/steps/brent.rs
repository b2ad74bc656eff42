/// The place of the minimum of `f` between `low` and `high`, to `tolerance` relative to its magnitude
/// (Brent 1973, chapter 5: parabolas where they help, golden sections where they do not). One call of
/// `f` per iteration, 100 at most. Assumes one minimum; a NaN counts as infinitely high.
pub(super) fn minimum(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    // The share of the longer side at which a golden section cuts: (3 - sqrt 5) / 2.
    const GOLDEN: f64 = 0.381_966_011_250_105_1;
    let mut f = |x: f64| Some(f(x)).filter(|value| !value.is_nan()).unwrap_or(f64::INFINITY);
    let (mut a, mut b) = (low, high);
    let mut x = a + GOLDEN * (b - a);
    let mut fx = f(x);
    // The second best place, and the one before it.
    let (mut w, mut fw, mut v, mut fv) = (x, fx, x, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (a + b);
        let near = tolerance * x.abs() + 1e-10;
        if (x - middle).abs() <= 2.0 * near - 0.5 * (b - a) {
            break;
        }
        let parabola = parabola_step(x, fx, w, fw, v, fv)
            .filter(|&jump| before.abs() > near && jump.abs() < (0.5 * before).abs() && x + jump > a && x + jump < b);
        (before, step) = match parabola {
            Some(jump) if x + jump - a < 2.0 * near || b - x - jump < 2.0 * near => (step, near.copysign(middle - x)),
            Some(jump) => (step, jump),
            None => {
                let side = if x >= middle { a - x } else { b - x };
                (side, GOLDEN * side)
            }
        };
        let u = if step.abs() >= near { x + step } else { x + near.copysign(step) };
        let fu = f(u);
        if fu <= fx {
            if u >= x {
                a = x
            } else {
                b = x
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    x
}

/// From `x` to the lowest point of the parabola through three points; `None` where they lie on a line.
fn parabola_step(x: f64, fx: f64, w: f64, fw: f64, v: f64, fv: f64) -> Option<f64> {
    let r = (x - w) * (fx - fv);
    let q = (x - v) * (fx - fw);
    let p = (x - v) * q - (x - w) * r;
    let jump = -p / (2.0 * (q - r));
    jump.is_finite().then_some(jump)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_are_found() {
        let rows: [(fn(f64) -> f64, f64); 3] = [
            (|x| (x - 1.25) * (x - 1.25), 1.25),
            (|x| (x + 2.0).abs(), -2.0),
            (|x| if x > 3.0 { f64::NAN } else { libm::cosh(x - 2.5) }, 2.5),
        ];
        for (f, expected) in rows {
            let found = minimum(-8.0, 8.0, 1e-9, f);
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }
}
