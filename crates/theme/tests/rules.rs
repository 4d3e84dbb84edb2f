//! Each rule of `check`: an example that it finds, the same written well, and
//! the same where it is not a template or no script.

use std::collections::BTreeSet;

use recharge_theme::calls::CallForm;
use recharge_theme::check::{Finding, RULES, Severity, check};
use recharge_theme::folder::Theme;
use recharge_theme::migrate::replacements;

/// A theme in which no rule finds anything, with files added or replaced.
fn theme(files: &[(&str, &[u8])]) -> Theme {
    let mut all: Vec<(String, Vec<u8>)> = vec![(
        "base.html".to_owned(),
        b"{% block content %}{% endblock %}".to_vec(),
    )];
    for name in recharge_theme::pages::REQUIRED.iter().skip(1) {
        all.push((
            (*name).to_owned(),
            b"{% extends 'base.html' %}{% block content %}{% endblock %}".to_vec(),
        ));
    }
    for (name, text) in files {
        all.retain(|(each, _)| each != name);
        if !text.is_empty() {
            all.push(((*name).to_owned(), text.to_vec()));
        }
    }
    Theme::of_files(all)
}

/// A theme whose page of subscriptions has a content.
fn page(content: &str) -> Theme {
    let text =
        format!("{{% extends 'base.html' %}}{{% block content %}}\n{content}\n{{% endblock %}}");
    theme(&[("subscriptions.html", text.as_bytes())])
}

