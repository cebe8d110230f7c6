"use client";

import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { buttonClass } from "./button-class";
import { Input, type InputProps } from "./input";

/**
 * A password field with a button that shows the password. Left to right in all languages. Keeps its value if the form's action
 * returns an error.
 */
export function PasswordInput(props: Omit<InputProps, "type" | "trailing" | "value" | "defaultValue" | "onChange">) {
  const t = useTranslations("auth.signIn");
  const [value, setValue] = useState("");
  const [shown, setShown] = useState(false);
  return (
    <Input
      {...props}
      dir="ltr"
      value={value}
      onChange={(event) => setValue(event.target.value)}
      type={shown ? "text" : "password"}
      trailing={
        <button
          type="button"
          aria-pressed={shown}
          aria-label={shown ? t("hidePassword") : t("showPassword")}
          onClick={() => setShown(!shown)}
          className={buttonClass({ variant: "ghost", size: "xs", shape: "icon" })}
        >
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </button>
      }
    />
  );
}
