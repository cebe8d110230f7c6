import { readMigrationFiles } from "drizzle-orm/migrator";

/** One file of `db/migrations`. */
export type Migration = {
  hash: string;
  /** When it was generated, which is also its place in the order. */
  createdAt: number;
  /** The statements that run together, in one transaction. */
  inTransaction: string[];
  /** The statements that run after that, each by itself, because they would hold a lock for as long as they take, or cannot run in a transaction. */
  alone: string[];
};

/** The migrations in a folder, in order. */
export function readMigrations(folder: string): Migration[] {
  return readMigrationFiles({ migrationsFolder: folder })
    .map(({ sql, hash, folderMillis }) => {
      const statements = sql.filter((statement) => withoutComments(statement).trim() !== "");
      return {
        hash,
        createdAt: folderMillis,
        inTransaction: statements.filter((statement) => !runsAlone(statement)),
        alone: statements.filter(runsAlone),
      };
    })
    .toSorted((a, b) => a.createdAt - b.createdAt);
}

const ALONE =
  /^\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\s[^;]*\sconcurrently|alter\s+table\s[^;]*\svalidate\s+constraint)\b/i;

function runsAlone(statement: string): boolean {
  return ALONE.test(withoutComments(statement));
}

const INDEX =
  /^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w$]+)\s+on\b/i;

/** The index that a statement builds concurrently, as it stands there, quoted or not; null for any other statement. */
export function indexBuiltBy(statement: string): string | null {
  return INDEX.exec(withoutComments(statement))?.[1] ?? null;
}

function withoutComments(statement: string): string {
  return statement.replaceAll(/--[^\n]*/g, "").replaceAll(/\/\*[\s\S]*?\*\//g, "");
}
