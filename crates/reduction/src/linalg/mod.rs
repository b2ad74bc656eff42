//! Dense linear algebra in additions, products, quotients and square roots alone.

pub(crate) mod center;
pub(crate) mod jacobi;
pub(crate) mod lanes;
pub(crate) mod orthonormal;
pub(crate) mod products;
pub(crate) mod project;
pub(crate) mod qr;
