"use client";

import { ShieldCheck, ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";

import { cn } from "@/components/cn";
import { RefusalNotice } from "@/components/refusal-notice";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { type ShownRefusal, useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsWithoutScripts } from "@/components/without-scripts";

import {
  beginSecondFactor,
  confirmSecondFactor,
  type Enrolment,
  makeBackupCodes,
  turnSecondFactorOff,
} from "./actions";
import { BackupCodes } from "./backup-codes";
import { PasswordDialog } from "./password-dialog";
import { PasswordFormWithoutScripts } from "./password-form-without-scripts";

/** A part of what `useActionForm` returns. */
type PasswordAction = { submit: (form: FormData) => void; refusal: ShownRefusal | null };

type Step = { at: "start" } | { at: "scan"; enrolment: Enrolment } | { at: "codes"; backupCodes: string[] };

export function SecondFactor({
  enabled,
  hasPassword,
  provider,
  backupCodesLeft,
  isRequired,
  isSignIn = false,
}: {
  enabled: boolean;
  hasPassword: boolean;
  /** The name of the identity provider, which handles the second factor of users without a password. */
  provider: string;
  backupCodesLeft: number;
  /** The organization requires it, so it cannot be turned off. */
  isRequired: boolean;
  /** On the way to sign in: a narrow page, which only sets it up. */
  isSignIn?: boolean;
}) {
  const t = useTranslations("account.secondFactor");
  // Without scripts, the page comes back with the answer.
  const beginning = useActionForm(beginSecondFactor);
  const renewing = useActionForm(makeBackupCodes);
  const confirming = useActionForm(confirmSecondFactor);
  const [step, setStep] = useState<Step>(
    confirming.answer !== null && "enrolment" in confirming.answer
      ? { at: "scan", enrolment: confirming.answer.enrolment }
      : beginning.answer?.ok
        ? { at: "scan", enrolment: beginning.answer.enrolment }
        : renewing.answer?.ok
          ? { at: "codes", backupCodes: renewing.answer.backupCodes }
          : { at: "start" },
  );
  return (
    <Card
      title={t("title")}
      description={t("description")}
      actions={
        hasPassword && (
          <Badge tone={enabled ? "success" : "neutral"}>
            {enabled ? <ShieldCheck aria-hidden /> : <ShieldOff aria-hidden />}
            {enabled ? t("on") : t("off")}
          </Badge>
        )
      }
      className="lg:col-span-2"
    >
      {step.at !== "scan" && <RefusalNotice refusal={confirming.refusal} />}
      {!hasPassword && !enabled ? (
        <p className="text-sm text-muted">{t("elsewhere", { name: provider })}</p>
      ) : step.at === "scan" ? (
        <Scan
          isNarrow={isSignIn}
          submit={confirming.submit}
          refused={confirming.refusal}
          enrolment={step.enrolment}
          onCancel={() => setStep({ at: "start" })}
          onConfirmed={() => setStep({ at: "codes", backupCodes: step.enrolment.backupCodes })}
        />
      ) : step.at === "codes" ? (
        <BackupCodes codes={step.backupCodes} onKept={() => setStep({ at: "start" })} />
      ) : enabled && isSignIn ? (
        <p className="text-sm text-muted">{t("turnedOn")}</p>
      ) : enabled ? (
        <Enabled
          isRequired={isRequired}
          renewing={renewing}
          backupCodesLeft={backupCodesLeft}
          onNewCodes={(backupCodes) => setStep({ at: "codes", backupCodes })}
        />
      ) : (
        <Begin beginning={beginning} onBegun={(enrolment) => setStep({ at: "scan", enrolment })} />
      )}
    </Card>
  );
}

function Begin({
  beginning: { submit, refusal },
  onBegun,
}: {
  beginning: PasswordAction;
  onBegun: (enrolment: Enrolment) => void;
}) {
  const t = useTranslations("account.secondFactor");
  if (useIsWithoutScripts()) {
    return <PasswordFormWithoutScripts submitLabel={t("setUp")} submit={submit} refusal={refusal} />;
  }
  return (
    <PasswordDialog
      trigger={<Button>{t("setUp")}…</Button>}
      title={t("setUpTitle")}
      description={t("setUpDescription")}
      submitLabel={t("setUp")}
      submit={beginSecondFactor}
      onDone={({ enrolment }) => onBegun(enrolment)}
    />
  );
}

function Scan({
  isNarrow,
  submit,
  refused,
  enrolment: { uri, qr, secret, backupCodes },
  onCancel,
  onConfirmed,
}: {
  isNarrow: boolean;
  submit: (form: FormData) => void;
  /** The refusal of a form without scripts. */
  refused: ShownRefusal | null;
  enrolment: Enrolment;
  onCancel: () => void;
  onConfirmed: () => void;
}) {
  const t = useTranslations("account.secondFactor");
  const [code, setCode] = useState("");
  const isWithoutScripts = useIsWithoutScripts();
  const { run, pending, refusal } = useAction({ beside: true });
  const confirm = async () => {
    const answer = await run(() => confirmSecondFactor({ code }));
    if (answer.ok) {
      toast.success(t("turnedOn"));
      onConfirmed();
    }
  };
  return (
    <div className={cn("grid gap-x-8 gap-y-6", !isNarrow && "sm:grid-cols-[auto_1fr]")}>
      <svg
        role="img"
        aria-label={t("qr")}
        viewBox={`0 0 ${qr.size} ${qr.size}`}
        shapeRendering="crispEdges"
        // Cameras can read only dark on light, so the colours are the same in both themes.
        className="size-44 rounded-md border bg-white"
      >
        <path d={qr.path} fill="#000" />
      </svg>
      <div className="min-w-0 space-y-5">
        <div className="space-y-3">
          <div>
            <h3 className="font-medium">{t("scanTitle")}</h3>
            <p className="text-sm text-muted">{t("scan")}</p>
          </div>
          <div>
            <p className="text-sm text-muted">{t("secret")}</p>
            <span dir="ltr" className="mt-1 flex items-center gap-1 rtl:justify-end">
              <code className="font-mono text-sm break-all">{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
              <CopyButton value={secret} label={t("copySecret")} />
            </span>
          </div>
        </div>
        {/* Otherwise they follow the confirmation. */}
        {isWithoutScripts && <BackupCodes codes={backupCodes} onKept={() => {}} />}
        <form
          action={submit}
          noValidate
          className="space-y-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (!pending) {
              void confirm();
            }
          }}
        >
          <input type="hidden" name="uri" value={uri} />
          <input type="hidden" name="backupCodes" value={backupCodes.join(" ")} />
          <h3 className="font-medium">{t("confirmTitle")}</h3>
          <Field label={t("code")} error={(refusal ?? refused)?.text} required className="max-w-48">
            <Input
              name="code"
              dir="ltr"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              className="font-mono tracking-widest"
            />
          </Field>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant="primary" pending={pending}>
              {pending ? t("confirming") : t("confirm")}
            </Button>
            {!isWithoutScripts && (
              <Button variant="ghost" onClick={onCancel}>
                {t("cancel")}
              </Button>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}

function Enabled({
  isRequired,
  renewing,
  backupCodesLeft,
  onNewCodes,
}: {
  isRequired: boolean;
  renewing: PasswordAction;
  backupCodesLeft: number;
  onNewCodes: (backupCodes: string[]) => void;
}) {
  const t = useTranslations("account.secondFactor");
  const turningOff = useActionForm(turnSecondFactorOff);
  if (useIsWithoutScripts()) {
    return (
      <div className="space-y-5">
        <p className="text-sm text-muted">{t("remaining", { count: backupCodesLeft })}</p>
        <PasswordFormWithoutScripts
          submitLabel={t("newCodesSubmit")}
          submit={renewing.submit}
          refusal={renewing.refusal}
        />
        {isRequired ? (
          <p className="text-sm text-muted">{t("required")}</p>
        ) : (
          <PasswordFormWithoutScripts
            submitLabel={t("turnOffSubmit")}
            submit={turningOff.submit}
            refusal={turningOff.refusal}
          />
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <p className={backupCodesLeft < 3 ? "text-sm text-warning-text" : "text-sm text-muted"}>
        {t("remaining", { count: backupCodesLeft })}
      </p>
      <PasswordDialog
        trigger={<Button>{t("newCodes")}</Button>}
        title={t("newCodesTitle")}
        description={t("newCodesDescription")}
        submitLabel={t("newCodesSubmit")}
        submit={makeBackupCodes}
        onDone={({ backupCodes }) => onNewCodes(backupCodes)}
      />
      {isRequired ? (
        <p className="text-sm text-muted">{t("required")}</p>
      ) : (
        <PasswordDialog
          trigger={<Button variant="danger-quiet">{t("turnOff")}</Button>}
          title={t("turnOffTitle")}
          description={t("turnOffDescription")}
          submitLabel={t("turnOffSubmit")}
          danger
          submit={turnSecondFactorOff}
          onDone={() => toast.success(t("turnedOff"))}
        />
      )}
    </div>
  );
}
