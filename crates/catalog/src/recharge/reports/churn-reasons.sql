-- Subscriptions that ended, by month and reason.
--
-- Definition: a subscription ends on the day of cancelled_at, for the reason in
-- cancellation_reason; without one the reason is the status, as in expired. A
-- subscription that was activated again and ended again counts twice.
-- Source: subscriptions_history, which has the versions that were seen from the first
-- copy on, and subscriptions for those that were deleted. One that expired ends when
-- it was first seen as expired, as the API does not say when.
WITH
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
ended AS (
  SELECT substr(end_day, 1, 7) AS month, reason FROM spells WHERE end_day IS NOT NULL
)
SELECT month, reason, count(*) AS subscriptions
FROM ended
GROUP BY month, reason
ORDER BY month, subscriptions DESC, reason
