-- Charges that failed, by the month of their first failure, and what became of them.
--
-- Definition: a charge failed if a version of it has the status error. It is recovered
-- if it was paid since, even if it was refunded later; lost if it was skipped,
-- cancelled or removed; open otherwise. recovery_rate is recovered / failed.
-- Source: charges_history, which has the versions that were seen: a failure that was
-- made good between two copies is not in it. charges has what became of them.
WITH
failures AS (
  SELECT id, min(updated_at) AS failed_at
  FROM charges_history WHERE status = 'error' GROUP BY id
  HAVING local_day(min(updated_at)) <= :today
),
outcomes AS (
  SELECT substr(local_day(f.failed_at), 1, 7) AS month, coalesce(c.currency, '') AS currency,
    c.total_price AS amount,
    CASE
      WHEN c.status IN ('success', 'refunded', 'partially_refunded') THEN 'recovered'
      WHEN c._deleted_at IS NOT NULL OR c.status IN ('skipped', 'cancelled') THEN 'lost'
      ELSE 'open'
    END AS outcome
  FROM failures AS f JOIN charges AS c ON c.id = f.id
)
SELECT month, currency, count(*) AS failed,
  sum(outcome = 'recovered') AS recovered,
  sum(outcome = 'lost') AS lost,
  sum(outcome = 'open') AS open,
  decimal_quotient(sum(outcome = 'recovered'), count(*), 4) AS recovery_rate,
  decimal_sum(amount) AS failed_amount,
  coalesce(decimal_sum(CASE outcome WHEN 'recovered' THEN amount END), '0.00') AS recovered_amount
FROM outcomes
GROUP BY month, currency
ORDER BY month, currency
