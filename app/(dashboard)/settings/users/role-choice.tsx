"use client";

import { useTranslations } from "next-intl";

import { Radio } from "@/components/ui/radio";
import { type Role, ROLES } from "@/lib/people/role";

/** Radio buttons for the roles, each with a description of its permissions. */
export function RoleChoice({
  value,
  onChange,
  current,
}: {
  value: Role;
  onChange: (role: Role) => void;
  /** The user's present role, which is marked. */
  current?: Role;
}) {
  const t = useTranslations("people.role");
  const name = useTranslations("shell.role");
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-medium">{t("legend")}</legend>
      <div className="space-y-2.5">
        {ROLES.map((role) => (
          <Radio
            key={role}
            name="role"
            value={role}
            checked={role === value}
            onChange={() => onChange(role)}
            label={
              <span className="font-medium">
                {name(role)}
                {role === current && <span className="ms-1.5 font-normal text-subtle">{t("current")}</span>}
              </span>
            }
            description={t(`may.${role}`)}
          />
        ))}
      </div>
    </fieldset>
  );
}
