//! The two nearest medoids of every row, and what becomes of them when medoids change.

use segctl_numeric::simd::{Kernel, dispatch};

use super::table::Table;

/// 32-bit lanes compared at once.
const WIDTH: usize = 16;

/// Sums kept side by side: one would wait for its own last store.
const COPIES: usize = 4;

/// Medoids, and where rows stand to them. Distances are in units of the table.
pub(super) struct State<'a> {
    table: &'a Table,
    /// k rows.
    pub(super) medoids: Vec<usize>,
    is_medoid: Vec<bool>,
    near: Vec<u32>,
    second: Vec<u32>,
    near_distance: Vec<f32>,
    /// Infinite with one medoid.
    second_distance: Vec<f32>,
    /// The sum of the distances to the nearest.
    pub(super) loss: f64,
    /// What the loss would grow by without each of the k medoids.
    removal: Vec<f64>,
}

/// A swap that lowers the loss: `row` in the place of medoid number `medoid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Swap {
    pub(super) row: usize,
    pub(super) medoid: usize,
}

impl<'a> State<'a> {
    /// Time O(n k).
    pub(super) fn new(table: &'a Table, medoids: Vec<usize>) -> Self {
        let n = table.n_rows();
        let mut is_medoid = vec![false; n];
        medoids.iter().for_each(|&row| is_medoid[row] = true);
        let mut state = Self {
            table,
            is_medoid,
            near: vec![0; n],
            second: vec![u32::MAX; n],
            near_distance: table.row(medoids[0]).to_vec(),
            second_distance: vec![f32::INFINITY; n],
            loss: 0.0,
            removal: vec![0.0; medoids.len()],
            medoids,
        };
        for c in 1..state.medoids.len() {
            state.offer(c);
        }
        state.sum_up();
        state
    }

    /// Medoid `c` is new: the nearest or second nearest of some rows. Among equals the first.
    fn offer(&mut self, c: usize) {
        for (o, &distance) in self.table.row(self.medoids[c]).iter().enumerate() {
            if distance < self.near_distance[o] {
                self.demote(o);
                (self.near[o], self.near_distance[o]) = (c as u32, distance);
            } else if distance < self.second_distance[o] {
                (self.second[o], self.second_distance[o]) = (c as u32, distance);
            }
        }
    }

    fn demote(&mut self, o: usize) {
        (self.second[o], self.second_distance[o]) = (self.near[o], self.near_distance[o]);
    }

    fn sum_up(&mut self) {
        self.removal.fill(0.0);
        self.loss = 0.0;
        for (o, &near) in self.near.iter().enumerate() {
            let distance = f64::from(self.near_distance[o]);
            self.loss += distance;
            self.removal[near as usize] += f64::from(self.second_distance[o]) - distance;
        }
    }

    /// The swap that `row` would do best by, when that lowers the loss; the first medoid among equals. There
    /// are several medoids. Time O(n + k).
    pub(super) fn best_swap(&self, row: usize) -> Option<Swap> {
        if self.is_medoid[row] {
            return None;
        }
        let k = self.medoids.len();
        let mut sums = vec![0.0; COPIES * (k + 1)];
        dispatch(Changes { state: self, row: self.table.row(row), sums: &mut sums });
        let total = |c: usize| (sums[c] + sums[(k + 1) + c]) + (sums[2 * (k + 1) + c] + sums[3 * (k + 1) + c]);
        let change = |c: usize| self.removal[c] + total(c);
        let (medoid, least) = (1..k).fold((0, change(0)), |best, c| {
            let change = change(c);
            if change < best.1 { (c, change) } else { best }
        });
        (least + total(k) < 0.0).then_some(Swap { row, medoid })
    }

