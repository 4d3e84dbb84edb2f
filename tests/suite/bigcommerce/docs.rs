//! The commands of the page on this API, run in their order.

use super::shop::{HASH, Served, Shop, TOKEN, line, order, product};
use crate::harness::rc;

#[test]
fn every_command_of_the_page_runs() {
    let text = include_str!("../../../docs/bigcommerce.md");
    let mut shop = Shop {
        orders: vec![order(100, "2026-11-01T10:00:00Z")],
        products: vec![product(12, "2026-11-01T10:00:00Z")],
        ..Shop::default()
    };
    shop.lines.insert(100, vec![line(1, 100, 2)]);
    let served = Served::new(shop);
    let folder = served.store.path();
    let credentials = folder.join("credentials.txt");
    let path = format!("https://api.bigcommerce.com/stores/{HASH}/v3/");
    std::fs::write(
        &credentials,
        format!("ACCESS TOKEN: {TOKEN}\nAPI PATH: {path}\n"),
    )
    .unwrap();
    let database = folder.join("bigcommerce.db");
    let (mut run, mut inside) = (0, false);
    for typed in text.lines() {
        match typed {
            "```sh" => inside = true,
            "```" => inside = false,
            typed if inside => {
                // Files of the page are in the folder of the test.
                let typed = typed
                    .replace("credentials.txt", &credentials.display().to_string())
                    .replace("bigcommerce.db", &database.display().to_string());
                rc(&typed)
                    .holding(&served.store)
                    .env("BIGCOMMERCE_BASE_URL", &served.server.url)
                    .env(
                        "RECHARGE_SYNC_TO",
                        &format!("sqlite:{}", database.display()),
                    )
                    .succeeds();
                run += 1;
            }
            _ => {}
        }
    }
    assert!(run >= 10, "{run}");
    let doctor = format!("doctor --store-hash {HASH}");
    served.rc(&doctor).succeeds();
    assert!(text.contains(&format!("rc {doctor}")));
}
