-- Retention of customers by the month of their first subscription.
--
-- Definition: of the customers whose first subscription began in a month, the share
-- with an active subscription at the end of each month since. The current month ends
-- today.
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
signups AS (
  SELECT customer_id, date(min(first_day), 'start of month') AS cohort
  FROM spells WHERE customer_id IS NOT NULL GROUP BY customer_id
),
sizes AS (
  SELECT cohort, count(*) AS customers FROM signups GROUP BY cohort
),
months AS (
  SELECT cohort, customers, cohort AS month, 0 AS age FROM sizes
  UNION ALL
  SELECT cohort, customers, date(month, '+1 month'), age + 1
  FROM months WHERE date(month, '+1 month') <= :today
),
ends AS (
  SELECT *, min(date(month, '+1 month', '-1 day'), :today) AS last_day FROM months
),
active AS (
  SELECT cohort, month, count(DISTINCT customer_id) AS active
  FROM ends JOIN signups USING (cohort) JOIN spells USING (customer_id)
  WHERE first_day <= last_day AND (end_day IS NULL OR end_day > last_day)
  GROUP BY cohort, month
)
SELECT substr(cohort, 1, 7) AS cohort, substr(month, 1, 7) AS month, age,
  customers, coalesce(active, 0) AS active,
  decimal_quotient(coalesce(active, 0), customers, 4) AS retention
FROM ends LEFT JOIN active USING (cohort, month)
ORDER BY cohort, month
