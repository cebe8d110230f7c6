import type { Language } from "../contract";
import type { ScenarioId, Script, SmallTalk } from "./dialogue";
import { ENGLISH, ENGLISH_SMALL_TALK } from "./en";

export const SCRIPTS: readonly Script[] = [...ENGLISH];

export const SMALL_TALK: Record<Language, SmallTalk> = {
  ar: ENGLISH_SMALL_TALK,
  en: ENGLISH_SMALL_TALK,
  ur: ENGLISH_SMALL_TALK,
};

/** The scripts that are played in a language. */
export function scriptsIn(language: Language): readonly Script[] {
  const own = SCRIPTS.filter((script) => script.language === language);
  return own.length > 0 ? own : ENGLISH;
}

export function scriptFor(scenario: ScenarioId, language: Language): Script {
  const script = SCRIPTS.find((s) => s.scenario === scenario && s.language === language);
  if (script === undefined) throw new Error(`no script for ${scenario} in ${language}`);
  return script;
}
