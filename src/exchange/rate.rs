//! How fast bytes came, over time.

/// Received bytes over time, in at most [`Rate::BUCKETS`] buckets: when they are used
/// up, two become one and the bucket's time doubles.
#[derive(Clone, Debug)]
pub struct Rate {
    pub bucket_us: u64,
    /// Time of the first received byte.
    pub from_us: u64,
    pub buckets: Vec<u64>,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate {
            bucket_us: 50_000,
            from_us: 0,
            buckets: Vec::new(),
        }
    }
}

impl Rate {
    pub const BUCKETS: usize = 512;

    pub(super) fn add(&mut self, t_us: u64, bytes: u64) {
        if self.buckets.is_empty() {
            self.from_us = t_us;
        }
        let mut at = (t_us.saturating_sub(self.from_us) / self.bucket_us) as usize;
        while at >= Rate::BUCKETS {
            for pair in 0..self.buckets.len().div_ceil(2) {
                let second = self.buckets.get(2 * pair + 1).copied().unwrap_or(0);
                self.buckets[pair] = self.buckets[2 * pair] + second;
            }
            self.buckets.truncate(self.buckets.len().div_ceil(2));
            self.bucket_us *= 2;
            at = (t_us.saturating_sub(self.from_us) / self.bucket_us) as usize;
        }
        if self.buckets.len() <= at {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += bytes;
    }
}
