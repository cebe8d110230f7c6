const DATA = process.env.CALLBOARD_DATA_FOLDER ?? ".data";

/** The folders for the database, secrets and spool of each command. `npm run dev` and `npm run import` use the folder of `npm start`. */
export const DATA_FOLDERS = { start: DATA, demo: `${DATA}/demo` };
