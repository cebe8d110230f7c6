import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD } from "@/tests/fixtures/users";

/** What people are told of their own accounts, and the devices that they know. */

test("a sign-in from a new device is told: the bell counts it until it is marked as read, and a forgotten device is new again", async ({
  page,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  await page.context().addCookies(await signIn(app.url, person));
  await page.goto("/notices");
  await expect(page.getByText("No notices yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);

  await signIn(app.url, person);
  await page.goto("/");
  const bell = page.getByRole("button", { name: /^Notices/ });
  await expect(bell).toHaveAccessibleName("Notices 1 new");
  await bell.press("Enter");
  const latest = page.getByRole("dialog", { name: "Notices" });
  await expect(latest.getByText("Sign-in from a new device")).toBeVisible();
  expect(await accessibilityProblems(page)).toEqual([]);
  await latest.getByRole("button", { name: "Mark all as read" }).click();
  await expect(page.getByText("All notices are marked as read.")).toBeVisible();
  await expect(bell).toHaveAccessibleName("Notices");
  expect(await sql`select id from notices where user_id = ${person.id} and read_at is null`).toHaveLength(0);
  await page.keyboard.press("Escape");
  await expect(latest).toHaveCount(0);
  await expect(bell).toBeFocused();

  const noticesAfterSignIn = async () => {
    const answer = await page.request.post("/api/auth/sign-in/email", {
      data: { email: person.email, password: PASSWORD },
      headers: { origin: app.url },
    });
    expect(answer.status()).toBe(200);
    return (await sql`select id from notices where user_id = ${person.id}`).length;
  };
  expect(await noticesAfterSignIn()).toBe(1);
  await page.goto("/settings/account");
  const own = page.getByRole("listitem").filter({ hasText: "This device" });
  await own.getByRole("button", { name: /^Forget the device/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await expect(own).toHaveCount(1);
  await own.getByRole("button", { name: /^Forget the device/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Forget the device" }).click();
  await expect(page.getByText("The device was forgotten.")).toBeVisible();
  await expect(own).toHaveCount(0);
  expect(await noticesAfterSignIn()).toBe(2);
});
