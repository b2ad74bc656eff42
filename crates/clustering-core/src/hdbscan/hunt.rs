//! The search for the shortest edges that leave a component.

use std::marker::PhantomData;

use segctl_numeric::simd::{Kernel, dispatch};

use crate::spatial::{FAN, Form, Group, LEAF, NONE, Node, Search, Tree, with_form, within};

/// Rows of several components.
const MIXED: u32 = u32::MAX - 1;

/// What is in the boxes of a tree.
pub(super) struct Boxes<'a> {
    /// By slot.
    component: &'a [u32],
    cores: &'a [f64],
    leaves: Vec<Content>,
    /// By the numbers of nodes.
    nodes: Vec<Content>,
}

/// Of the rows in a box that have a component: that of all, or [`MIXED`], or [`NONE`] where there are none; their least
/// core distance.
#[derive(Debug, Clone, Copy)]
struct Content {
    component: u32,
    core: f64,
}

impl Content {
    const NOTHING: Self = Self { component: NONE, core: f64::INFINITY };

    /// Rows without a component leave it to the others.
    fn with(self, other: Self) -> Self {
        let component = match (self.component, other.component) {
            (NONE, one) | (one, NONE) => one,
            (one, same) if one == same => one,
            _ => MIXED,
        };
        Self { component, core: self.core.min(other.core) }
    }

    /// Whether there may be an edge no longer than `limit` from rows of `component`.
    #[inline(always)]
    fn may_have(self, component: u32, limit: f64) -> bool {
        let has_others = self.component != NONE && (self.component != component || component == MIXED);
        has_others && self.core <= limit
    }
}

impl<'a> Boxes<'a> {
    pub(super) fn new(tree: &Tree, component: &'a [u32], cores: &'a [f64]) -> Self {
        let rows = component.chunks_exact(LEAF).zip(cores.chunks_exact(LEAF));
        let content = |(components, cores): (&[u32], &[f64])| {
            let rows = components.iter().zip(cores).filter(|&(&component, _)| component != NONE);
            rows.map(|(&component, &core)| Content { component, core }).fold(Content::NOTHING, Content::with)
        };
        let leaves = rows.map(content).collect();
        let mut boxes = Self { component, cores, leaves, nodes: vec![Content::NOTHING; 2 * tree.n_blocks()] };
        if let Some(root) = tree.root() {
            boxes.fit(root);
        }
        boxes
    }

    /// That of a slot.
    pub(super) fn component(&self, slot: usize) -> u32 {
        self.component[slot]
    }

    fn fit(&mut self, node: Node) -> Content {
        let content = match node.children() {
            Some([left, right]) => self.fit(left).with(self.fit(right)),
            None => self.leaves[node.first_block * FAN..][..FAN].iter().copied().fold(Content::NOTHING, Content::with),
        };
        self.nodes[node.id] = content;
        content
    }
}

/// A row that is searched from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hunted {
    /// Its component: the others are searched. Rows that have none, [`NONE`], are not.
    pub(super) own: u32,
    /// Its core distance.
    pub(super) core: f64,
    /// Wanted are edges shorter than this; after the search, none is.
    pub(super) limit: f64,
    /// The slot at the other end of an edge as long as `limit`, if one was found.
    pub(super) found: u32,
    /// How far that row is.
    pub(super) total: f64,
}

impl Hunted {
    pub(super) fn new(own: u32, core: f64, limit: f64) -> Self {
        Self { own, core, limit, found: NONE, total: f64::INFINITY }
    }
}

/// Searches from the rows of `group` for their shortest edges to other components, `nodes` being the whole tree, where
/// the search begins last. With `ties`, among edges of equal length the one to the nearest row is found, and among
/// equally near rows that with the lowest number; without, any.
pub(super) fn hunt(
    tree: &Tree,
    boxes: &Boxes<'_>,
    nodes: &[Node],
    group: &Group,
    rows: Vec<Hunted>,
    ties: bool,
) -> Vec<Hunted> {
    let own = rows.first().map_or(NONE, |row| row.own);
    let component = if rows.iter().all(|row| row.own == own) { own } else { MIXED };
    let widest = rows.iter().fold(0.0, |widest: f64, row| widest.max(row.limit));
    with_form!(tree, F => dispatch(Hunt::<F> {
        tree,
        boxes,
        nodes,
        group,
        rows,
        ties,
        component,
        widest,
        form: PhantomData,
    }))
}

struct Hunt<'a, F> {
    tree: &'a Tree,
    boxes: &'a Boxes<'a>,
    nodes: &'a [Node],
    group: &'a Group,
    rows: Vec<Hunted>,
    ties: bool,
    /// That of all rows, or [`MIXED`].
    component: u32,
    /// The largest limit.
    widest: f64,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Hunt<'_, F> {
    type Output = Vec<Hunted>;

    #[inline(always)]
    fn run(mut self) -> Vec<Hunted> {
        self.tree.walk::<F, Self>(self.nodes, &mut self);
        self.rows
    }
}

impl<F: Form> Hunt<'_, F> {
    #[inline(always)]
    fn scan(&mut self, at: usize, leaf: usize) {
        let totals = self.tree.leaf_totals::<F>(leaf, self.group.row(at));
        let (tree, ties) = (self.tree, self.ties);
        // Where equal lengths are told apart, all totals of one distance must count as equal, as they do where
        // distances are compared.
        let comparable = |total: f64| if ties { tree.total_of(tree.distance_of(total)) } else { total };
        let row = &mut self.rows[at];
        let mut bits = within(&totals, row.limit.min(f64::MAX));
        while bits != 0 {
            let place = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let slot = leaf * LEAF + place;
            if [row.own, NONE].contains(&self.boxes.component[slot]) {
                continue;
            }
            let total = comparable(totals.as_flattened()[place]);
            let length = total.max(self.boxes.cores[slot]).max(row.core);
            let nearer = || {
                let number = |slot: usize| self.tree.leaf_rows(slot / LEAF)[slot % LEAF];
                let is_first = || row.found == NONE || number(slot) < number(row.found as usize);
                total < row.total || (total == row.total && is_first())
            };
            if length < row.limit || (self.ties && length == row.limit && nearer()) {
                (row.limit, row.found, row.total) = (length, slot as u32, total);
            }
        }
    }

    /// Whether a row may have an edge that is wanted where none is shorter than `bound`.
    #[inline(always)]
    fn wants_within(&self, row: Hunted, bound: f64) -> bool {
        bound < row.limit || (self.ties && bound == row.limit)
    }
}

impl<F: Form> Search<F> for Hunt<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.widest
    }

    #[inline(always)]
    fn wants(&mut self, node: Node, _gap: f64) -> bool {
        self.boxes.nodes[node.id].may_have(self.component, self.widest)
    }

    #[inline(always)]
    fn block(&mut self, block: usize, _gaps: [f64; FAN]) {
        self.widest = -1.0;
        for at in 0..self.rows.len() {
            // No edge is shorter than the core distance.
            if !self.wants_within(self.rows[at], self.rows[at].core) {
                continue;
            }
            let row = self.group.row(at);
            let gaps = self.tree.fan_gaps::<F>(block, row, row);
            for (lane, gap) in gaps.into_iter().enumerate() {
                let (row, leaf) = (self.rows[at], block * FAN + lane);
                if self.wants_within(row, gap) && self.boxes.leaves[leaf].may_have(row.own, row.limit) {
                    self.scan(at, leaf);
                }
            }
            if self.wants_within(self.rows[at], self.rows[at].core) {
                self.widest = self.widest.max(self.rows[at].limit);
            }
        }
    }
}
