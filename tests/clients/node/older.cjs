// A client of 2021-01 that sends no version (recharge-api-node of npm): the
// sandbox answers it in the default version of its store. Prints how many of its
// calls work.
'use strict';

const Recharge = require('recharge-api-node');

const there = new URL(process.env.RECHARGE_BASE_URL);
const api = new Recharge({ apiKey: process.env.RECHARGE_ACCESS_TOKEN, secrete: 'unused' });
api.baseUrl.protocol = there.protocol;
api.baseUrl.hostname = there.hostname;
api.baseUrl.port = Number(there.port);

const wrong = [];
let calls = 0;

async function attempt(name, act, holds) {
  calls += 1;
  try {
    const answer = await act();
    if (holds(answer)) return answer;
    wrong.push(`${name}: ${JSON.stringify(answer).slice(0, 300)}`);
  } catch (error) {
    const body = error.response && JSON.stringify(error.response.body);
    wrong.push(`${name}: ${error.message} ${body || ''}`.slice(0, 400));
  }
  return {};
}

const day = (ahead) => new Date(Date.now() + ahead * 86400000).toISOString().slice(0, 10);
const some = (list) => Array.isArray(list) && list.length > 0;
const one = (record) => Boolean(record && record.id);

async function main() {
  for (const name of ['charge', 'customer', 'discount', 'order', 'product', 'subscription']) {
    const list = await attempt(`${name}.list`, () => api[name].list({ limit: 3 }), some);
    await attempt(`${name}.count`, () => api[name].count(), (count) => count > 0);
    if (some(list)) await attempt(`${name}.get`, () => api[name].get(list[0].id), one);
  }
  await attempt('webhook.list', () => api.webhook.list(), some);
  await attempt('collection.list', () => api.collection.list(), some);
  const customer = await attempt('customer.create', () => api.customer.create({
    email: 'node@example.com', first_name: 'Ada', last_name: 'King',
  }), one);
  const address = await attempt('customerAddress.create', () => api.customerAddress.create(customer.id, {
    address1: '101 Washington Street', city: 'Los Angeles', country: 'United States',
    first_name: 'Ada', last_name: 'King', phone: '', province: 'California', zip: '90404',
  }), one);
  await attempt('customerAddress.list', () => api.customerAddress.list(customer.id), some);
  const subscription = await attempt('subscription.create', () => api.subscription.create({
    address_id: address.id, charge_interval_frequency: '1', next_charge_scheduled_at: day(9),
    order_interval_frequency: '1', order_interval_unit: 'month', quantity: 1, price: 9.5,
    product_title: 'Milk', shopify_variant_id: 77,
  }), one);
  await attempt('subscription.update', () => api.subscription.update(subscription.id, { quantity: 3 }),
    (record) => record.quantity === 3);
  await attempt('discount.create', () => api.discount.create({
    code: 'NODE', value: 10, discount_type: 'percentage', duration: 'forever',
  }), one);
  const hook = await attempt('webhook.create', () => api.webhook.create({
    address: 'https://example.com/hook', topic: 'charge/paid',
  }), one);
  await attempt('webhook.delete', () => api.webhook.delete(hook.id), () => true);
  await attempt('subscription.delete', () => api.subscription.delete(subscription.id), () => true);

  console.log(`older.cjs: ${calls - wrong.length} of ${calls} calls work`);
  if (wrong.length) {
    console.error(wrong.join('\n'));
    process.exit(1);
  }
}

main();
