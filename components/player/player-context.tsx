"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useState, useSyncExternalStore } from "react";

import { AudioPlayer, type PlayerState } from "./audio-player";

const PlayerContext = createContext<AudioPlayer | null>(null);

/**
 * Provides the player of one recording to its controls and to other components inside that show the position or seek. `#t=83`
 * in the URL seeks to that second.
 */
export function PlayerProvider({
  source,
  durationHint,
  children,
}: {
  /** The URL of the recording; null if there is no recording. `usePlayer()` then returns null. */
  source: string | null;
  /** The duration in seconds to show until the recording has loaded. */
  durationHint: number | null;
  children: ReactNode;
}) {
  const [player] = useState(() => (source === null ? null : new AudioPlayer(source, durationHint)));
  useEffect(() => {
    const seekToHash = () => {
      const time = timeOf(window.location.hash);
      if (time !== null) {
        player?.seek(time);
      }
    };
    seekToHash();
    window.addEventListener("hashchange", seekToHash);
    return () => window.removeEventListener("hashchange", seekToHash);
  }, [player]);
  const attach = useCallback(
    (media: HTMLAudioElement | null) => (player === null || media === null ? undefined : player.attach(media)),
    [player],
  );
  return (
    <PlayerContext value={player}>
      {player !== null && (
        // Each request is audited as listening, so nothing is loaded until the user presses play.
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- the transcript is beside it
        <audio ref={attach} src={player.source} preload="none" />
      )}
      {children}
    </PlayerContext>
  );
}

/** The seconds of `#t=83` or `#t=83.5`; null for any other hash. */
function timeOf(hash: string): number | null {
  const seconds = /^#t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(hash)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** The player of the surrounding `PlayerProvider`; null if there is no recording. */
export function usePlayer(): AudioPlayer | null {
  return use(PlayerContext);
}

const subscribeToNothing = () => () => {};

/** A part of the player's state; `withoutPlayer` if there is no recording. A plain value, so the component rerenders only when it changes. */
export function usePlayerState<Part extends string | number | boolean | null>(
  select: (state: PlayerState) => Part,
  withoutPlayer: Part,
): Part {
  const player = usePlayer();
  return useSyncExternalStore(
    player?.subscribe ?? subscribeToNothing,
    () => (player === null ? withoutPlayer : select(player.state)),
    () => (player === null ? withoutPlayer : select(player.state)),
  );
}