fn rules(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn theme_without_mistakes_has_no_findings() {
    assert_eq!(check(&theme(&[])), []);
}

/// Rule, text that it finds, text that it does not find, and the first one where
/// it means nothing.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "syntax",
        "{{ 1 + }}",
        "{{ 1 + 1 }}",
        "{% raw %}{{ 1 + }}{% endraw %}",
    ),
    (
        "syntax",
        "{% if customer %}",
        "{% if customer %}{% endif %}",
        "{# {% if customer %} #}",
    ),
    (
        "unknown-tag",
        "{% iff customer %}",
        "{% if customer %}{% endif %}",
        "{# {% iff customer %} #}",
    ),
    (
        "unknown-tag",
        "{% capture x %}",
        "{% set x %}{% endset %}",
        "{# {% capture x %} #}",
    ),
    (
        "unknown-filter",
        "{{ store.name | uper }}",
        "{{ store.name | upper }}",
        "{% raw %}{{ store.name | uper }}{% endraw %}",
    ),
    (
        "unknown-filter",
        "{{ 1 | subscription_urll }}",
        "{{ 1 | subscription_url }}",
        "<script>var x = a | uper;</script>",
    ),
    (
        "unknown-test",
        "{{ store is definedd }}",
        "{{ store is defined }}",
        "{# {{ store is definedd }} #}",
    ),
    (
        "unknown-method",
        "{{ store.name.upperr() }}",
        "{{ store.name.upper() }}",
        "<script>name.upperr()</script>",
    ),
    (
        "undefined-variable",
        "{{ subscriptionz }}",
        "{{ subscriptions | length }}",
        "{% raw %}{{ subscriptionz }}{% endraw %}",
    ),
    (
        "undefined-variable",
        "{% for a in addresses %}{% endfor %}{{ a }}",
        "{% for a in addresses %}{{ a }}{% endfor %}",
        "{# {{ a }} #}",
    ),
    (
        "undefined-variable",
        "{{ missing }}",
        "{% if missing is defined %}{{ missing }}{% endif %}",
        "<script>missing</script>",
    ),
    (
        "unknown-field",
        "{{ customer.emial }}",
        "{{ customer.email }}",
        "<script>customer.emial</script>",
    ),
    (
        "unknown-field",
        "{% for s in subscriptions %}{{ s.product.titel }}{% endfor %}",
        "{% for s in subscriptions %}{{ s.product.title }}{% endfor %}",
        "{# {{ customer.emial }} #}",
    ),
    (
        "missing-include",
        "{% include '_absent.html' %}",
        "{% include '_absent.html' ignore missing %}",
        "{% raw %}{% include '_absent.html' %}{% endraw %}",
    ),
    (
        "include-loop",
        "{% include 'subscriptions.html' %}",
        "{% include 'orders.html' %}",
        "{# {% include 'subscriptions.html' %} #}",
    ),
    (
        "untranslated-key",
        "{{ 'cp_title' | t }}",
        "{{ store.name | t }}",
        "{% raw %}{{ 'cp_title' | t }}{% endraw %}",
    ),
    (
        "schema-invalid",
        "<script>var schema = '{ \"customer\": {} }, \"addresses\": [] }';</script>",
        "<script>var schema = '{ \"customer\": {}, \"addresses\": [] }';</script>",
        "<script>// '{ \"customer\": {} }, \"addresses\": [] }'\n</script>",
    ),
    (
        "schema-invalid",
        "<script>get(`{ \"subscriptionz\": { \"id\": ${id} } }`)</script>",
        "<script>get(`{ \"subscription\": { \"id\": ${id} } }`)</script>",
        "<script>/* '{ \"subscriptionz\": {} }' */</script>",
    ),
    (
        "schema-invalid",
        "<script>get('{ \"customer\": {}, \"orders\": [ }')</script>",
        "<script>get('{ \"products\": { \"page\": ' + page + ' } }')</script>",
        "{# <script>get('{ \"customer\": {}, \"orders\": [ }')</script> #}",
    ),
    (
        "unknown-route",
        "<script>fetch('/tools/recurring/portal/' + hash + '/subscriptionz?token=' + token)</script>",
        "<script>fetch('/tools/recurring/portal/' + hash + '/subscriptions?token=' + token)</script>",
        "<script>// fetch('/tools/recurring/portal/' + hash + '/subscriptionz?token=')\n</script>",
    ),
    (
        "unknown-route",
        "<script>ReCharge.Endpoints.show_adress_url(1)</script>",
        "<script>ReCharge.Endpoints.show_address_url(1)</script>",
        "<script>/* ReCharge.Endpoints.show_adress_url(1) */</script>",
    ),
    (
        "unknown-route",
        "<script>const u = `${this.base}subscriptions/${id}/skipp`;</script>",
        "<script>const u = `${this.base}subscriptions/${id}/skip`;</script>",
        "subscriptions/12/skipp",
    ),
    (
        "wrong-method",
        "<form action=\"{{ 1 | subscription_skip_url }}\" method=\"get\"></form>",
        "<form action=\"{{ 1 | subscription_skip_url }}\" method=\"post\"></form>",
        "{% raw %}<form action=\"{{ 1 | subscription_skip_url }}\" method=\"get\"></form>{% endraw %}",
    ),
    (
        "wrong-method",
        "<script>axios.get(`${base}charges/${id}/skip?token=${token}`)</script>",
        "<script>axios.post(`${base}charges/${id}/skip?token=${token}`)</script>",
        "<script>// axios.get(`${base}charges/${id}/skip?token=${token}`)\n</script>",
    ),
    (
        "no-token",
        "<script>$.ajax({ url: ReCharge.Endpoints.list_orders_url(), type: 'get' })</script>",
        "<script>$.ajax({ url: ReCharge.Endpoints.list_orders_url() + '?token=' + t, type: 'get' })</script>",
        "<script>/* $.ajax({ url: ReCharge.Endpoints.list_orders_url() }) */</script>",
    ),
    (
        "no-token",
        "<script>fetch('/tools/recurring/portal/' + hash + '/orders')</script>",
        "<script>fetch('/tools/recurring/portal/' + hash + '/orders?token=' + t)</script>",
        "{# <script>fetch('/tools/recurring/portal/' + hash + '/orders')</script> #}",
    ),
    (
        "engine-api",
        "<script>axios.post(`${base}charges/${id}/skip?token=${token}`)</script>",
        "<script>recharge.charge.skipCharge(session, id, ids)</script>",
        "<script>// axios.post(`${base}charges/${id}/skip?token=${token}`)\n</script>",
    ),
    (
        "engine-api",
        "<form action=\"{{ 1 | subscription_skip_url }}\" method=\"post\"></form>",
        "<a href=\"{{ 1 | subscription_url }}\">x</a>",
        "{# <form action=\"{{ 1 | subscription_skip_url }}\" method=\"post\"></form> #}",
    ),
    (
        "py2-only",
        "{{ \"2\" > 1 }}",
        "{{ \"2\" | int > 1 }}",
        "{% raw %}{{ \"2\" > 1 }}{% endraw %}",
    ),
    (
        "liquid-leak",
        "{% raw %}{% capture x %}1{% endcapture %}{% endraw %}",
        "{% raw %}{{ handlebars }}{% endraw %}",
        "{# {% raw %}{% capture x %}{% endraw %} #}",
    ),
    (
        "secret-in-theme",
        "<script>var token = 'sk_1x1_0123456789abcdef0123456789abcdef';</script>",
        "<script>var token = 'sk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx';</script>",
        "{# task_0123456789abcdef0123456789abcdef01234567 #}",
    ),
    (
        "secret-in-theme",
        "{# shpat_0123456789abcdef0123456789abcdef #}",
        "{# shpat_ is how tokens begin #}",
        "<script>// AKIAxxxxxxxxxxxxxxxx\n</script>",
    ),
];

