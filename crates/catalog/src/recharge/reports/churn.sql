-- Churn rate of subscriptions by month.
--
-- Definition: churned / (active at the start of the month + new in it), the formula
-- that Stripe publishes for its churn rate of subscribers, here for subscriptions. A
-- subscription that was activated again counts as new. The current month is not
-- complete.
-- Source: subscriptions_history, which has the versions that were seen from the first
-- copy on, and subscriptions for those that were deleted. One that expired ends when
-- it was first seen as expired, as the API does not say when.
WITH RECURSIVE
-- spells: from which day to which day a subscription was active
seen AS (
  SELECT id, customer_id, created_at, updated_at, cancelled_at, status = 'active' AS is_active,
    coalesce(nullif(trim(cancellation_reason), ''), status) AS reason,
    lag(status = 'active') OVER (PARTITION BY id ORDER BY updated_at) AS was_active
  FROM subscriptions_history
),
changes AS (
  SELECT id, customer_id, created_at AS at, 1 AS begins, NULL AS reason
  FROM seen WHERE was_active IS NULL
  UNION ALL
  SELECT id, customer_id, coalesce(cancelled_at, updated_at), 0, reason
  FROM seen WHERE NOT is_active AND coalesce(was_active, 1)
  UNION ALL
  SELECT id, customer_id, updated_at, 1, NULL
  FROM seen WHERE is_active AND NOT was_active
  UNION ALL
  SELECT id, customer_id, _deleted_at, 0, 'deleted'
  FROM subscriptions WHERE _deleted_at IS NOT NULL AND status = 'active'
),
spells AS (
  SELECT id, customer_id, first_day, CASE WHEN end_day <= :today THEN end_day END AS end_day, reason
  FROM (
    SELECT id, customer_id, begins, local_day(at) AS first_day,
      local_day(lead(at) OVER later) AS end_day, lead(reason) OVER later AS reason
    FROM changes WINDOW later AS (PARTITION BY id ORDER BY at, begins DESC)
  )
  WHERE begins AND first_day <= :today
),
-- end of spells
months AS (
  SELECT date(min(first_day), 'start of month') AS month FROM spells
  UNION ALL
  SELECT date(month, '+1 month') FROM months WHERE date(month, '+1 month') <= :today
),
flows AS (
  SELECT date(first_day, 'start of month') AS month, 1 AS new, 0 AS ended FROM spells
  UNION ALL
  SELECT date(end_day, 'start of month'), 0, 1 FROM spells WHERE end_day IS NOT NULL
),
counts AS (
  SELECT month, coalesce(sum(new), 0) AS new, coalesce(sum(ended), 0) AS churned,
    coalesce(sum(coalesce(sum(new - ended), 0)) OVER (
      ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS active_at_start
  FROM months LEFT JOIN flows USING (month)
  WHERE month IS NOT NULL
  GROUP BY month
)
SELECT substr(month, 1, 7) AS month, active_at_start, new, churned,
  decimal_quotient(churned, active_at_start + new, 4) AS churn_rate
FROM counts
ORDER BY month
