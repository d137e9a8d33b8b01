import assert from "node:assert/strict";
import { test } from "node:test";

import { isOffline } from "../../apps/pages/static/pages/connection.js";

test("without a network a server elsewhere is out of reach", () => {
  assert.equal(isOffline({ onLine: false }, { hostname: "plants.example.org" }), true);
  assert.equal(isOffline({ onLine: true }, { hostname: "plants.example.org" }), false);
});

test("without a network a server on this machine is still there", () => {
  for (const hostname of ["localhost", "127.0.0.1", "[::1]"]) {
    assert.equal(isOffline({ onLine: false }, { hostname }), false);
  }
});
