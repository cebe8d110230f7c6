"use client";

import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/**
 * Keyboard shortcuts. Components register them with `useShortcut`. The help dialog (`?`) lists the registered shortcuts, so the
 * list always matches the working keys.
 *
 * Packages such as tinykeys match `event.key` or `event.code`. With `key`, `k` does not work on an Arabic keyboard; with `code`,
 * it is the wrong letter on Dvorak and AZERTY. So this file matches the letter, or the position if the letter is not Latin.
 */
export type Shortcut = {
  /**
   * `j`, `shift+j`, `mod+k` (⌘ on a Mac, Ctrl elsewhere), `space`, `arrowleft`, `escape`, or a sequence: `g c`. Letters and
   * signs as on a Latin keyboard. On an Arabic keyboard, the key in the same position works.
   */
  keys: string;
  /** What the shortcut does, in the user's language. */
  label: string;
  scope: "everywhere" | "page";
};

type Registered = Shortcut & { run: (event: KeyboardEvent) => void };

let registered: readonly Registered[] = [];
const watchers = new Set<() => void>();
/** The first key of a sequence and when it was pressed (milliseconds since 1970). */
let sequenceStart: { key: string; at: number } | null = null;

const SEQUENCE_MS = 1_200;

function setRegistered(next: readonly Registered[]): void {
  registered = next;
  for (const watcher of watchers) {
    watcher();
  }
}

function register(shortcut: Registered): () => void {
  if (registered.length === 0) {
    window.addEventListener("keydown", onKeyDown);
  }
  setRegistered([...registered, shortcut]);
  return () => {
    setRegistered(registered.filter((other) => other !== shortcut));
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
  if (!isCommand && (isTyping(event.target) || isUsedByControl(event.target, key) || isModalOpen())) {
    return;
  }
  // The most recently registered shortcut wins, because panels and dialogs are mounted after the page behind them.
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

/** The key's name on a Latin keyboard. On an Arabic keyboard, the key in the position of `k` types `ن`. */
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

/** Whether Shift is part of the shortcut: only with letters, digits and named keys. Signs such as `?` may require Shift. */
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

/** Whether the focused control handles this key. */
function isUsedByControl(target: EventTarget | null, key: string): boolean {
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

/** Registers a shortcut while the component is mounted and `enabled` is true. `run` may change between renders. */
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

const NONE: readonly Registered[] = [];

/** The registered shortcuts. The component rerenders when they change. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => registered,
    () => NONE,
  );
}
