/**
 * Moves `Date` of this process, as if it had been started at the moment in `GSOPS_STARTED_AT`. A set-up file of vitest;
 * as `NODE_OPTIONS=--import` also of the programs that tests start.
 */
const startedAt = Date.parse(process.env['GSOPS_STARTED_AT'] ?? '');
if (Number.isNaN(startedAt)) throw new Error('GSOPS_STARTED_AT is no moment.');

// A worker of vitest loads this before each of its files.
const shared = globalThis as { gsopsRealDate?: DateConstructor };
const RealDate = (shared.gsopsRealDate ??= Date);
const ahead = startedAt - RealDate.now();

globalThis.Date = new Proxy(RealDate, {
  // Called without `new`, it is the present moment as a text.
  apply: () => new RealDate(RealDate.now() + ahead).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + ahead] : args, newTarget) as Date,
  get: (target, key, receiver) =>
    key === 'now' ? () => RealDate.now() + ahead : (Reflect.get(target, key, receiver) as unknown),
});
