import { expect, test } from "@playwright/test";

import type { ExportedCall } from "@/db/calls/export";
import { exportColumns } from "@/server/export-columns";

test("a reason that says nothing is an empty cell", () => {
  const column = exportColumns([], "shown").find(({ name }) => name === "goal_reason");
  const cells = ["The order was confirmed.", " ", "null", "None", null].map((goalReason) =>
    column?.read({ goalReason } as ExportedCall),
  );
  expect(cells).toEqual(["The order was confirmed.", null, null, null, null]);
});

test("a file for a user who has to reveal numbers contains none, and no file contains a credential", () => {
  const call = {
    callId: "0538719042",
    phoneNumber: "+966501234567",
    customerName: "Sara 0501234567",
    outcome: "call_0538719042",
    goalReason: "see https://x.example/r?t=secret or 053 871 9042",
    durationSeconds: 77,
    variables: {
      "mobile 0538719042": 538_719_042,
      area: "053",
      link: "https://x.example/?sig=secret",
      line: "8719042",
    } as Record<string, string | number>,
  } as ExportedCall;
  const rowFor = (access: "shown" | "revealable") =>
    Object.fromEntries(
      exportColumns(Object.keys(call.variables ?? {}), access).map(({ name, read }) => [name, read(call)]),
    );
  expect(rowFor("revealable")).toMatchObject({
    // The address of the call.
    call_id: "0538719042",
    phone_number: "+966 ••• 67",
    customer_name: "Sara •••",
    outcome: "call_•••",
    goal_reason: "see https://x.example/r?t=… or •••",
    duration_seconds: 77,
    "variables.mobile •••": "•••",
    "variables.area": "•••",
    "variables.line": "•••",
  });
  expect(JSON.stringify(rowFor("shown"))).not.toContain("secret");
  expect(rowFor("shown")).toMatchObject({ phone_number: "+966501234567", customer_name: "Sara 0501234567" });
});
