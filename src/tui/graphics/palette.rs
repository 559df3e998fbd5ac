//! At most 256 colours that stand for a picture's: by median cut (Heckbert, "Color Image
//! Quantization for Frame Buffer Display", 1982).
//!
//! Colours are counted in 32 steps of each part, 32,768 boxes: the work is bounded
//! whatever the picture.

use crate::view::picture::Pixels;

/// Colours that a terminal with sixels has at least nowadays; a register's number is a
/// byte.
const MOST: usize = 256;
/// Steps of red, green and blue together.
const BOXES: usize = 1 << 15;

pub(super) struct Palette {
    pub colours: Vec<[u8; 3]>,
    /// By the box of a colour: its place in `colours`.
    nearest: Vec<u8>,
}

/// The pixels in one of the 32,768 boxes.
#[derive(Clone, Copy, Default)]
struct Count {
    pixels: u32,
    sum: [u32; 3],
}

/// Boxes in use that share a colour.
type Cluster = Vec<usize>;

impl Palette {
    pub fn of(pixels: &Pixels) -> Palette {
        let mut counts = vec![Count::default(); BOXES];
        for &rgb in &pixels.rgb {
            let count = &mut counts[of(rgb)];
            count.pixels += 1;
            for (sum, part) in count.sum.iter_mut().zip(rgb) {
                *sum += u32::from(part);
            }
        }
        let used: Cluster = (0..BOXES).filter(|&at| counts[at].pixels > 0).collect();
        let mut clusters = vec![used];
        while clusters.len() < MOST
            && let Some((at, axis)) = widest(&clusters, &counts)
        {
            let cluster = clusters.swap_remove(at);
            clusters.extend(cut(cluster, axis, &counts));
        }
        let mut nearest = vec![0; BOXES];
        let mut colours = Vec::with_capacity(clusters.len());
        for (cluster, number) in clusters.iter().zip(0..=u8::MAX) {
            for &at in cluster {
                nearest[at] = number;
            }
            colours.push(mean(cluster, &counts));
        }
        Palette { colours, nearest }
    }

    /// The place of the colour that stands for this one, which the picture has.
    pub fn place(&self, rgb: [u8; 3]) -> u8 {
        self.nearest[of(rgb)]
    }
}

/// A colour's box.
fn of([r, g, b]: [u8; 3]) -> usize {
    let step = |part: u8| usize::from(part >> 3);
    step(r) << 10 | step(g) << 5 | step(b)
}

fn step(at: usize, axis: usize) -> usize {
    at >> (10 - 5 * axis) & 31
}

/// The cluster that reaches furthest along one axis, weighed by its pixels; `None` where
/// none can be cut.
fn widest(clusters: &[Cluster], counts: &[Count]) -> Option<(usize, usize)> {
    let wide = |(number, cluster): (usize, &Cluster)| {
        let pixels: u64 = cluster.iter().map(|&at| u64::from(counts[at].pixels)).sum();
        let reach = |axis: usize| {
            let steps = cluster.iter().map(|&at| step(at, axis));
            let (least, most) = steps.fold((31, 0), |(least, most), step| {
                (step.min(least), step.max(most))
            });
            (most.saturating_sub(least) as u64, axis)
        };
        let (reach, axis) = (0..3).map(reach).max()?;
        // Its size counts by its root: a small bright spot is seen beside a large sky.
        (reach > 0).then(|| (reach * reach * pixels.isqrt(), number, axis))
    };
    let widest = clusters.iter().enumerate().filter_map(wide).max()?;
    Some((widest.1, widest.2))
}

/// Where half of the pixels are on either side.
fn cut(mut cluster: Cluster, axis: usize, counts: &[Count]) -> [Cluster; 2] {
    cluster.sort_by_key(|&at| step(at, axis));
    let all: u64 = cluster.iter().map(|&at| u64::from(counts[at].pixels)).sum();
    let mut before = 0;
    let middle = cluster.iter().position(|&at| {
        before += u64::from(counts[at].pixels);
        before * 2 >= all
    });
    let middle = middle.map_or(0, |at| at + 1).min(cluster.len() - 1).max(1);
    let upper = cluster.split_off(middle);
    [cluster, upper]
}

fn mean(cluster: &Cluster, counts: &[Count]) -> [u8; 3] {
    let pixels: u64 = cluster.iter().map(|&at| u64::from(counts[at].pixels)).sum();
    std::array::from_fn(|part| {
        let sum: u64 = cluster
            .iter()
            .map(|&at| u64::from(counts[at].sum[part]))
            .sum();
        u8::try_from(sum / pixels.max(1)).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn palette(rgb: Vec<[u8; 3]>) -> Palette {
        Palette::of(&Pixels {
            width: rgb.len(),
            height: 1,
            rgb,
        })
    }

    #[test]
    fn few_colours_stay_what_they_are() {
        for colours in [
            vec![[0, 0, 0]],
            vec![[255, 0, 0], [0, 0, 255]],
            vec![[1, 2, 3], [200, 100, 50], [255, 255, 255], [0, 128, 0]],
        ] {
            let palette = palette(colours.clone());
            assert_eq!(palette.colours.len(), colours.len());
            for rgb in colours {
                assert_eq!(palette.colours[usize::from(palette.place(rgb))], rgb);
            }
        }
        assert_eq!(palette(Vec::new()).colours, [[0; 3]]);
    }

    /// Every colour that there is in steps of 8, once.
    #[test]
    fn many_colours_become_near_ones() {
        let step = |n: usize| (n * 8) as u8;
        let all: Vec<[u8; 3]> = (0..BOXES)
            .map(|at| [step(at >> 10), step(at >> 5 & 31), step(at & 31)])
            .collect();
        let palette = palette(all.clone());
        assert_eq!(palette.colours.len(), MOST);
        for rgb in all {
            let near = palette.colours[usize::from(palette.place(rgb))];
            for (part, near) in rgb.into_iter().zip(near) {
                assert!(part.abs_diff(near) <= 32, "{rgb:?} {near:?}");
            }
        }
    }
}
