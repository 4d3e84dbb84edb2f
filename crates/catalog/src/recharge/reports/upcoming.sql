-- Gross revenue to come, by week.
--
-- Definition: total_price of the charges that are queued, by the day for which they
-- are scheduled; before failures, skips and cancellations. Weeks begin on Monday.
-- scheduled_at of charges is a day of the store, so that it is not converted.
-- Source: charges. The API queues the next charge of a subscription only, so that the
-- later weeks are not complete.
SELECT date(substr(scheduled_at, 1, 10), '-6 days', 'weekday 1') AS week,
  coalesce(currency, '') AS currency, count(*) AS charges, decimal_sum(total_price) AS gross
FROM charges
WHERE status = 'queued' AND _deleted_at IS NULL AND scheduled_at IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
