import { parseArgs } from "node:util";

import { z } from "zod";

import type { NewAuditEvent } from "../db/privacy/audit";
import type { NoticeDetail, NoticeKind } from "../lib/people/notice";
import { passwordProblem } from "../lib/people/password";
import { isRole, ROLES, type Role } from "../lib/people/role";
import { askSecret } from "./launcher/ask-secret";
import { CommandError } from "./launcher/command-error";
import { DATA_FOLDERS } from "./launcher/data-folders";
import { prepareCommand } from "./launcher/prepare-command";
import { runCommand } from "./launcher/terminal";

const HELP = `Restores access when nobody can sign in. Needs access to this machine. Every change is in the audit log.

  npm run admin -- list                              all users, and whether their second factor can be read
  npm run admin -- reset-password <e-mail>           asks for a new password; ends all sessions of the user
  npm run admin -- remove-second-factor <e-mail>     for a lost phone, or a lost AUTH_SECRET
  npm run admin -- set-role <e-mail> <role>          ${ROLES.join(", ")}
  npm run admin -- make-administrator <e-mail>       creates or reactivates the user

Passwords are asked for at the terminal. Without a terminal they are read from standard input, one line.
`;

const PROBLEMS = {
  passwordRequired: "Type a password.",
  passwordTooShort: "Use at least 12 characters.",
  passwordTooLong: "Use at most 128 characters.",
  passwordCommon: "Others would guess this password: it is among the most common ones, or almost.",
  passwordOwnWords:
    "Others would guess this password: it consists mostly of the user's or the organization's own words.",
} as const;

type Command = "list" | "reset-password" | "remove-second-factor" | "set-role" | "make-administrator";

/** How many arguments follow each command. */
const ARGUMENTS: ReadonlyMap<Command, number> = new Map([
  ["list", 0],
  ["reset-password", 1],
  ["remove-second-factor", 1],
  ["set-role", 2],
  ["make-administrator", 1],
]);

await runCommand(async () => {
  const { command, email, role } = readArguments();
  await using stack = new AsyncDisposableStack();
  await prepareCommand(DATA_FOLDERS.start, stack);
  const { db } = await import("../db/driver/client");
  stack.defer(() => db.$client.end({ timeout: 1 }));
  await run(command, email, role);
});
process.exit(process.exitCode ?? 0);

