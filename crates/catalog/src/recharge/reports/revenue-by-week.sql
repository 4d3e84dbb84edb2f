-- Revenue by week, from orders.
--
-- Definition: total_price of the orders that were processed in the week, until
-- today, and are neither failed, cancelled, skipped nor queued; net is what remains
-- after total_refunds. Weeks begin on Monday. Taxes and shipping are included.
-- Source: orders.
WITH
processed AS (
  SELECT date(local_day(processed_at), '-6 days', 'weekday 1') AS week,
    coalesce(currency, '') AS currency, total_price, coalesce(total_refunds, '0.00') AS refunds
  FROM orders
  WHERE _deleted_at IS NULL AND local_day(processed_at) <= :today
    AND lower(status) NOT IN ('error', 'cancelled', 'skipped', 'queued')
)
SELECT week, currency, count(*) AS orders,
  decimal_sum(total_price) AS gross,
  decimal_sum(refunds) AS refunds,
  decimal_difference(decimal_sum(total_price), decimal_sum(refunds)) AS net
FROM processed
GROUP BY week, currency
ORDER BY week, currency
