// The vendor's client for customers (@rechargeapps/storefront-client of npm), with
// a session that the sandbox opened. Prints how many of its calls work.
'use strict';

const client = require('@rechargeapps/storefront-client');

const base = process.env.RECHARGE_BASE_URL;
const wrong = [];
let calls = 0;

async function attempt(name, act, holds) {
  calls += 1;
  try {
    const answer = await act();
    if (holds(answer)) return answer;
    wrong.push(`${name}: ${String(JSON.stringify(answer)).slice(0, 300)}`);
  } catch (error) {
    wrong.push(`${name}: ${error.status || ''} ${error.message}`.slice(0, 400));
  }
  return {};
}

// What must be refused, with this status.
async function refused(name, status, act) {
  calls += 1;
  try {
    await act();
    wrong.push(`${name}: it was not refused`);
  } catch (error) {
    if (error.status !== status) wrong.push(`${name}: ${error.status} ${error.message}`);
  }
}

async function admin(method, path, body) {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      'X-Recharge-Access-Token': process.env.RECHARGE_ACCESS_TOKEN,
      'X-Recharge-Version': '2021-11',
      'Content-Type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

const day = (ahead) => new Date(Date.now() + ahead * 86400000).toISOString().slice(0, 10);
const one = (record) => Boolean(record && record.id);
const listed = (key) => (page) => Array.isArray(page[key]);
const some = (key) => (page) => Array.isArray(page[key]) && page[key].length > 0;

async function main() {
  client.initRecharge({
    storeIdentifier: 'sandbox.myshopify.com', environment: 'preprod', environmentUri: base,
  });
  const { subscriptions } = await admin('GET', '/subscriptions?status=active&limit=250');
  const own = subscriptions.find((it) => it.has_queued_charges && !it.is_prepaid);
  const other = subscriptions.find((it) => it.customer_id !== own.customer_id);
  const { customer_session: opened } = await admin('POST', `/customers/${own.customer_id}/sessions`, {});
  const session = { apiToken: opened.apiToken, customerId: own.customer_id };
  const id = own.id;

  await attempt('getCustomer', () => client.getCustomer(session), one);
  await attempt('getDeliverySchedule', () => client.getDeliverySchedule(session), Array.isArray);
  await attempt('getCustomerPortalAccess', () => client.getCustomerPortalAccess(session),
    (access) => access.portal_url.includes(access.temp_token));
  await attempt('listAddresses', () => client.listAddresses(session), some('addresses'));
  await attempt('listSubscriptions', () => client.listSubscriptions(session, { limit: 25 }), some('subscriptions'));
  await attempt('getSubscription', () => client.getSubscription(session, id), one);
  await attempt('updateSubscription', () => client.updateSubscription(session, id, { quantity: 2 }),
    (it) => it.quantity === 2);
  await attempt('updateSubscriptionChargeDate',
    () => client.updateSubscriptionChargeDate(session, id, day(20)), one);
  const { charges } = await attempt('listCharges',
    () => client.listCharges(session, { status: 'queued' }), some('charges'));
  const holds = (charge) => charge.line_items.some((line) => line.purchase_item_id === id);
  const charge = (charges || []).find(holds) || {};
  await attempt('getCharge', () => client.getCharge(session, charge.id), one);
  const moved = await attempt('rescheduleCharge', () => client.rescheduleCharge(session, charge.id, day(25)), one);
  const skipped = await attempt('skipCharge', () => client.skipCharge(session, moved.id, [id]), one);
  await attempt('unskipCharge', () => client.unskipCharge(session, skipped.id, [id]), one);
  const { subscription: now } = await admin('GET', `/subscriptions/${id}`);
  await attempt('skipSubscriptionCharge',
    () => client.skipSubscriptionCharge(session, id, now.next_charge_scheduled_at), one);
  await attempt('listOrders', () => client.listOrders(session), listed('orders'));
  await attempt('listOnetimes', () => client.listOnetimes(session), listed('onetimes'));
  await attempt('listPaymentMethods', () => client.listPaymentMethods(session), listed('payment_methods'));
  await attempt('getStoreSettings', () => client.getStoreSettings(session), (it) => Boolean(it.settings));
  await attempt('getShippingCountries', () => client.getShippingCountries(session), some('shipping_countries'));
  const { plans } = await attempt('listPlans', () => client.listPlans(session), some('plans'));
  await attempt('getPlan', () => client.getPlan(session, plans[0].id), one);
  await attempt('productSearch', () => client.productSearch(session, { limit: 3, format_version: '2022-06' }), some('products'));
  await attempt('listCollections', () => client.listCollections(session), some('collections'));
  await attempt('listMemberships', () => client.listMemberships(session), listed('memberships'));
  await attempt('listMembershipPrograms', () => client.listMembershipPrograms(session), some('membership_programs'));
  await attempt('listGiftPurchases', () => client.listGiftPurchases(session), listed('gift_purchases'));
  await attempt('cancelSubscription', () => client.cancelSubscription(session, id, { cancellation_reason: 'moved' }),
    (it) => it.status === 'cancelled');
  await attempt('activateSubscription', () => client.activateSubscription(session, id),
    (it) => it.status === 'active');
  await refused('getSubscription of another', 403, () => client.getSubscription(session, other.id));
  await refused('getSubscription without a session', 401,
    () => client.getSubscription({ apiToken: 'guess', customerId: 1 }, id));

  console.log(`storefront.cjs: ${calls - wrong.length} of ${calls} calls work`);
  if (wrong.length) {
    console.error(wrong.join('\n'));
    process.exit(1);
  }
}

main();
