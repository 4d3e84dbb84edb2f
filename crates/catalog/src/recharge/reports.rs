//! The reports on copies of stores, and where a copy has what they need.

use super::fivetran;
use crate::analysis::{Analysis, Report, ReportBars, ReportParameter, ReportTable, ZoneColumn};

/// Views and reports.
pub(super) const ANALYSIS: Analysis = Analysis {
    layouts: &[fivetran::LAYOUT],
    reports: REPORTS,
    zone: Some(ZoneColumn {
        table: "store",
        column: "timezone",
        member: "iana_name",
    }),
};

/// A report with one label.
const fn report(
    name: &'static str,
    about: &'static str,
    sql: &'static str,
    tables: &'static [ReportTable],
) -> Report {
    Report {
        name,
        about,
        sql,
        tables,
        parameters: &[],
        bars: None,
    }
}

const fn bars(labels: usize, measure: &'static str) -> ReportBars {
    ReportBars {
        labels,
        measure,
        adds_up: false,
    }
}

/// Bars of amounts, with a last label that is their currency.
const fn amounts(labels: usize, measure: &'static str) -> ReportBars {
    ReportBars {
        labels,
        measure,
        adds_up: true,
    }
}

const ADDRESSES: ReportTable = ReportTable::of("addresses");
const CHARGES: ReportTable = ReportTable::of("charges");
const ORDERS: ReportTable = ReportTable::of("orders");
const SUBSCRIPTIONS: ReportTable = ReportTable::of("subscriptions");

/// The tables from which the days of subscriptions are worked out.
const SPELLS: &[ReportTable] = &[
    SUBSCRIPTIONS,
    ReportTable::with("subscriptions_history", "subscriptions"),
];

const REPORTS: &[Report] = &[
    Report {
        bars: Some(bars(1, "active")),
        ..report(
            "active-subscriptions",
            "active subscriptions at the end of each month",
            include_str!("reports/active-subscriptions.sql"),
            SPELLS,
        )
    },
    Report {
        bars: Some(bars(1, "churn_rate")),
        ..report(
            "churn",
            "churn rate of subscriptions by month",
            include_str!("reports/churn.sql"),
            SPELLS,
        )
    },
    Report {
        bars: Some(bars(2, "subscriptions")),
        ..report(
            "churn-reasons",
            "subscriptions that ended, by month and reason",
            include_str!("reports/churn-reasons.sql"),
            SPELLS,
        )
    },
    Report {
        bars: Some(bars(3, "retention")),
        ..report(
            "cohorts",
            "share of customers who stay, by the month of their first subscription",
            include_str!("reports/cohorts.sql"),
            SPELLS,
        )
    },
    Report {
        parameters: &[ReportParameter {
            name: "month_days",
            about: "days of a month: 365/12",
            default: "30.416666666667",
        }],
        bars: Some(amounts(2, "mrr")),
        ..report(
            "mrr",
            "monthly recurring revenue of active subscriptions, by product",
            include_str!("reports/mrr.sql"),
            &[SUBSCRIPTIONS, ADDRESSES],
        )
    },
    report(
        "mrr-collected",
        "monthly recurring revenue that was collected, per customer and month",
        include_str!("reports/mrr-collected.sql"),
        &[ORDERS, CHARGES],
    ),
    Report {
        bars: Some(amounts(2, "gross")),
        ..report(
            "revenue-by-week",
            "revenue by week, from orders",
            include_str!("reports/revenue-by-week.sql"),
            &[ORDERS, CHARGES],
        )
    },
    Report {
        bars: Some(amounts(2, "gross")),
        ..report(
            "upcoming",
            "gross revenue of queued charges, by week",
            include_str!("reports/upcoming.sql"),
            &[CHARGES],
        )
    },
    Report {
        bars: Some(bars(2, "failed")),
        ..report(
            "failed-charges",
            "failed charges by month, and how many were recovered",
            include_str!("reports/failed-charges.sql"),
            &[CHARGES, ReportTable::with("charges_history", "charges")],
        )
    },
];
