//! A frame file: a script, then what the screen shows at its end, size by size.
//!
//! ```text
//! # What it shows.
//! open localhost/x           the script, see `stage`
//! press 5
//! sizes 120x40 80x24         the three of `SIZES` unless said
//!
//! == 80x24                   the frame, without spaces at the ends of rows;
//! ...
//! cursor 12,3                then column and row, where it is shown,
//! reversed 9,4  2 Hex        and each stretch of reversed cells
//! ```

use std::path::{Path, PathBuf};

use ratatui::style::Modifier;

use crate::stage::{Frame, Stage};

/// Roomy, usual, smallest.
pub const SIZES: &[(u16, u16)] = &[(120, 40), (80, 24), (60, 15)];

pub struct Scene {
    path: PathBuf,
    script: String,
    expected: Vec<String>,
}

impl Scene {
    /// Every file of tests/frames, by name.
    pub fn all() -> Vec<Scene> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&dir)
            .expect("tests/frames")
            .map(|entry| entry.expect("tests/frames").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "txt"))
            .collect();
        paths.sort();
        paths.into_iter().map(Scene::read).collect()
    }

    fn read(path: PathBuf) -> Scene {
        let text = std::fs::read_to_string(&path).expect("a frame file");
        let cut = text.find("\n== ").map_or(text.len(), |at| at + 1);
        let (script, expected) = text.split_at(cut);
        Scene {
            path,
            script: script.trim_end().to_owned(),
            expected: expected.lines().map(str::to_owned).collect(),
        }
    }

    pub fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    pub fn expected(&self) -> &[String] {
        &self.expected
    }

    /// The frames as they are now.
    pub fn found(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (columns, rows) in self.sizes() {
            let stage = self.played((columns, rows));
            lines.push(format!("== {columns}x{rows}"));
            lines.extend(written(&stage.frame()));
        }
        lines
    }

    /// The script at this size.
    pub fn played(&self, (columns, rows): (u16, u16)) -> Stage {
        let mut stage = Stage::new(columns, rows);
        let steps = self.script.lines();
        for line in steps.filter(|line| !line.starts_with("sizes ")) {
            stage.play(line);
        }
        stage
    }

    /// Writes the frames as they are now as what is expected.
    pub fn update(&self) {
        let text = format!("{}\n\n{}\n", self.script, self.found().join("\n"));
        std::fs::write(&self.path, text).expect("a frame file");
    }

    pub fn sizes(&self) -> Vec<(u16, u16)> {
        let said = self
            .script
            .lines()
            .find_map(|line| line.strip_prefix("sizes "));
        let Some(said) = said else {
            return SIZES.to_vec();
        };
        said.split(' ')
            .map(|size| {
                let (columns, rows) = size.split_once('x').expect("80x24");
                (
                    columns.parse().expect("80x24"),
                    rows.parse().expect("80x24"),
                )
            })
            .collect()
    }
}

fn written(frame: &Frame) -> Vec<String> {
    let mut lines = frame.rows();
    if let Some(at) = frame.cursor {
        lines.push(format!("cursor {},{}", at.x, at.y));
    }
    let width = usize::from(frame.buffer.area.width.max(1));
    for (y, row) in frame.buffer.content().chunks(width).enumerate() {
        let reversed = |x: usize| row[x].modifier.contains(Modifier::REVERSED);
        let mut x = 0;
        while x < row.len() {
            let from = x;
            while x < row.len() && reversed(x) == reversed(from) {
                x += 1;
            }
            if reversed(from) {
                let text: String = row[from..x].iter().map(|cell| cell.symbol()).collect();
                lines.push(format!("reversed {from},{y} {}", text.trim_end()));
            }
        }
    }
    lines
}
