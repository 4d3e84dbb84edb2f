//! Long work while much goes wrong: `cargo bench --bench faults`. What it does
//! is in `tests/suite/trials.rs`; what it found, in `benches/README.md`.

#![expect(clippy::print_stdout, reason = "figures are printed")]

#[path = "../tests/suite/trials.rs"]
mod trials;

fn main() {
    let mut held = true;
    let begun = std::time::Instant::now();
    let whole = (0..50).filter(|seed| trials::list(1000, *seed)).count();
    println!("lists of 1,000 pages that are whole and without duplicates: {whole} of 50");
    held &= whole == 50;
    let done = trials::same_writes(10_000, 1);
    println!("writes that may be repeated, told as done and done: {done} of 10,000");
    held &= done == 10_000;
    let creates = trials::creates(1000, 1);
    println!("creates of 1,000: {creates:?}");
    held &= creates.wrong == 0 && creates.once + creates.unknown == 1000;
    println!("in {:.1} s", begun.elapsed().as_secs_f64());
    if !held {
        println!("\nNOT ALL IS AS IT MUST BE");
        std::process::exit(1);
    }
}
