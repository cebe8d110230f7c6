const DATA = process.env.CALLBOARD_DATA_FOLDER ?? ".data";

/** Where each command keeps its database, secrets and spool. `npm run dev` and `npm run import` use those of `npm start`. */
export const DATA_FOLDERS = { start: DATA, demo: `${DATA}/demo` };
