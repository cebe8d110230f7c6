import { expect, test } from "@playwright/test";

import type { ExportedCall } from "@/db/calls/export";
import { exportColumns } from "@/server/export-columns";

test("a reason that says nothing is an empty cell", () => {
  const column = exportColumns([]).find(({ name }) => name === "goal_reason");
  const cells = ["The order was confirmed.", " ", "null", "None", null].map((goalReason) =>
    column?.read({ goalReason } as ExportedCall),
  );
  expect(cells).toEqual(["The order was confirmed.", null, null, null, null]);
});
