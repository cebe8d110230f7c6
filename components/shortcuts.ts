"use client";

import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/**
 * The keyboard. A page adds its keys with `useShortcut`; the help dialog (`?`) lists whatever is registered at that moment, so that
 * nothing works that is not listed and nothing is listed that does not work.
 */
export type Shortcut = {
  /**
   * `j`, `shift+j`, `mod+k` (⌘ on a Mac, Ctrl elsewhere), `space`, `arrowleft`, `escape`, or a sequence: `g c`. Letters and signs are those of a
   * Latin keyboard and are found by their place on an Arabic one.
   */
  keys: string;
  /** What it does, in the reader's language. */
  label: string;
  scope: "everywhere" | "page";
};

type Registered = Shortcut & { run: (event: KeyboardEvent) => void };

let registered: readonly Registered[] = [];
const watchers = new Set<() => void>();
let sequenceStart: { key: string; at: number } | null = null;

const SEQUENCE_MS = 1_200;

function change(next: readonly Registered[]): void {
  registered = next;
  for (const watcher of watchers) {
    watcher();
  }
}

function register(shortcut: Registered): () => void {
  if (registered.length === 0) {
    window.addEventListener("keydown", onKeyDown);
  }
  change([...registered, shortcut]);
  return () => {
    change(registered.filter((other) => other !== shortcut));
    if (registered.length === 0) {
      window.removeEventListener("keydown", onKeyDown);
    }
  };
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) {
    return;
  }
  const key = keyOf(event);
  const pressed = `${event.metaKey || event.ctrlKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${isShifted(event, key) ? "shift+" : ""}${key}`;
  const sequence =
    sequenceStart && Date.now() - sequenceStart.at < SEQUENCE_MS ? `${sequenceStart.key} ${pressed}` : null;
  sequenceStart = null;
  const isCommand = pressed.startsWith("mod+");
  if (!isCommand && (isTyping(event.target) || isTaken(event.target, key) || isModalOpen())) {
    return;
  }
  // The latest wins: what is nearest to the reader was mounted last.
  const found =
    registered.findLast(({ keys }) => keys === sequence) ?? registered.findLast(({ keys }) => keys === pressed);
  if (found) {
    event.preventDefault();
    found.run(event);
  } else if (registered.some(({ keys }) => keys.startsWith(`${pressed} `))) {
    sequenceStart = { key: pressed, at: Date.now() };
  }
}

const SIGNS: Record<string, string> = { Slash: "/", BracketLeft: "[", BracketRight: "]", Period: ".", Comma: "," };

/** The key as a Latin keyboard would have it: on an Arabic one, the key of `k` types `ن`. */
function keyOf(event: KeyboardEvent): string {
  if (event.key === " ") {
    return "space";
  }
  const isLatin = event.key.length > 1 || (event.key > " " && event.key <= "~");
  if (isLatin) {
    return event.key.toLowerCase();
  }
  if (event.code === "Slash" && event.shiftKey) {
    return "?";
  }
  return SIGNS[event.code] ?? event.code.replace(/^(Key|Digit)/, "").toLowerCase();
}

/** Shift that is needed to type a sign (`?`) is not part of the shortcut. */
function isShifted(event: KeyboardEvent, key: string): boolean {
  return event.shiftKey && (key.length > 1 || /^[a-z0-9]$/.test(key));
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  return (
    target.isContentEditable ||
    target.matches(
      "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range])",
    )
  );
}

/** Keys that the focused control itself answers to. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (key === "space" || key === "enter") {
    return (
      target.closest(
        "a, button, summary, input, [role=button], [role=tab], [role=menuitem], [role=option], [role=slider]",
      ) !== null
    );
  }
  return (
    key.startsWith("arrow") && target.closest("[role=tab], [role=slider], [role=menu], [role=listbox], input") !== null
  );
}

function isModalOpen(): boolean {
  return (
    document.querySelector(
      "[role=alertdialog], [role=dialog][aria-modal=true], [role=dialog][data-modal], [role=menu]",
    ) !== null
  );
}

/** Registers a key while the component is mounted and `enabled`. */
export function useShortcut(
  {
    keys,
    label,
    scope = "page",
    enabled = true,
  }: Omit<Shortcut, "scope"> & { scope?: Shortcut["scope"]; enabled?: boolean },
  run: (event: KeyboardEvent) => void,
): void {
  const runLatest = useEffectEvent(run);
  useEffect(
    () => (enabled ? register({ keys, label, scope, run: (event) => runLatest(event) }) : undefined),
    [keys, label, scope, enabled],
  );
}

const none: readonly Registered[] = [];

/** What is registered now, for the help dialog. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => registered,
    () => none,
  );
}
