import { cn } from "@/components/cn";

/** The product's logo: a call board of four lines, two of them in a call. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={cn("size-6 shrink-0", className)}>
      <rect width="24" height="24" rx="6" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeLinecap="round" strokeWidth="2.2">
        <path d="M6 15.4v-2" opacity="0.75" />
        <path d="M10 17.4V9.2" />
        <path d="M14 14.4V6.6" />
        <path d="M18 13v-2.4" opacity="0.75" />
      </g>
    </svg>
  );
}
