-- Monthly recurring revenue that was collected, per customer and month.
--
-- Definition: of recurring orders that were processed in the month, until today, and are
-- neither failed, cancelled nor queued. charged is total_price - total_refunds of their
-- charges, without those of prepaid orders. mrr has all of them: it shares each charge
-- evenly among its orders (orders_count), each share rounded to cents. These are
-- total_net_recurring_charges and calculated_net_order_mrr of the model
-- recharge__monthly_recurring_revenue of the dbt package for Recharge, in the zone
-- UTC; its calendar ends before the day of the newest charge.
-- Source: orders and charges.
WITH
billed AS (
  SELECT CAST(o.customer ->> '$.id' AS INTEGER) AS customer_id,
    substr(local_day(o.processed_at), 1, 7) AS month,
    coalesce(c.currency, o.currency, '') AS currency,
    CASE WHEN o.is_prepaid THEN '0.00' ELSE
      decimal_difference(coalesce(c.total_price, '0.00'), coalesce(c.total_refunds, '0.00'))
    END AS charged,
    decimal_difference(
      coalesce(decimal_quotient(c.total_price, c.orders_count, 2), '0.00'),
      coalesce(decimal_quotient(c.total_refunds, c.orders_count, 2), '0.00')
    ) AS earned
  FROM orders AS o LEFT JOIN charges AS c ON c.id = o.charge ->> '$.id'
  WHERE o._deleted_at IS NULL AND local_day(o.processed_at) <= :today
    AND lower(o.type) = 'recurring' AND lower(o.status) NOT IN ('error', 'cancelled', 'queued')
)
SELECT customer_id, month, currency, count(*) AS orders,
  decimal_sum(charged) AS charged, decimal_sum(earned) AS mrr
FROM billed
GROUP BY customer_id, month, currency
ORDER BY month, customer_id, currency
