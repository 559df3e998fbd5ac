//! JSON in its form: beside serde_json, `jq .` and `less` on the same bytes.

use std::hint::black_box;
use std::io::Write;
use std::process::Command;
use std::time::Duration;

use sockeye::view::pretty::{Folds, Index};
use sockeye::view::{Form, Pretty, View};

use super::bodies::memory;
use super::finding::less;
use super::times::{goal, is_installed, median_cpu, rate};
use crate::support::measure;
use crate::{HEIGHT, WIDTH};

/// JSON of 100 MB: reading its rows ahead, its first screen, its end; beside serde_json,
/// `jq .` and `less` on the same bytes.
pub fn forms() {
    let record = br#"{"id":123456,"name":"Ada Lovelace","tags":["one","two"],"on":true,"at":{"x":1.5,"y":null}},"#;
    let mut json = b"[".to_vec();
    while json.len() < 100_000_000 {
        json.extend_from_slice(record);
    }
    json.pop();
    json.push(b']');
    let window = memory(&json);
    let form = Form::Json;
    let mut index = Index::new(&form);
    let time = median_cpu(|| {
        index = Index::new(&form);
        let mut head = index.head();
        loop {
            let piece = head.read(&window, 8 << 20).unwrap();
            let next = piece.head();
            let done = next.end() == head.end();
            head = next;
            index.add(piece);
            if done {
                break;
            }
        }
    });
    println!(
        "\nJSON of 100 MB: rows read ahead in {:.2} s of CPU ({:.2} GB/s; goal 0.2 s), {} KiB kept",
        time.as_secs_f64(),
        rate(json.len(), time),
        index.size() >> 10
    );
    let times = |of: Duration| of.as_secs_f64() / time.as_secs_f64();
    let checked = median_cpu(|| {
        let read: serde::de::IgnoredAny = serde_json::from_slice(black_box(&json)).unwrap();
        black_box(read);
    });
    let kept = median_cpu(|| {
        let read: serde_json::Value = serde_json::from_slice(black_box(&json)).unwrap();
        black_box(read);
    });
    println!(
        "  serde_json: {:.1} × that time, nothing kept; {:.1} × to a Value",
        times(checked),
        times(kept)
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&json).unwrap();
    if is_installed("jq") {
        let jq = measure::run(Command::new("jq").arg(".").arg(file.path()));
        println!(
            "  jq .: {:.0} × that time, peak {} MiB",
            times(jq.cpu),
            jq.peak >> 20
        );
    }
    if is_installed("less") {
        less(file.path(), "123456", None);
    }
    for (name, index, folds) in [
        ("nothing read ahead", &Index::new(&form), Folds::default()),
        ("read ahead", &index, Folds::default()),
        ("all folded", &index, Pretty::fold_all(&form)),
    ] {
        let mut view = Pretty::new(window.clone(), &form, index, &folds);
        view.width = WIDTH;
        let first = median_cpu(|| {
            black_box(view.rows(0, HEIGHT));
        });
        let end = median_cpu(|| {
            let top = view.step(view.last(), 1 - HEIGHT as i64);
            black_box(view.rows(top, HEIGHT));
        });
        let middle = view.anchor(window.len / 2);
        let scroll = median_cpu(|| {
            let top = view.step(middle, -1);
            black_box(view.rows(top, HEIGHT));
        });
        println!(
            "  {name:<18} first screen {} · jump to the end {} · a row up {}",
            goal(first, 10),
            goal(end, 20),
            goal(scroll, 20),
        );
    }
}