function readArguments(): { command: Command; email: string; role: Role } {
  let positionals: string[];
  try {
    const parsed = parseArgs({ allowPositionals: true, options: { help: { type: "boolean", short: "h" } } });
    ({ positionals } = parsed);
    if (parsed.values.help === true || positionals.length === 0) {
      console.log(HELP);
      process.exit(parsed.values.help === true ? 0 : 2);
    }
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${HELP}`);
  }
  const [command = "", email = "", role = ""] = positionals;
  const wanted = ARGUMENTS.get(command as Command);
  if (wanted === undefined || positionals.length !== wanted + 1) {
    throw new CommandError(
      `${wanted === undefined ? `There is no command ${command}.` : "Wrong arguments."}\n\n${HELP}`,
    );
  }
  if (wanted > 0 && !z.email().safeParse(email).success) {
    throw new CommandError(`${email} is not an e-mail address.`);
  }
  if (wanted > 1 && !isRole(role)) {
    throw new CommandError(`${role} is not a role. The roles are ${ROLES.join(", ")}.`);
  }
  return { command: command as Command, email, role: isRole(role) ? role : "viewer" };
}

async function run(command: Command, email: string, role: Role): Promise<void> {
  switch (command) {
    case "list":
      return list();
    case "reset-password":
      return resetPasswordOf(email);
    case "remove-second-factor":
      return removeSecondFactorOf(email);
    case "set-role":
      return setRole(email, role);
    case "make-administrator":
      return makeAdministrator(email);
  }
}

async function list(): Promise<void> {
  const [{ listUsers }, { listSecondFactors }, { isReadable }] = await Promise.all([
    import("../db/people/users"),
    import("../db/people/second-factors"),
    import("../server/auth/second-factor-keys"),
  ]);
  const factors = new Map((await listSecondFactors()).map((factor) => [factor.userId, factor]));
  const users = await listUsers();
  for (const { id, email, role, state, twoFactorEnabled } of users) {
    const factor = factors.get(id);
    const second =
      !twoFactorEnabled || factor === undefined
        ? ""
        : (await isReadable(factor))
          ? "second factor"
          : "second factor that AUTH_SECRET cannot decrypt";
    console.log([email, role, state, second].filter((part) => part !== "").join(", "));
  }
  if (users.length === 0) {
    console.log("There are no users. Create the first: npm run admin -- make-administrator <e-mail>");
  }
}

async function resetPasswordOf(email: string): Promise<void> {
  const { resetPassword } = await import("../db/people/administration");
  const person = await findPerson(email);
  const passwordHash = await askPassword(person);
  await resetPassword(person.id, passwordHash, eventOf("password_reset", person.email));
  await tell(person.id, "password_changed");
  console.log(`${person.email} has a new password. All sessions of this user have ended.`);
  if (person.isDeactivated) {
    console.log("The user is deactivated and cannot sign in until an administrator reactivates the account.");
  }
}

async function removeSecondFactorOf(email: string): Promise<void> {
  const { removeSecondFactor } = await import("../db/people/changes");
  const person = await findPerson(email);
  const isRemoved = await removeSecondFactor(person.id, eventOf("second_factor_changed", person.email, { on: false }));
  if (!isRemoved) {
    throw new CommandError(`${person.email} has no second factor.`);
  }
  await tell(person.id, "second_factor_changed", { change: "off" });
  console.log(`${person.email} signs in without a second factor now, and can set up a new one.`);
}

async function setRole(email: string, role: Role): Promise<void> {
  const { changeRole } = await import("../db/people/changes");
  const person = await findPerson(email);
  const answer = await changeRole(person.id, role, eventOf("user_changed", person.email, { role }));
  if (!answer.ok) {
    throw new CommandError(
      answer.reason === "lastAdministrator"
        ? `${person.email} is the last administrator. Make someone else an administrator first.`
        : `${person.email} does not exist any more.`,
    );
  }
  await tell(person.id, "role_changed", { role });
  console.log(`${person.email}: ${role}.`);
}

async function makeAdministrator(email: string): Promise<void> {
  const [{ addAdministrator, findUser, resetPassword }, { changeRole, reactivateUser }, { readSignInMethods }] =
    await Promise.all([
      import("../db/people/administration"),
      import("../db/people/changes"),
      import("../db/people/users"),
    ]);
  const person = await findUser(email);
  if (person === null) {
    const name = email.split("@")[0] ?? email;
    const passwordHash = await askPassword({ name, email });
    await addAdministrator({ name, email, passwordHash }, eventOf("user_joined", email.toLowerCase()));
    console.log(`${email} is an administrator and can sign in.`);
    return;
  }
  const { hasPassword } = await readSignInMethods(person.id);
  if (!hasPassword) {
    const passwordHash = await askPassword(person);
    await resetPassword(person.id, passwordHash, eventOf("password_reset", person.email));
  }
  if (person.isDeactivated) {
    await reactivateUser(person.id, eventOf("user_reactivated", person.email));
  }
  if (!hasPassword) {
    await tell(person.id, "password_changed");
  }
  if (person.role !== "administrator") {
    await changeRole(person.id, "administrator", eventOf("user_changed", person.email, { role: "administrator" }));
    await tell(person.id, "role_changed", { role: "administrator" });
  }
  console.log(`${person.email} is an administrator and can sign in.`);
}

async function findPerson(email: string) {
  const { findUser } = await import("../db/people/administration");
  const person = await findUser(email);
  if (person === null) {
    throw new CommandError(`There is no user ${email}. See npm run admin -- list`);
  }
  return person;
}

/** Asks for a new password until the rules accept it, and returns its hash. Without a terminal it asks once. */
async function askPassword(person: { name: string; email: string }): Promise<string> {
  const [{ hashPassword }, { guessableProblem }] = await Promise.all([
    import("better-auth/crypto"),
    import("../server/auth/guessable-password"),
  ]);
  for (;;) {
    const password = await askSecret(`New password for ${person.email}: `);
    const problem = passwordProblem(password) ?? (await guessableProblem(password, person));
    if (problem === null) {
      return hashPassword(password);
    }
    if (!process.stdin.isTTY) {
      throw new CommandError(`${PROBLEMS[problem]} Nothing was changed.`);
    }
    console.log(PROBLEMS[problem]);
  }
}

/** Tells the user what was changed. The web server sends the e-mail. */
async function tell(userId: string, kind: NoticeKind, detail: NoticeDetail = {}): Promise<void> {
  const [{ addNotice }, { env }] = await Promise.all([import("../db/people/notices"), import("../lib/env")]);
  await addNotice({ userId, kind, detail: { ...detail, by: "npm run admin" }, byMail: env.SMTP_URL !== undefined });
}

function eventOf(
  action: NewAuditEvent["action"],
  subject: string,
  detail: NewAuditEvent["detail"] = {},
): NewAuditEvent {
  return { actor: null, action, subject, detail: { ...detail, by: "command" } };
}
