/** Closing its standard input ends the Postgres of the run. */
export default async function teardown() {
  const child = globalThis.__toolplanePostgres;
  if (!child) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await ended;
}
