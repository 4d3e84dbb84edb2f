// Checks the messages that check.py kept with Stripe's library, and with a
// published client of Recharge.
const crypto = require("node:crypto");
const fs = require("node:fs");
const { spawnSync } = require("node:child_process");
const assert = require("node:assert");
const Stripe = require("stripe");
const RechargeWebhook = require("recharge-api-node/resources/webhook");

const secret = process.env.RECHARGE_CLIENT_SECRET;
const messages = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const stripe = new Stripe("sk_test_unused");
for (const { headers, body } of messages) {
  const signature = headers["x-recharge-webhook-signature"];
  assert(stripe.webhooks.signature.verifyHeader(body, signature, secret, 172800));
  assert.throws(() => stripe.webhooks.signature.verifyHeader(body, signature, "another", 172800));
  const digest = headers["x-recharge-hmac-sha256"];
  const published = new RechargeWebhook({});
  assert.equal(published.validate(secret, JSON.parse(body), digest), false);
  // What it would accept is the mistake that rc names.
  const hmac = crypto.createHmac("sha256", secret).update(body).digest("hex");
  const words = ["webhooks", "verify", "--body", "-", "-H", `X-Recharge-Hmac-Sha256: ${hmac}`, "--jq", ".digest", "-r"];
  const checked = spawnSync(process.env.RC, words, { input: body });
  assert.equal(checked.stdout.toString().trim(), "hmac_instead_of_hash");
}
console.log(`stripe for Node accepts ${messages.length} messages; recharge-api-node makes another hash`);
