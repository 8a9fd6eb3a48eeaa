//! The Merkle tree over a ledger's events, as RFC 6962 section 2.1 defines it.
//!
//! Position n is leaf n-1. The head row keeps the [`Frontier`]: the roots of the perfect subtrees
//! that the leaves so far fall into, at most 64 of them, so that an append costs O(log n).

use sha2::{Digest, Sha256};

/// A node of the tree: a SHA-256.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256(0x00 ‖ bytes).
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(bytes);
    hasher.finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The roots of the perfect subtrees of a tree with `size` leaves, widest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree with `size` leaves from its stored bytes; `None` when the number of
    /// roots does not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let roots: Vec<Hash> =
            bytes.chunks(32).map(Hash::try_from).collect::<Result<_, _>>().ok()?;
        (u32::try_from(roots.len()).ok()? == size.count_ones()).then_some(Self { size, roots })
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf on the right.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Every trailing one of the size is a perfect subtree that the new leaf completes.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The tree's root: MTH(D[n]). The root of the empty tree is SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return Sha256::digest([]).into();
        };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// MTH as RFC 6962 writes it down, by recursion over the whole list.
    fn mth(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf_hash(one),
            many => {
                let mut k = 1;
                while k * 2 < many.len() {
                    k *= 2;
                }
                node_hash(&mth(&many[..k]), &mth(&many[k..]))
            }
        }
    }

    fn hex(hash: Hash) -> String {
        hash.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_roots_are_those_of_the_test_vectors_of_certificate_transparency() {
        let leaves: Vec<Vec<u8>> = vec![
            vec![],
            vec![0x00],
            vec![0x10],
            vec![0x20, 0x21],
            vec![0x30, 0x31],
            vec![0x40, 0x41, 0x42, 0x43],
        ];
        let mut frontier = Frontier::default();
        let mut roots = Vec::new();
        for leaf in &leaves {
            frontier.push(leaf_hash(leaf));
            roots.push(hex(frontier.root()));
        }
        assert_eq!(roots[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(roots[1], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assert_eq!(roots[5], "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
    }

    proptest! {
        #[test]
        fn the_frontier_gives_the_root_of_the_whole_list(
            leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..70),
        ) {
            let mut frontier = Frontier::default();
            for leaf in &leaves {
                frontier.push(leaf_hash(leaf));
            }
            prop_assert_eq!(frontier.root(), mth(&leaves));
            let size = frontier.size();
            prop_assert_eq!(Frontier::from_bytes(size, &frontier.to_bytes()), Some(frontier));
        }
    }

    #[test]
    fn a_frontier_that_does_not_fit_its_size_is_refused() {
        assert_eq!(Frontier::from_bytes(3, &[0; 32]), None);
        assert_eq!(Frontier::from_bytes(1, &[0; 31]), None);
    }
}