#[test]
fn rule_finds_its_mistake_and_nothing_else() {
    let mut wrong = Vec::new();
    for (rule, bad, good, inert) in CASES {
        for (text, is_found) in [(bad, true), (good, false), (inert, false)] {
            let findings = check(&page(text));
            if rules(&findings).contains(rule) != is_found {
                wrong.push(format!("{rule}: {text}\n  {findings:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_an_example() {
    let mut shown: BTreeSet<&str> = CASES.iter().map(|(rule, ..)| *rule).collect();
    // These are about files, and have tests of their own below.
    shown.extend([
        "file",
        "orphan-partial",
        "missing-template",
        "base-not-extended",
    ]);
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(shown, all);
}

#[test]
fn partial_is_an_orphan_when_no_file_includes_it_and_scripts_count() {
    let orphan = |text: &[u8]| {
        let found = check(&theme(&[("_part.html", b"x"), ("app.js", text)]));
        found
            .iter()
            .any(|finding| finding.rule == "orphan-partial" && finding.file == "_part.html")
    };
    assert!(orphan(b"// nothing"));
    assert!(!orphan(b"{% include '_part.html' %}"));
    assert!(orphan(b"{# {% include '_part.html' %} #}"));
    assert!(orphan(b"{% raw %}{% include '_part.html' %}{% endraw %}"));
}

#[test]
fn page_without_template_or_layout_is_reported() {
    let findings = check(&theme(&[("order.html", b"")]));
    assert_eq!(rules(&findings), BTreeSet::from(["missing-template"]));
    assert_eq!(findings[0].file, "order.html");
    let findings = check(&theme(&[("order.html", b"<p>no layout</p>")]));
    assert_eq!(rules(&findings), BTreeSet::from(["base-not-extended"]));
    let commented = check(&theme(&[(
        "order.html",
        b"{# {% extends 'base.html' %} #}",
    )]));
    assert_eq!(rules(&commented), BTreeSet::from(["base-not-extended"]));
    // Pages that the portal does not know need no layout.
    assert_eq!(check(&theme(&[("own.html", b"<p>own</p>")])), []);
}

/// A page is there when its file is; text about a page is not one.
#[test]
fn page_that_is_only_written_about_is_missing_and_none_is_missed_by_writing() {
    let written: [&[u8]; 3] = [
        b"{# order.html #}",
        b"{% raw %}{% include 'order.html' %}{% endraw %}",
        b"<script>// order.html\n</script>",
    ];
    for text in written {
        let page = [b"{% extends 'base.html' %}", text].concat();
        let missing = check(&theme(&[("order.html", b""), ("orders.html", &page)]));
        let files = |findings: &[Finding]| {
            let about = findings.iter();
            let about = about.filter(|finding| finding.rule == "missing-template");
            about
                .map(|finding| finding.file.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(files(&missing), ["order.html"]);
        // Pages that no portal has are not asked for, whatever is written.
        let other = String::from_utf8(page).unwrap().replace("order", "absent");
        let other = check(&theme(&[("orders.html", other.as_bytes())]));
        assert_eq!(files(&other), [""; 0]);
    }
}

/// What a file is decides, not what is in it.
#[test]
fn text_about_broken_files_and_places_outside_is_no_broken_file() {
    for text in [
        "{# \\xff ../outside.html #}",
        "{% raw %}{% include '../outside.html' %}\u{fffd}{% endraw %}",
        "<script>var bytes = '\\xff\\xfe', place = '../outside.html';</script>",
    ] {
        assert!(!rules(&check(&page(text))).contains("file"), "{text}");
    }
    // The same bytes are an error in a comment, as no one can read the file.
    for text in [
        &b"{# \xff #}"[..],
        b"{% raw %}\xff{% endraw %}",
        b"<script>// \xff\n</script>",
    ] {
        let findings = check(&theme(&[("own.html", text)]));
        assert_eq!(rules(&findings), BTreeSet::from(["file"]), "{findings:?}");
    }
}

#[test]
fn file_that_is_not_utf8_is_an_error_and_an_image_is_not() {
    let findings = check(&theme(&[("app.js", b"\xff"), ("logo.png", b"\xff")]));
    assert_eq!(rules(&findings), BTreeSet::from(["file"]));
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn finding_names_file_line_and_column_and_suggests() {
    let findings = check(&page("first\n  {{ customer.emial }}"));
    let finding = &findings[0];
    assert_eq!(
        (finding.file.as_str(), finding.line, finding.column),
        ("subscriptions.html", 3, 6)
    );
    assert_eq!(
        finding.message,
        "customer has no field emial; did you mean email?"
    );
}

#[test]
fn variable_is_followed_through_layout_include_and_loop() {
    let theme = theme(&[
        ("base.html", b"{{ customer.email }}{{ title }}{% block content %}{% endblock %}{{ nothing }}"),
        ("subscriptions.html", b"{% extends 'base.html' %}{% set title = 1 %}{% block content %}{% for each in subscriptions %}{% include '_row.html' %}{% endfor %}{% endblock %}"),
        ("_row.html", b"{{ each.id }}{{ each.idd }}{{ other }}"),
    ]);
    let found: Vec<(String, &str)> = check(&theme)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Warning)
        .map(|finding| (finding.file, finding.rule))
        .collect();
    let expected = [
        ("_row.html", "unknown-field"),
        ("_row.html", "undefined-variable"),
        ("base.html", "undefined-variable"),
    ];
    assert_eq!(found, expected.map(|(file, rule)| (file.to_owned(), rule)));
}

#[test]
fn variable_of_another_page_is_a_note() {
    let findings = check(&page("{{ order }}"));
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(
        findings[0].message,
        "no page that shows this has a variable order; other pages have it"
    );
}

#[test]
fn secret_is_not_repeated_in_the_message() {
    let findings = check(&page("sk_1x1_0123456789abcdef0123456789abcdef"));
    assert!(
        !findings[0].message.contains("0123456789"),
        "{}",
        findings[0].message
    );
}

#[test]
fn includes_that_double_at_each_level_end() {
    let mut files: Vec<(String, String)> = (0..30)
        .map(|level| {
            let next = format!(
                "{{% include '_{0}.html' %}}{{% set v{0} = 1 %}}{{% include '_{0}.html' %}}",
                level + 1
            );
            (format!("_{level}.html"), next)
        })
        .collect();
    files.push(("_30.html".to_owned(), String::new()));
    files.push((
        "subscriptions.html".to_owned(),
        "{% include '_0.html' %}".to_owned(),
    ));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let began = std::time::Instant::now();
    let findings = check(&theme(&files));
    assert!(began.elapsed().as_secs() < 20, "{}", findings.len());
}

#[test]
fn migrate_names_the_place_and_the_twin_of_each_call() {
    let theme = theme(&[
        ("subscription.html", b"<form method=\"post\" action=\"{{ subscription.id | subscription_cancel_url }}\">\n<a href=\"{{ subscription.id | subscription_url }}\">link</a>\n<script>\n  axios.post(`${base}subscriptions/${id}/set_next_charge_date?token=${t}`);\n  // axios.post(`${base}charges/${id}/skip`)\n</script>"),
        ("app.js", b"get('{ \"customer\": {}, \"addresses\": [] }');\nfetch(ReCharge.Endpoints.process_charge(id), { method: 'POST' });\nconst E = { base: '', a: (id) => `${this.base}payment_source/${id}/address` };\n"),
    ]);
    let found: Vec<String> = replacements(&theme)
        .iter()
        .map(|found| {
            let call = &found.call;
            let twin = found.twin.unwrap_or("none");
            format!(
                "{}:{}:{} {} {} -> {twin}",
                call.file,
                call.line,
                call.column,
                call.form.name(),
                found.engine
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "app.js:1:5 schema request_objects customer -> getCustomer",
            "app.js:1:5 schema request_objects addresses -> listAddresses",
            "app.js:2:26 endpoint POST /charges/{}/process -> processCharge",
            "app.js:3:34 url GET /payment_source/{}/address -> none",
            "subscription.html:1:50 filter POST /subscriptions/{}/cancel -> cancelSubscription",
            "subscription.html:4:14 url POST /subscriptions/{}/set_next_charge_date -> updateSubscriptionChargeDate",
        ]
    );
}

#[test]
fn every_url_name_is_found_in_each_form() {
    for url in recharge_theme::urls::URL_NAMES {
        let arguments = "1, 2";
        let text = format!(
            "<script>ReCharge.Endpoints.{}({arguments}); '{{{{ 1 | {} }}}}'</script>",
            url.name, url.name
        );
        let text =
            format!("{{% extends 'base.html' %}}{{% block content %}}{text}{{% endblock %}}");
        let calls =
            recharge_theme::calls::engine_calls(&theme(&[("subscriptions.html", text.as_bytes())]));
        let forms: Vec<CallForm> = calls.iter().map(|call| call.form).collect();
        let expected: &[CallForm] = if url.form == recharge_theme::urls::UrlForm::Elsewhere {
            &[CallForm::Endpoint]
        } else {
            &[CallForm::Endpoint, CallForm::Filter]
        };
        assert_eq!(forms, expected, "{}", url.name);
    }
}

#[test]
fn own_fixtures_have_no_errors() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/themes/portal");
    let errors = check(&Theme::open(&folder).unwrap());
    let errors: Vec<&Finding> = errors
        .iter()
        .filter(|finding| finding.severity != Severity::Note)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
