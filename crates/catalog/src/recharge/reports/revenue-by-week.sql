-- Revenue by week, from orders.
--
-- Definition: total_price of the orders that were processed in the week, until today,
-- and are neither failed, cancelled, skipped nor queued; net is what remains after
-- total_refunds. Prepaid orders each carry the price of their charge: they count with an
-- even share of it. Weeks begin on Monday. Taxes and shipping are included.
-- Source: orders, and charges for the shares of prepaid orders.
WITH
processed AS (
  SELECT date(local_day(o.processed_at), '-6 days', 'weekday 1') AS week,
    coalesce(o.currency, '') AS currency,
    coalesce(CASE WHEN o.is_prepaid THEN decimal_quotient(c.total_price, c.orders_count, 2) END,
      o.total_price) AS price,
    coalesce(CASE WHEN o.is_prepaid THEN decimal_quotient(c.total_refunds, c.orders_count, 2) END,
      o.total_refunds, '0.00') AS refunds
  FROM orders AS o LEFT JOIN charges AS c ON c.id = o.charge ->> '$.id'
  WHERE o._deleted_at IS NULL AND local_day(o.processed_at) <= :today
    AND lower(o.status) NOT IN ('error', 'cancelled', 'skipped', 'queued')
)
SELECT week, currency, count(*) AS orders,
  decimal_sum(price) AS gross,
  decimal_sum(refunds) AS refunds,
  decimal_difference(decimal_sum(price), decimal_sum(refunds)) AS net
FROM processed
GROUP BY week, currency
ORDER BY week, currency
