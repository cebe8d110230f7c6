import { expect, test } from "@playwright/test";

import { customerNameOf } from "@/lib/call/customer-name";

for (const [variables, name] of [
  [{ customer_name: "", name: "Fallback Name" }, "Fallback Name"],
  [{ customer_name: "None", full_name: " ", first_name: "Sara" }, "Sara"],
  [{ customer_name: { first: null }, name: "Omar" }, "Omar"],
  [{ name: "Last", customer_name: "First" }, "First"],
  [{ customer_name: 7 }, "7"],
  [{ customer_name: 7, name: "Nora" }, "Nora"],
  [{ customer_name: false, name: "Nora" }, "Nora"],
  [{ customer_name: 0, name: "Nora" }, "Nora"],
  [{ customer_name: false, full_name: 0, name: true }, null],
  [{ customer_name: { id: 1 }, name: "Nora" }, "Nora"],
  [{ customer_name: ["Nadia"] }, "Nadia"],
  [{ customer_name: [""], name: "Nora" }, "Nora"],
  [{ customer_name: [false] }, null],
  [{ customer_name: " Nora\n" }, "Nora"],
  [{ order_id: "1" }, null],
  [{ customer_name: "\u200B" }, null],
  ["customer_name", null],
  [["Sara"], null],
  [null, null],
] as const) {
  test(`the name in ${JSON.stringify(variables)} is ${name}`, () => {
    expect(customerNameOf(variables as Parameters<typeof customerNameOf>[0])).toBe(name);
  });
}
