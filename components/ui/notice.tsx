import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

const tones = {
  info: { Icon: Info, className: "bg-info-soft text-info-text" },
  success: { Icon: CircleCheck, className: "bg-success-soft text-success-text" },
  warning: { Icon: TriangleAlert, className: "bg-warning-soft text-warning-text" },
  danger: { Icon: CircleAlert, className: "bg-danger-soft text-danger-text" },
};

/** A message about the state of the page. Set `announce` if the message responds to a user's action. */
export function Notice({
  tone = "info",
  title,
  action,
  announce = false,
  className,
  children,
}: {
  tone?: keyof typeof tones;
  title?: ReactNode;
  action?: ReactNode;
  announce?: boolean;
  className?: string;
  children?: ReactNode;
}) {
  const { Icon, className: toneClass } = tones[tone];
  return (
    <div
      {...(announce ? { role: "alert" } : {})}
      className={cn("flex flex-wrap items-start gap-2.5 rounded-md px-3 py-2.5 text-sm", toneClass, className)}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1 basis-40 wrap-anywhere">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children}
      </div>
      {action !== undefined && <div className="shrink-0">{action}</div>}
    </div>
  );
}
