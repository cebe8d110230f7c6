"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { saveSecondFactorRule, saveSessionLimits, saveSingleSignOnOnly } from "@/db/organization/security";
import { refuse } from "@/lib/action-answer";
import { type Role, ROLES } from "@/lib/people/role";
import { SECOND_FACTOR_RULES, type SecondFactorRule } from "@/lib/people/second-factor-rule";
import { IDLE_CHOICES, LIFETIME_CHOICES, type SessionLimits } from "@/lib/people/session-limits";
import { action, formAction } from "@/server/auth/action";
import { singleSignOn } from "@/server/auth/single-sign-on";

import { LIMIT_FIELDS, type LimitField } from "./limit-fields";

/** Shared by all actions here. */
const SECURITY = { role: "administrator", failure: "security_not_saved", invalidate: refresh } as const;

/** Saves who must have a second factor. `ownFactor`: the administrator would need one and has none. */
export const saveSecondFactor = formAction({
  ...SECURITY,
  input: z.object({ rule: z.string().catch("") }),
  keep: ["rule"],
  check: ({ rule }): { rule?: "ruleUnknown" } => (isRule(rule) ? {} : { rule: "ruleUnknown" }),
  work: async ({ rule }, { user, buildEvent }) => {
    const event = await buildEvent({ action: "settings_changed", subject: "second_factor_rule", detail: { to: rule } });
    return saveSecondFactorRule(rule as SecondFactorRule, { id: user.id, event });
  },
});

function isRule(text: string): text is SecondFactorRule {
  return SECOND_FACTOR_RULES.some((rule) => rule === text);
}

/** Saves whether single sign-on is the only way to sign in. `ownConnection`: the administrator has not connected it. */
export const setSingleSignOnOnly = action({
  ...SECURITY,
  input: z.boolean(),
  fromFields: (fields) => fields["on"] === "true",
  work: async (isOn, { user, buildEvent }) => {
    if (isOn && singleSignOn() === null) {
      return refuse("unavailable");
    }
    const event = await buildEvent({
      action: "settings_changed",
      subject: "single_sign_on_only",
      detail: { to: isOn },
    });
    return saveSingleSignOnOnly(isOn, { id: user.id, event });
  },
});

const field = z.string().catch("");

/** Keys of `settings.security.sessions.error`. */
type LimitErrors = Partial<Record<LimitField, "choose" | "idleLonger">>;

/** Saves after how many minutes sessions end, for each role. */
export const saveLimits = formAction({
  ...SECURITY,
  input: z.object({
    viewerIdle: field,
    viewerLifetime: field,
    operatorIdle: field,
    operatorLifetime: field,
    administratorIdle: field,
    administratorLifetime: field,
  } satisfies Record<LimitField, typeof field>),
  keep: LIMIT_FIELDS,
  check: (typed) => {
    const errors: LimitErrors = {};
    for (const role of ROLES) {
      const { idle, lifetime } = limitsOf(typed, role);
      if (!IDLE_CHOICES.some((choice) => choice === idle)) {
        errors[`${role}Idle`] = "choose";
      } else if (idle > lifetime) {
        errors[`${role}Idle`] = "idleLonger";
      }
      if (!LIFETIME_CHOICES.some((choice) => choice === lifetime)) {
        errors[`${role}Lifetime`] = "choose";
      }
    }
    return errors;
  },
  work: async (typed, { buildEvent }) => {
    const limits = {
      viewer: limitsOf(typed, "viewer"),
      operator: limitsOf(typed, "operator"),
      administrator: limitsOf(typed, "administrator"),
    };
    const detail = Object.fromEntries(LIMIT_FIELDS.map((name) => [name, Number(typed[name])]));
    await saveSessionLimits(
      limits,
      await buildEvent({ action: "settings_changed", subject: "session_limits", detail }),
    );
    return { ok: true };
  },
});

function limitsOf(typed: Record<LimitField, string>, role: Role): SessionLimits {
  return { idle: Number(typed[`${role}Idle`]), lifetime: Number(typed[`${role}Lifetime`]) };
}
