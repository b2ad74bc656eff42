/// The place of the minimum of `f` between `low` and `high`, to `tolerance` relative to its magnitude
/// (Brent 1973, chapter 5: parabolas where they help, golden sections where they do not). One call of
/// `f` per iteration, 100 at most. Assumes one minimum; a NaN counts as infinitely high.
pub(super) fn minimum(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut height = |at: f64| Some(f(at)).filter(|height| !height.is_nan()).unwrap_or(f64::INFINITY);
    let first = low + GOLDEN * (high - low);
    let mut search = Search::new(low, high, Point { at: first, height: height(first) });
    for _ in 0..100 {
        let near = tolerance * search.best.at.abs() + 1e-10;
        if search.is_narrow(near) {
            break;
        }
        let at = search.next(near);
        search.narrow(Point { at, height: height(at) });
    }
    search.best.at
}

/// The share of the longer side at which a golden section cuts: (3 - sqrt 5) / 2.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

#[derive(Debug, Clone, Copy)]
struct Point {
    at: f64,
    height: f64,
}

/// The bracket, the three best points so far, and the last two steps.
struct Search {
    low: f64,
    high: f64,
    best: Point,
    second: Point,
    third: Point,
    step: f64,
    step_before: f64,
}

impl Search {
    fn new(low: f64, high: f64, first: Point) -> Self {
        Self { low, high, best: first, second: first, third: first, step: 0.0, step_before: 0.0 }
    }

    fn middle(&self) -> f64 {
        0.5 * (self.low + self.high)
    }

    fn is_narrow(&self, near: f64) -> bool {
        (self.best.at - self.middle()).abs() <= 2.0 * near - 0.5 * (self.high - self.low)
    }

    /// Where to look next: never nearer than `near` to the best point.
    fn next(&mut self, near: f64) -> f64 {
        let x = self.best.at;
        (self.step_before, self.step) = match self.parabola_step(near) {
            Some(step) if x + step - self.low < 2.0 * near || self.high - x - step < 2.0 * near => {
                (self.step, near.copysign(self.middle() - x))
            }
            Some(step) => (self.step, step),
            None => {
                let longer = if x >= self.middle() { self.low - x } else { self.high - x };
                (longer, GOLDEN * longer)
            }
        };
        x + if self.step.abs() >= near { self.step } else { near.copysign(self.step) }
    }

    /// To the lowest point of the parabola through the three best: `None` where they lie on a line,
    /// where it leaves the bracket, or where steps do not shrink by half every second time.
    fn parabola_step(&self, near: f64) -> Option<f64> {
        let (best, second, third) = (self.best, self.second, self.third);
        let r = (best.at - second.at) * (best.height - third.height);
        let q = (best.at - third.at) * (best.height - second.height);
        let p = (best.at - third.at) * q - (best.at - second.at) * r;
        let step = -p / (2.0 * (q - r));
        let shrinks = self.step_before.abs() > near && step.abs() < (0.5 * self.step_before).abs();
        let inside = best.at + step > self.low && best.at + step < self.high;
        (step.is_finite() && shrinks && inside).then_some(step)
    }

    fn narrow(&mut self, new: Point) {
        let is_best = new.height <= self.best.height;
        let (edge, towards) = if is_best { (self.best.at, new.at) } else { (new.at, self.best.at) };
        if towards >= edge {
            self.low = edge;
        } else {
            self.high = edge;
        }
        if is_best {
            (self.third, self.second, self.best) = (self.second, self.best, new);
        } else if new.height <= self.second.height || self.second.at == self.best.at {
            (self.third, self.second) = (self.second, new);
        } else if new.height <= self.third.height || self.third.at == self.best.at || self.third.at == self.second.at {
            self.third = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_are_found() {
        let check = |f: fn(f64) -> f64, expected: f64| {
            let found = minimum(-8.0, 8.0, 1e-9, f);
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        };
        check(|x| (x - 1.25) * (x - 1.25), 1.25);
        check(|x| (x + 2.0).abs(), -2.0);
        check(|x| if x > 3.0 { f64::NAN } else { libm::cosh(x - 2.5) }, 2.5);
    }
}
