"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useState, useSyncExternalStore } from "react";

import { AudioPlayer, type PlayerState } from "./audio-player";

const PlayerContext = createContext<AudioPlayer | null>(null);

/**
 * Gives everything inside one recording to play: the player itself and whatever follows it or seeks in it. `#t=83` in the
 * URL begins there.
 */
export function PlayerProvider({
  source,
  durationHint,
  children,
}: {
  /** Null: there is none, and `usePlayer()` gives null. */
  source: string | null;
  /** Seconds, until the recording itself says. */
  durationHint: number | null;
  children: ReactNode;
}) {
  const [player] = useState(() => (source === null ? null : new AudioPlayer(source, durationHint)));
  useEffect(() => {
    const goToMoment = () => {
      const moment = momentOf(window.location.hash);
      if (moment !== null) {
        player?.seek(moment);
      }
    };
    goToMoment();
    window.addEventListener("hashchange", goToMoment);
    return () => window.removeEventListener("hashchange", goToMoment);
  }, [player]);
  const attach = useCallback(
    (media: HTMLAudioElement | null) => (player === null || media === null ? undefined : player.attach(media)),
    [player],
  );
  return (
    <PlayerContext value={player}>
      {player !== null && (
        // Loading it is listening, and who listened is written down: nothing is loaded before it is played.
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- the transcript is beside it
        <audio ref={attach} src={player.source} preload="none" />
      )}
      {children}
    </PlayerContext>
  );
}

/** Seconds out of `#t=83` or `#t=83.5`; null for any other hash. */
function momentOf(hash: string): number | null {
  const seconds = /^#t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(hash)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

export function usePlayer(): AudioPlayer | null {
  return use(PlayerContext);
}

const never = () => () => {};

/** A part of the player's state: renders anew only when that part changes, so it is a plain value. */
export function usePlayerState<Part extends string | number | boolean | null>(
  select: (state: PlayerState) => Part,
  withoutPlayer: Part,
): Part {
  const player = usePlayer();
  return useSyncExternalStore(
    player?.subscribe ?? never,
    () => (player === null ? withoutPlayer : select(player.state)),
    () => (player === null ? withoutPlayer : select(player.state)),
  );
}
