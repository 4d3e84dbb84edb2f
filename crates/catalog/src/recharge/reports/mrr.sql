-- Monthly recurring revenue as a run rate: what the active subscriptions bring in a
-- month if nothing changes.
--
-- Definition: price * quantity of each active subscription, per month. A month has
-- :month_days days (365/12), so that a week is 7 / :month_days of one; what is charged
-- every n months counts with one n-th. Prepaid subscriptions count by how often they
-- are charged. Discounts of the address are deducted: percentages from each price, at
-- most the price; fixed amounts from each charge, where subscriptions of an address
-- with the same interval are charged together and share them by their price. Discounts
-- on shipping, taxes, shipping and one-time items are left out.
-- Source: subscriptions and addresses as they are now.
WITH
items AS (
  SELECT address_id, quantity, order_interval_unit AS unit,
    coalesce(charge_interval_frequency, order_interval_frequency) AS every,
    coalesce(product_title, '') AS product,
    coalesce(presentment_currency, '') AS currency,
    decimal_product(price, quantity) AS amount
  FROM subscriptions
  WHERE status = 'active' AND _deleted_at IS NULL
),
charges_together AS (
  SELECT address_id, unit, every, decimal_sum(amount) AS amount
  FROM items GROUP BY address_id, unit, every
),
discounts_of AS (
  SELECT a.id AS address_id,
    decimal_sum(CASE d.value ->> '$.value_type'
      WHEN 'percentage' THEN d.value ->> '$.value' END) AS percentage,
    decimal_sum(CASE d.value ->> '$.value_type'
      WHEN 'fixed_amount' THEN d.value ->> '$.value' END) AS fixed
  FROM addresses AS a JOIN json_each(a.discounts) AS d ON d.type = 'object'
  GROUP BY a.id
),
deducted AS (
  SELECT i.*,
    coalesce(decimal_quotient(decimal_product(i.amount, d.percentage), 100, 6), '0') AS by_share,
    coalesce(decimal_quotient(decimal_product(i.amount, d.fixed), t.amount, 6), '0') AS by_amount
  FROM items AS i
  JOIN charges_together AS t
    ON t.address_id IS i.address_id AND t.unit IS i.unit AND t.every IS i.every
  LEFT JOIN discounts_of AS d ON d.address_id = i.address_id
),
net AS (
  SELECT *, decimal_difference(decimal_difference(amount, by_share), by_amount) AS rest
  FROM deducted
),
monthly AS (
  SELECT product, currency, quantity,
    CASE WHEN unit IN ('day', 'week', 'month') THEN decimal_quotient(
      decimal_product(amount, CASE unit WHEN 'month' THEN '1' ELSE :month_days END),
      every * CASE unit WHEN 'week' THEN 7 ELSE 1 END, 6) END AS gross,
    CASE WHEN unit IN ('day', 'week', 'month') THEN decimal_quotient(
      decimal_product(CASE WHEN rest LIKE '-%' THEN '0' ELSE rest END,
        CASE unit WHEN 'month' THEN '1' ELSE :month_days END),
      every * CASE unit WHEN 'week' THEN 7 ELSE 1 END, 6) END AS net
  FROM net
)
SELECT product, currency, count(*) AS subscriptions, sum(quantity) AS quantity,
  decimal_quotient(decimal_sum(gross), 1, 2) AS gross,
  decimal_difference(decimal_quotient(decimal_sum(gross), 1, 2),
    decimal_quotient(decimal_sum(net), 1, 2)) AS discounts,
  decimal_quotient(decimal_sum(net), 1, 2) AS mrr
FROM monthly
GROUP BY product, currency
ORDER BY currency, CAST(decimal_sum(net) AS REAL) DESC, product