    /// Does a swap. Time O(n), and O(k) for each row whose second medoid is gone.
    pub(super) fn swap(&mut self, Swap { row, medoid }: Swap) {
        self.is_medoid[self.medoids[medoid]] = false;
        self.is_medoid[row] = true;
        self.medoids[medoid] = row;
        let gone = medoid as u32;
        for (o, &distance) in self.table.row(row).iter().enumerate() {
            if self.near[o] == gone {
                if distance < self.second_distance[o] {
                    self.near_distance[o] = distance;
                } else {
                    (self.near[o], self.near_distance[o]) = (self.second[o], self.second_distance[o]);
                    self.find_second(o, gone, distance);
                }
            } else if distance < self.near_distance[o] {
                self.demote(o);
                (self.near[o], self.near_distance[o]) = (gone, distance);
            } else if distance < self.second_distance[o] {
                (self.second[o], self.second_distance[o]) = (gone, distance);
            } else if self.second[o] == gone {
                self.find_second(o, gone, distance);
            }
        }
        self.sum_up();
    }

    /// The second nearest medoid of `o`: the new one, number `new` at `distance`, or a nearer one.
    fn find_second(&mut self, o: usize, new: u32, distance: f32) {
        let mut second = (new, distance);
        for (c, &medoid) in (0..).zip(&self.medoids) {
            if c != self.near[o] && c != new {
                let distance = self.table.row(medoid)[o];
                if distance < second.1 {
                    second = (c, distance);
                }
            }
        }
        (self.second[o], self.second_distance[o]) = second;
    }
}

/// What changes if a row with the distances `row` becomes a medoid: `sums` holds, `COPIES` times, for each medoid
/// what its removal would cost less than now, and last what the row gains from all others.
struct Changes<'a> {
    state: &'a State<'a>,
    row: &'a [f32],
    sums: &'a mut [f64],
}

impl Kernel for Changes<'_> {
    type Output = ();

    /// Most rows have two medoids nearer than the row: whole blocks of them are passed over.
    #[inline(always)]
    fn run(self) {
        let Self { state, row, sums } = self;
        let stride = sums.len() / COPIES;
        let (near, second, medoid) = (&state.near_distance, &state.second_distance, &state.near);
        let (blocks, tail) = row.as_chunks::<WIDTH>();
        let (near_blocks, second_blocks) = (near.as_chunks::<WIDTH>().0, second.as_chunks::<WIDTH>().0);
        let others = near_blocks.iter().zip(second_blocks).zip(medoid.as_chunks::<WIDTH>().0);
        for (row, ((near, second), medoid)) in blocks.iter().zip(others) {
            let mut nearer = nearer(row, second);
            while nearer != 0 {
                let l = nearer.trailing_zeros() as usize % WIDTH;
                nearer &= nearer - 1;
                add(sums, stride, l, row[l], near[l], second[l], medoid[l]);
            }
        }
        let first = row.len() - tail.len();
        for (l, &distance) in tail.iter().enumerate() {
            let o = first + l;
            if distance < second[o] {
                add(sums, stride, l, distance, near[o], second[o], medoid[o]);
            }
        }
    }
}

/// A bit for each lane in which `row` is less than `second`.
#[inline(always)]
fn nearer(row: &[f32; WIDTH], second: &[f32; WIDTH]) -> u32 {
    let bits: [u32; WIDTH] = std::array::from_fn(|l| if row[l] < second[l] { 1 << l } else { 0 });
    bits.into_iter().fold(0, |all, bit| all | bit)
}

/// A row that would be nearer than the second medoid: without its first it would go there, not to the second;
/// and if it is nearer than the first, it goes there anyway.
#[inline(always)]
fn add(sums: &mut [f64], stride: usize, lane: usize, distance: f32, near: f32, second: f32, medoid: u32) {
    let sums = &mut sums[lane % COPIES * stride..][..stride];
    let (distance, near, second) = (f64::from(distance), f64::from(near), f64::from(second));
    let is_nearest = distance < near;
    sums[medoid as usize] += if is_nearest { near } else { distance } - second;
    sums[stride - 1] += if is_nearest { distance - near } else { 0.0 };
}
