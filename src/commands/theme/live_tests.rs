//! The server of a theme, without a socket.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use http_body_util::BodyExt as _;
use recharge_theme::folder::Theme;

use super::*;
use crate::sandbox::State;
use crate::sandbox::seed::Seed;

#[test]
fn page_of_another_origin_is_refused_and_an_own_page_is_not() {
    let may = |peer: &str, host: &str, origin: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_own(peer.parse().unwrap(), &headers)
    };
    assert!(may("127.0.0.1", "127.0.0.1:9292", None));
    assert!(may(
        "127.0.0.1",
        "127.0.0.1:9292",
        Some("http://127.0.0.1:9292")
    ));
    assert!(may("::1", "[::1]:9292", Some("http://[::1]:9292")));
    assert!(!may(
        "127.0.0.1",
        "127.0.0.1:9292",
        Some("http://127.0.0.1:9293")
    ));
    assert!(!may(
        "127.0.0.1",
        "127.0.0.1:9292",
        Some("https://evil.example")
    ));
    assert!(!may("127.0.0.1", "127.0.0.1:9292", Some("null")));
    assert!(!may("127.0.0.1", "rebound.example:9292", None));
    assert!(!may("192.168.1.7", "127.0.0.1:9292", None));
}

/// A served theme whose page of subscriptions has a content.
fn live(folder: &Path, content: &str) -> Live {
    fs::write(folder.join("subscriptions.html"), content).unwrap();
    let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let clock: crate::world::Clock = Arc::new(move || now);
    let theme = Theme::open(folder).unwrap();
    let theme = Arc::new(ServedTheme::new(folder, theme, clock.clone()));
    let sandbox = Sandbox::new(State::seeded(&Seed::demo(), now), clock);
    let sandbox = sandbox.rendering(Arc::<ServedTheme>::clone(&theme));
    let customer = first(&sandbox).unwrap();
    Live {
        sandbox,
        theme,
        customer: AtomicU64::new(customer),
        is_hosted: false,
    }
}

async fn ask(live: &Live, method: &str, path: &str) -> (u16, String, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Bytes::new())
        .unwrap();
    let answer = live.answer(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let place = parts
        .headers
        .get(LOCATION)
        .map(|place| place.to_str().unwrap().to_owned());
    let body = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (parts.status.as_u16(), place.unwrap_or_default(), text)
}

/// Follows the way from the start to the page.
async fn page(live: &Live) -> (u16, String) {
    let (status, place, _) = ask(live, "GET", "/").await;
    assert_eq!(status, 303);
    let (status, _, text) = ask(live, "GET", &place).await;
    (status, text)
}

#[tokio::test]
async fn page_is_wrapped_and_has_functions_for_urls() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(
        folder.path(),
        "{% raw %}{% capture x %}hidden{% endcapture %}{% endraw %}<p>{{ customer.id }}</p>",
    );
    let (status, text) = page(&live).await;
    assert_eq!(status, 200);
    assert!(
        text.starts_with("<!doctype html>") && text.contains("data-version=\"1\""),
        "{text}"
    );
    assert!(
        text.contains("\"subscription_skip_url\":\"/subscriptions/{}/skip\""),
        "{text}"
    );
    assert!(!text.contains("hidden") && text.contains("<p>"), "{text}");
}

#[tokio::test]
async fn saved_file_makes_a_version_and_a_change_of_styles_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(folder.path(), "one");
    fs::write(folder.path().join("a.css"), "a {}").unwrap();
    live.theme.reload();
    assert_eq!(
        live.theme.version(),
        super::super::pages::Version {
            number: 2,
            is_style: false
        }
    );
    fs::write(folder.path().join("a.css"), "b {}").unwrap();
    live.theme.reload();
    assert_eq!(
        live.theme.version(),
        super::super::pages::Version {
            number: 3,
            is_style: true
        }
    );
    live.theme.reload();
    assert_eq!(live.theme.version().number, 3, "nothing changed");
    let (_, _, told) = ask(&live, "GET", "/__theme/version?after=2").await;
    assert_eq!(told, "{\"version\":3,\"style\":true}");
}

#[tokio::test]
async fn broken_template_shows_the_overlay_and_a_folder_that_is_gone_does_too() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(folder.path(), "first\n{{ 1 | nothing }}");
    let (status, text) = page(&live).await;
    assert_eq!(status, 500);
    assert!(
        text.contains("subscriptions.html:2") && text.contains("rc-theme-error"),
        "{text}"
    );
    fs::remove_file(folder.path().join("subscriptions.html")).unwrap();
    live.theme.reload();
    let (status, text) = page(&live).await;
    assert_eq!(status, 500);
    assert!(text.contains("no .html file"), "{text}");
}

#[tokio::test]
async fn bar_switches_the_customer_moves_the_clock_and_resets() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(
        folder.path(),
        "{{ customer.id }}|{{ subscriptions | map(attribute='next_charge_scheduled_at') | join(',') }}|",
    );
    let (_, before) = page(&live).await;
    let other = customers(&live.sandbox).unwrap()[1].0;
    let (status, _, _) = ask(&live, "POST", &format!("/__theme/customer?id={other}")).await;
    assert_eq!(status, 303);
    let (_, text) = page(&live).await;
    assert!(text.contains(&format!("{other}|")), "{text}");
    let (status, _, told) = ask(&live, "POST", "/__theme/clock").await;
    assert_eq!(status, 303, "{told}");
    let (status, place, told) = ask(&live, "POST", "/__theme/reset").await;
    assert_eq!(status, 303, "{told}");
    assert!(place.contains("/portal/"), "{place}");
    let shown = |text: &str| text.split('|').nth(1).map(str::to_owned);
    let (_, after) = page(&live).await;
    assert_eq!(shown(&after), shown(&before), "the store is as it was");
}

#[tokio::test]
async fn what_changes_something_is_not_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(folder.path(), "x");
    for path in ["clock", "reset", "customer?id=1", "nothing"] {
        assert_eq!(
            ask(&live, "GET", &format!("/__theme/{path}")).await.0,
            404,
            "{path}"
        );
    }
    assert_eq!(ask(&live, "POST", "/__theme/customer?id=1").await.0, 404);
    let (status, _, text) = ask(&live, "GET", "/__theme/").await;
    assert_eq!(status, 200);
    assert!(
        text.contains("(subscriptions.html)") && text.contains("/__theme/customer?id="),
        "{text}"
    );
}
