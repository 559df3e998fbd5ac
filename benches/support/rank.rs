//! The middle and the tail of measured values.

pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    at_rank(values, 0.5)
}

/// The value that this share of all values lies below: 0.5 is the median, 0.99 what one
/// in a hundred passes.
pub fn at_rank(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * share) as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}
