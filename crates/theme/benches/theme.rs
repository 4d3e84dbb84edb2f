//! How long a page, a reload and a check take, with the themes in `tests/themes`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and may stop at once"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use recharge_theme::check::check;
use recharge_theme::engine::{Engine, Request};
use recharge_theme::folder::Theme;

/// How often each is measured; the median counts.
const ROUNDS: usize = 21;

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/themes");
    let folder = root.join("portal");
    let context =
        serde_json::from_str(&std::fs::read_to_string(root.join("context.json")).unwrap()).unwrap();
    let theme = Arc::new(Theme::open(&folder).unwrap());
    let engine = Engine::new(Arc::clone(&theme));
    let render = |engine: &Engine, template: &str| {
        let request = Request {
            template,
            context: &context,
            portal_path: "/tools/recurring/portal/hash",
            token: Some("token"),
            query: &[],
            now: jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0),
        };
        engine.render(&request).unwrap().text.len()
    };
    let pages = theme
        .pages()
        .map(|page| (render(&engine, page), page.to_owned()));
    let (bytes, largest) = pages.max().unwrap();
    let page = median(|| {
        std::hint::black_box(render(&engine, &largest));
    });
    println!("page      {largest}, {bytes} bytes: {page:?} (limit 20 ms)");
    let reload = median(|| {
        let engine = Engine::new(Arc::new(Theme::open(&folder).unwrap()));
        std::hint::black_box(render(&engine, &largest));
    });
    println!(
        "reload    read the folder, render the page: {reload:?} (limit 300 ms, with 150 ms between looks)"
    );
    let files: Vec<(String, Vec<u8>)> = theme
        .texts()
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect();
    let more = files
        .iter()
        .filter(|(name, _)| name.starts_with('_'))
        .cycle()
        .enumerate();
    let more = more.map(|(index, (name, text))| {
        (
            name.replace(".html", &format!("_{index}.html")),
            text.clone(),
        )
    });
    let hundred = Theme::of_files(files.clone().into_iter().chain(more).take(100));
    let count = hundred.texts().count();
    let checked = median(|| {
        std::hint::black_box(check(&hundred));
    });
    println!("check     {count} files: {checked:?} (limit 200 ms)");
}
